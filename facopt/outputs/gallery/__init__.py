"""The page of all runs in a folder."""

from facopt.outputs.gallery.index import write_gallery

__all__ = ["write_gallery"]
