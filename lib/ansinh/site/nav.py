"""Navigation made from the pages' front matter and the register: units by kind, a unit's pages, previous and next, search."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from ansinh.campaign import Campaign, Workspace
from ansinh.site.page import Page
from ansinh.site.published import tables
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
            key=lambda page: (page.told.get("order", 9), page.path),
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
    """Return the search index as a script (loadable from file://): pages and, below each unit's first page, the rows of its tables.

    Every name stands on a page already. Keys: t title, p address, k words folded to ASCII, c rows as [name, anchor].
    """
    first: set[str] = set()
    entries = []
    for page in sorted(pages, key=lambda page: (page.path.rpartition("/")[0], page.told.get("order", 9), page.path)):
        unit = str(page.told.get("unit", ""))
        entry: dict[str, object] = {
            "t": page.title,
            "p": f"{page.path}.html",
            "k": search_key(f"{page.title} {page.told.get('unit_name', '')}"),
        }
        if unit and unit not in first:
            first.add(unit)
            entry["c"] = [
                [row.cells[0].text, anchor]
                for table in tables(page.body)
                if table.searchable
                for row, anchor in zip(table.rows, table.anchors(), strict=True)
                if not row.total
            ]
            entry["u"] = page.told.get("unit_name", "")
        entries.append(entry)
    return "window.ANSINH_INDEX=" + json.dumps(entries, ensure_ascii=True, sort_keys=True).replace("<", "\\u003c") + ";\n"
