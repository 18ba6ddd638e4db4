"""Symbols of settlements and facilities: the shape says the tier, the filling says what happens to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facopt.measures.report import Report

_INK, _INK3, _PLAN, _WHITE = "#17212B", "#5F6C78", "#1E3F8F", "#fff"

SETTLEMENTS = {
    "c": '<circle cx="12" cy="12" r="7" fill="#A9C4D9" stroke="#6A8DA8" stroke-width="1.6"/>',
    "n": '<path d="M12 3l9 9-9 9-9-9z" fill="#2A9D8F" stroke="#0E6A60" stroke-width="1.6"/>',
    "u": '<path d="M12 3.5l9.5 16.5h-19z" fill="#B03F00" stroke="#fff" stroke-width="1"/>',
    "x": '<path d="M5 5l14 14M19 5L5 19" stroke="#fff" stroke-width="7"/>'
    '<path d="M5 5l14 14M19 5L5 19" stroke="#2B1B2E" stroke-width="4.4"/>',
    "l": '<path d="M12 20.5L3.5 5h17z" fill="#fff" stroke="#B03F00" stroke-width="2.6"/>',
}
"""By state letter, in a box of 24 x 24."""

_SHAPES = {
    "square": ('<rect x="4.5" y="4.5" width="15" height="15"', '<rect x="2" y="2" width="20" height="20"'),
    "circle": ('<circle cx="12" cy="12" r="8"', '<circle cx="12" cy="12" r="10.8"'),
    "hexagon": ('<path d="M12 3l7.8 4.5v9L12 21l-7.8-4.5v-9z"', '<path d="M12 1l9.6 5.5v11L12 23l-9.6-5.5v-11z"'),
    "triangle": ('<path d="M12 3.5l9 15.8H3z"', '<path d="M12 0.5l12 21.2H0z"'),
    "diamond": ('<path d="M12 3l9 9-9 9-9-9z"', '<path d="M12 0.2l11.8 11.8L12 23.8 0.2 12z"'),
}
_STAR = '<path d="M12 5.2l2 4.3 4.7.6-3.5 3.2.9 4.7L12 15.7 7.9 18l.9-4.7L5.3 10.1l4.7-.6z" fill="#fff"/>'
_LOW_STAR = '<path d="M12 8.6l1.6 3.5 3.8.5-2.8 2.6.7 3.8-3.3-1.9-3.3 1.9.7-3.8-2.8-2.6 3.8-.5z" fill="#fff"/>'
_CROSS = f'<path d="M5 5l14 14M19 5L5 19" stroke="{_INK}" stroke-width="2.2"/>'
_PLUS = f'<path d="M12 7.4v9.2M7.4 12h9.2" stroke="{_PLAN}" stroke-width="2.6"/>'
_DOT = f'<circle cx="12" cy="12" r="3.4" fill="{_PLAN}"/>'
_HALF = f'<path d="M12 5v14H6V5z" fill="{_INK3}"/>'
_HOSPITAL = (
    f'<path d="M12 1.5l9.5 5.5v10L12 22.5 2.5 17V7z" fill="#fff" stroke="{_INK}" stroke-width="1.8"/>'
    f'<path d="M8.5 7v10M15.5 7v10M8.5 12h7" stroke="{_INK}" stroke-width="2.2" fill="none"/>'
)
_CONTEXT = f'<rect x="6.5" y="6.5" width="11" height="11" fill="#fff" stroke="{_INK3}" stroke-width="1.8"/>'


def symbols_of(report: Report) -> str:
    """Return the page's symbols as one hidden SVG: settlements, every tier in every state, and the context."""
    found = {f"p-{letter}": drawing for letter, drawing in SETTLEMENTS.items()}
    for k, tier in enumerate(report.tiers):
        found |= {f"s{k}-{letter}": drawing for letter, drawing in _facility(tier.symbol).items()}
    found |= {"hospital": _HOSPITAL, "context": _CONTEXT}
    inner = "".join(f'<symbol id="{key}" viewBox="0 0 24 24">{drawing}</symbol>' for key, drawing in found.items())
    return f'<svg width="0" height="0" style="position:absolute" aria-hidden="true" focusable="false">{inner}</svg>'


def _facility(symbol: str) -> dict[str, str]:
    small, large = _SHAPES.get(symbol, _SHAPES["circle"])
    existing = f'{small} fill="{_WHITE}" stroke="{_INK}" stroke-width="2.4"/>'
    return {
        "k": existing,
        "e": existing,
        "b": f'{large} fill="{_PLAN}" stroke="{_WHITE}" stroke-width="1.6"/>'
        + (_LOW_STAR if symbol == "triangle" else _STAR),
        "d": f'{small} fill="{_WHITE}" stroke="{_INK3}" stroke-width="1.6" stroke-dasharray="2.5 2"/>{_CROSS}',
        "x": f'{large} fill="{_WHITE}" stroke="{_PLAN}" stroke-width="2.6"/>{_PLUS}',
        "r": f'{large} fill="{_WHITE}" stroke="{_PLAN}" stroke-width="2.6"/>{_DOT}',
        "v": f'{small} fill="{_WHITE}" stroke="{_INK3}" stroke-width="1.6" stroke-dasharray="2.5 2"/>{_HALF}{_CROSS}',
        "m": f'{small} fill="{_WHITE}" stroke="{_INK3}" stroke-width="1.6" stroke-dasharray="2.5 2"/>{_CROSS}',
        "n": f'{small} fill="{_WHITE}" stroke="{_INK3}" stroke-width="1.6" stroke-dasharray="2.5 2"/>',
    }
