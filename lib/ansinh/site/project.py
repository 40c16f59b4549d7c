"""The staged project: what _quarto.yml does not know until a campaign's pages are there, in Quarto's own keys.

Sidebars (units by kind, one for each kind of unit page, so that "next" stays on that kind of page; the communes of one unit), the
announcement that data are synthetic or internal, description and footer. Both renderers read the result and nothing else.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from ansinh.batch.plan import Job
from ansinh.campaign import Campaign, Workspace
from ansinh.show import numbers
from ansinh.units import Unit

PAGE_WORDS = {"tai-khoan": "Tài khoản", "du-lieu": "Dữ liệu", "chi-tra": "Chi trả"}
"""Last part of a unit page's address → what its tab says."""
EVIDENCE_WORDS = "Hồ sơ chứng minh số liệu"


@dataclass(frozen=True)
class Place:
    """A page of a unit: its address without ending and the word on its tab."""

    address: str
    word: str


class Places:
    """Which units have which pages: reported units their kinds of page, communes their sheet."""

    def __init__(self, workspace: Workspace, campaign: Campaign, jobs: Sequence[Job]) -> None:
        register = workspace.register(campaign)
        self.documents = frozenset(f"{job.page['address']}.ipynb" for job in jobs)
        self.units = [unit for unit in workspace.units(campaign) if any(job.unit == unit.code for job in jobs)]
        self._communes = {unit.code: unit for unit in register.under(campaign.units.root, "commune")}
        self._pages: dict[str, list[Place]] = {}
        for job in sorted((job for job in jobs if job.unit), key=lambda job: (job.page.get("order", 9), job.page["address"])):
            address = job.page["address"]
            leaf = address.rsplit("/", 1)[1]
            self._pages.setdefault(job.unit, []).append(Place(address, PAGE_WORDS.get(leaf, leaf)))

    def pages(self, unit: str) -> list[Place]:
        """Return the pages of a unit, by order."""
        return self._pages.get(unit, [])

    def communes(self, unit: str) -> list[tuple[Unit, Place]]:
        """Return the communes of a reported unit that have a page, in register order."""
        return [
            (one, self._pages[code][0])
            for code, one in self._communes.items()
            if one.parent == unit and code in self._pages and code != unit
        ]

    def above(self, unit: str) -> Unit | None:
        """Return the reported unit that a commune lies in, None for any other unit."""
        own = self._communes.get(unit)
        return next((one for one in self.units if own and one.code == own.parent), None)


def staged_project(base: dict[str, Any], campaign: Campaign, places: Places) -> str:
    """Return the staged project file as YAML: the shipped one and what the campaign adds."""
    project = copy.deepcopy(base)
    website = project.setdefault("website", {})
    website["description"] = campaign.title
    website["page-navigation"] = True
    website["sidebar"] = sidebars(places)
    for side, entries in website.get("navbar", {}).items():
        if side in ("left", "right"):  # a campaign need not run every notebook the navbar names
            website["navbar"][side] = [entry for entry in entries if _made(entry, places)]
    if words := announcement(campaign):
        kind = "danger" if campaign.audience == "internal" else "warning"
        website["announcement"] = {"content": words, "dismissable": False, "position": "above-navbar", "type": kind}
    website["page-footer"] = {
        "left": literal(f"{campaign.authority} · {campaign.title}"),
        "center": [
            {"text": f"Số liệu đến ngày {numbers.date(campaign.as_of)} · thời hạn {numbers.date(campaign.deadline)}"},
            {"text": EVIDENCE_WORDS, "href": "evidence.json"},
        ],
        "right": website.get("page-footer", {}).get("center", ""),
    }
    text = yaml.safe_dump(project, allow_unicode=True, sort_keys=False, width=1000)
    return "# Made by the site stage from _quarto.yml and the campaign: edit those.\n" + text


def _made(entry: Any, places: Places) -> bool:
    """Return whether a navbar's entry leads somewhere: not to a notebook's page that this campaign does not have."""
    href = str(entry.get("href", "") if isinstance(entry, dict) else entry)
    return not href.endswith(".ipynb") or href in places.documents


def literal(text: str) -> str:
    """Return Markdown that says the text as it is: a footer is Markdown, and a campaign's words are none."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def announcement(campaign: Campaign) -> str:
    """Return what stands above every page, "" for public pages with real data."""
    parts = [
        "Dữ liệu mô phỏng để minh họa, không phải số liệu thật." if campaign.synthetic else "",
        "Lưu hành nội bộ: chỉ dành cho người có thẩm quyền." if campaign.audience == "internal" else "",
    ]
    return " ".join(part for part in parts if part)


def sidebars(places: Places) -> list[dict[str, Any]]:
    """Return the sidebars: one for each kind of unit page with the units by kind, and one for each unit whose communes have pages."""
    leaves = dict.fromkeys(place.address.rsplit("/", 1)[1] for unit in places.units for place in places.pages(unit.code))
    found = []
    for leaf in leaves:
        groups: dict[str, list[dict[str, str]]] = {}
        for unit in places.units:
            address = next((place.address for place in places.pages(unit.code) if place.address.endswith(f"/{leaf}")), None)
            if address:
                groups.setdefault(unit.kind[0].upper() + unit.kind[1:], []).append({"text": unit.short_name, "href": f"{address}.ipynb"})
        contents = [{"section": kind, "contents": links} for kind, links in groups.items()]
        found.append({"id": leaf, "title": "Các đơn vị", "contents": contents})
    for unit in places.units:
        communes = places.communes(unit.code)
        if communes:
            own = [{"text": unit.name, "href": f"{place.address}.ipynb"} for place in places.pages(unit.code)[:1]]
            links = [{"text": commune.short_name, "href": f"{place.address}.ipynb"} for commune, place in communes]
            found.append({"id": f"xa-phuong-{unit.code}", "title": "Xã, phường", "contents": [*own, *links]})
    return found


def sidebar_of(job: Job, places: Places) -> str:
    """Return the id of the sidebar a page shows that no sidebar lists: a page of the whole shows the first kind of unit page."""
    above = places.above(job.unit)
    if above:
        return f"xa-phuong-{above.code}"
    first = next((place for unit in places.units for place in places.pages(unit.code)), None)
    return first.address.rsplit("/", 1)[1] if first and not job.unit else ""
