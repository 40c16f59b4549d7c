"""Navigation made from the pages' front matter and the register: units by kind, a unit's pages, previous and next, search."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from ansinh.campaign import Campaign, Workspace
from ansinh.site.page import Page
from ansinh.units import Unit, search_key

PAGE_WORDS = {"tai-khoan": "Tài khoản", "du-lieu": "Dữ liệu", "chi-tra": "Chi trả"}
"""Last part of a unit page's address → what its tab says."""


@dataclass(frozen=True)
class Link:
    """A link of the navigation; `path` is an address from the site's root without ending."""

    path: str
    text: str


@dataclass
class Nav:
    """The whole navigation of a site."""

    groups: list[tuple[str, list[Link]]] = field(default_factory=list)
    tabs: dict[str, list[Link]] = field(default_factory=dict)
    neighbours: dict[str, tuple[Link | None, Link | None]] = field(default_factory=dict)


def navigation(workspace: Workspace, campaign: Campaign, pages: Sequence[Page]) -> Nav:
    """Return the navigation over the pages that exist, units in register order."""
    paths = {page.path for page in pages}
    nav = Nav()
    units = workspace.units(campaign)
    for unit in units:
        own = sorted(
            (page for page in pages if page.path.startswith(f"don-vi/{unit.slug}/")),
            key=lambda page: (page.front.get("ansinh", {}).get("order", 9), page.path),
        )
        nav.tabs[unit.code] = [Link(page.path, PAGE_WORDS.get(page.path.rsplit("/", 1)[1], page.path.rsplit("/", 1)[1])) for page in own]
    listed = [unit for unit in units if nav.tabs[unit.code]]
    for unit in listed:
        kind = unit.kind[0].upper() + unit.kind[1:]
        if kind not in [name for name, _ in nav.groups]:
            nav.groups.append((kind, []))
        next(links for name, links in nav.groups if name == kind).append(Link(nav.tabs[unit.code][0].path, unit.short_name))
    for at, unit in enumerate(listed):
        for link in nav.tabs[unit.code]:
            leaf = link.path.rsplit("/", 1)[1]
            nav.neighbours[link.path] = (_beside(listed, at - 1, leaf, paths), _beside(listed, at + 1, leaf, paths))
    return nav


def _beside(listed: Sequence[Unit], at: int, leaf: str, paths: set[str]) -> Link | None:
    if not 0 <= at < len(listed):
        return None
    path = f"don-vi/{listed[at].slug}/{leaf}"
    return Link(path, listed[at].name) if path in paths else None


def search_index(pages: Sequence[Page]) -> str:
    """Return the search index as a script: loadable from file://, words folded to ASCII."""
    rows = [
        {
            "t": str(page.front.get("title", page.path)),
            "p": f"{page.path}.html",
            "k": search_key(f"{page.front.get('title', '')} {page.front.get('ansinh', {}).get('unit_name', '')}"),
        }
        for page in pages
    ]
    return "window.ANSINH_INDEX=" + json.dumps(rows, ensure_ascii=True, sort_keys=True).replace("<", "\\u003c") + ";\n"
