"""Speeds fitted to timed trips."""
