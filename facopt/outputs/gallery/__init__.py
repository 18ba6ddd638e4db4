"""The page of all runs in a folder."""
