"""The search index: a script, because file:// allows no fetch. It holds only what stands on a page."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ansinh.site.dress import METHOD
from ansinh.site.page import Page
from ansinh.units import search_key

NAME = "search.js"


def search_index(pages: Sequence[Page]) -> str:
    """Return the index: every page, below each unit's first page the rows of its tables, below other pages their sections.

    Keys: t title, p address, k words folded to ASCII and the unit's code, c rows or sections as [text, anchor], u what they belong to,
    l stands after all others (what proves the figures is not what somebody looks for first).
    """
    first: set[str] = set()
    entries = []
    for page in sorted(pages, key=lambda page: (page.path.rpartition("/")[0], page.told.get("order", 9), page.path)):
        unit, name = str(page.told.get("unit", "")), str(page.told.get("unit_name", ""))
        entry: dict[str, object] = {"t": page.title, "p": f"{page.path}.html", "k": search_key(f"{page.title} {name} {unit}")}
        if page.told.get("level") == "evidence":
            entry["l"] = 1
        sections = [(heading.text, heading.id) for heading in page.headings if heading.level <= 3]
        inner = page.rows if unit else [*sections, *page.rows] if page.told.get("notebook") == METHOD else sections
        if inner and (not unit or unit not in first):
            entry["c"], entry["u"] = [list(one) for one in inner], name if unit else page.title
        first.add(unit)
        entries.append(entry)
    return (
        "window.ANSINH_INDEX="
        + json.dumps(entries, ensure_ascii=True, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")
        + ";\n"
    )
