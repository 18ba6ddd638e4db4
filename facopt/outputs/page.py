"""The frame of the plain pages, gallery and comparison: one file, no address outside it, both languages in it."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from urllib.parse import quote

from facopt.outputs.words import both, pair

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def page(title: tuple[str, str], body: str, *, links: str = "", synthetic: bool = False, part: str) -> str:
    """Return a page as HTML.

    Parameters
    ----------
    title
        Of the window, in (Chinese, English).
    body
        HTML of what the page shows.
    links
        HTML in the bar on top, left.
    synthetic
        Whether the bar says that the data are invented.
    part
        Package of the page's own `style.css` and, where it has one, `script.js`.
    """
    scripts = asset("facopt.outputs", "page.js") + asset(part, "script.js")
    tag = f'<span class="mock">{both("tag.synthetic")}</span>' if synthetic else ""
    return (
        '<!DOCTYPE html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{escape(' '.join(dict.fromkeys(title)))}</title>\n"
        f"<style>\n{asset('facopt.outputs', 'page.css')}{asset(part, 'style.css')}</style>\n</head>\n<body>\n"
        f'<div class="bar1"><div><span>{links}</span><span>{tag}{LANGUAGE_SWITCH}</span></div></div>\n'
        f'<div class="wrap">\n{body}\n</div>\n<script>\n{scripts}</script>\n</body>\n</html>\n'
    )


LANGUAGE_SWITCH = (
    '<span class="seg" role="group" aria-label="语言 Language">'
    '<button type="button" data-lang="zh-Hans" aria-pressed="true">中文</button>'
    '<button type="button" data-lang="en" aria-pressed="false">English</button></span>'
)


def asset(package: str, name: str) -> str:
    """Return a text file of a package; "" where the package has none of that name."""
    file = files(package) / name
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def page_link(address: str, content: str) -> str:
    """Return a link to a page of facopt beside this one, which keeps the language, around some HTML."""
    target = escape(quote(address))
    return f'<a href="{target}" data-page="{target}">{content}</a>'


def attribute(name: str, key: str) -> str:
    """Return an attribute whose text follows the language, such as a placeholder or a label."""
    zh, en = (escape(text) for text in pair(key))
    return f'{name}="{zh}" data-text="{name}" data-zh="{zh}" data-en="{en}"'
