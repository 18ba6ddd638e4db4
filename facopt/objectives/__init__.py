"""The objectives of the planning model, one file each: its name, its value in a model, its value of a plan.

To add one, add a file with a class that has the members of `facopt.location.planning.protocols.Objective` and a default
constructor; it is found by its file.
"""

from __future__ import annotations

from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facopt.location.planning.protocols import Objective


def objective_classes() -> dict[str, type[Objective]]:
    """Return the class of each objective by its name in scenarios, sorted."""
    found: dict[str, type[Objective]] = {}
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        name = f"{__name__}.{module.name}"
        classes: list[Any] = [one for _, one in getmembers(import_module(name), isclass) if one.__module__ == name]
        found.update({one.name: one for one in classes})
    return dict(sorted(found.items()))
