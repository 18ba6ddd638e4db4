"""Phrases of the tables."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType({})
