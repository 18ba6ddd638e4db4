"""Rules that a plan must keep: each module holds one kind of rule, and a module more is a kind more."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from facopt.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def rule_classes() -> tuple[type[Rule], ...]:
    """Return the class of every kind of rule, in the order of their modules' names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(found for name in names for found in _kinds_in(f"{__name__}.{name}"))


def _kinds_in(module: str) -> Iterator[type[Rule]]:
    """Yield the rules that a module defines, not those that it imports."""
    for value in vars(import_module(module)).values():
        defined = isinstance(value, type) and value.__module__ == module
        if defined and issubclass(value, Rule) and value is not Rule:
            yield value
