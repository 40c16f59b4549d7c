"""Evidence pages: for every place, which files, programs and SQL its pages were made of, so that each figure can be proved.

One page a place (`minh-chung/<place>`), made from the evidence and from the queries that the sealed notebooks carry with their outputs.
"""

from __future__ import annotations

import datetime as dt
import html
import inspect
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nbformat
import yaml

from ansinh.batch.seal import KERNEL
from ansinh.campaign import KIND_WORDS, Campaign
from ansinh.show import Shown, escape, numbers, paragraph
from ansinh.show import tables as show_tables
from ansinh.site.dress import Page, anchor_of, cell_of

FOLDER = "minh-chung"
"""Where evidence pages lie, from the site's root."""
_ID = re.compile(r'<figure class="as-figure" id="([^"]+)"|<table [^>]*id="([^"]+)"')
_CAPTION = re.compile(r"<(?:fig)?caption[^>]*>([^<]*)<")
_LONGEST = 90


@dataclass(frozen=True)
class _Figure:
    """One thing a page shows: the anchor its queries are found by, what it is called, its queries."""

    anchor: str
    title: str
    sql: tuple[str, ...]


def prove(pages: Sequence[Page], evidence: Mapping[str, Any], campaign: Campaign) -> list[Page]:
    """Tie every page to its evidence page and return these; takes the queries out of the pages' notebooks.

    `evidence` is the content of evidence.json. A page it does not know (one that says it failed) is left as it is.
    """
    told = {page["address"]: page for page in evidence["pages"]}
    by_place: dict[str, list[tuple[Page, list[_Figure]]]] = defaultdict(list)
    for page in pages:
        figures = list(_figures(page))
        if page.address in told:
            place = told[page.address]["place"]
            page.proof, page.proven = f"{FOLDER}/{place}", frozenset(figure.anchor for figure in figures)
            page.notebook["cells"].append(cell_of("ho-so-chung-minh", _pointer(page, told[page.address], evidence)))
            by_place[place].append((page, figures))
    return [
        _proof(place, [(page, told[page.address], figures) for page, figures in made], evidence, campaign)
        for place, made in by_place.items()
    ]


def _figures(page: Page) -> Iterator[_Figure]:
    """Yield what a page's notebook shows, with its queries, and take these out of the notebook."""
    for cell in page.notebook["cells"]:
        for output in cell.get("outputs", []):
            told = output.get("metadata", {}).pop("ansinh", {})
            if not told.get("sql"):
                continue
            markup = "".join(output["data"].get("text/html", ""))
            ids = [found[1] or found[2] for found in _ID.finditer(markup)] or [cell["id"]]
            caption = _CAPTION.search(markup)
            title = html.unescape(caption[1]) if caption else "".join(output["data"].get("text/plain", "")).split("\n", 1)[0]
            for id in ids[:1]:
                yield _Figure(anchor_of(page.address, id), _short(title), tuple(told["sql"]))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0] + "…"


def _pointer(page: Page, told: Mapping[str, Any], evidence: Mapping[str, Any]) -> Shown:
    """Return the closing sentence of a page: what it was made of, and the way to its evidence."""
    used = set(told["inputs"])
    rows = sum(item["rows_read"] for item in evidence["inputs"] if item["file"] in used)
    sentence = f"Số liệu trang này lập từ {numbers.count(len(used))} tệp nguồn, {numbers.count(rows)} dòng. "
    link = f'<a href="{escape(page.up + page.proof)}.html">Hồ sơ chứng minh số liệu</a>'
    more = ": tệp nguồn, chương trình và câu lệnh tính ra từng con số."
    return Shown(f'<p class="as-note">{escape(sentence)}{link}{escape(more)}</p>', f"{sentence}Hồ sơ chứng minh số liệu{more}")


def _proof(
    place: str, made: Sequence[tuple[Page, Mapping[str, Any], list[_Figure]]], evidence: Mapping[str, Any], campaign: Campaign
) -> Page:
    front = made[0][0].front
    name = front["ansinh"]["unit_name"]
    title = f"Hồ sơ chứng minh số liệu: {name}"
    address = f"{FOLDER}/{place}"
    content = {
        "title": title,
        "description": f"{name}: tệp nguồn, chương trình và câu lệnh tính ra từng con số.",
        "date": front["date"],
        "lang": "vi",
        "ansinh": front["ansinh"] | {"unit": "", "unit_name": "", "level": "evidence", "notebook": "", "address": address, "order": 9},
    }
    cells: list[Any] = [
        nbformat.v4.new_raw_cell(
            "---\n" + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000) + "---", id="front-matter"
        )
    ]
    intro = (
        f"Số liệu của {name} đến ngày {numbers.date(campaign.as_of)} được lập từ những tệp dưới đây. Ai có đúng những tệp và chương trình này "
        "đều tính ra đúng những con số này. Tệp nguồn có thông tin cá nhân nên không công bố; cơ quan thanh tra, kiểm toán xem tại nơi lập báo cáo. "
        "Trang này không có thông tin cá nhân."
    )
    cells.append(cell_of("muc-dich", paragraph(intro)))
    used = {file for _, told, _ in made for file in told["inputs"]}
    cells += [_heading("Tệp nguồn", "tep"), cell_of("tep-nguon", _files([item for item in evidence["inputs"] if item["file"] in used]))]
    cells += [
        _heading("Tệp tính toán và chương trình", "chuong-trinh"),
        cell_of("so-tay", _notebooks(made, evidence)),
        cell_of("chuong-trinh-1", _programs(evidence)),
    ]
    seen: dict[str, int] = {}
    for at, (page, _, figures) in enumerate(made):
        cells += [
            _heading(f"Truy vấn của trang: {page.front['title'].removeprefix(f'{name}: ')}", f"trang-{at}"),
            cell_of(f"cau-lenh-{at}", _queries(figures, seen)),
        ]
    first = made[0][0]
    notebook = json.loads(json.dumps({"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}))
    return Page(address, notebook, first.sidebar or first.address.rsplit("/", 1)[-1], first.tabs)


def _heading(text: str, id: str) -> Any:
    return nbformat.v4.new_markdown_cell(f"## {text}", id=f"muc-{id}")


def _files(inputs: Sequence[Mapping[str, Any]]) -> Shown:
    rows = [
        [
            item["file"],
            KIND_WORDS.get(item["kind"], item["kind"]),
            f"{numbers.count(math.ceil((item['bytes'] or 0) / 1000))} KB",
            *(numbers.count(item[name] or 0) for name in ("rows_read", "rows_kept", "rows_quarantined")),
            item["sha256"] or "không đọc được",
        ]
        for item in inputs
    ]
    headings = ["Tệp", "Loại danh sách", "Kích thước", "Dòng đọc", "Dòng nhận", "Dòng chờ xử lý", "Mã băm SHA-256"]
    note = "Mã băm đổi khi tệp đổi dù chỉ một ký tự: so mã băm là biết tệp có còn nguyên hay không."
    return show_tables.plain("tep-nguon", "Tệp nguồn của các trang này", headings, rows, note, figures=range(2, 6), cards=True)


def _notebooks(made: Sequence[tuple[Page, Mapping[str, Any], list[_Figure]]], evidence: Mapping[str, Any]) -> Shown:
    rows = [
        [
            page.address,
            f"{told['notebook']}.ipynb",
            ", ".join(f"{name} = {value or 'toàn địa bàn'}" for name, value in told["parameters"].items()),
            evidence["notebooks"][told["notebook"]],
            told["sha256"],
        ]
        for page, told, _ in made
    ]
    headings = ["Trang", "Tệp tính toán (notebook)", "Tham số", "Mã băm của tệp", "Mã băm của tệp đã chạy"]
    return show_tables.plain("so-tay", "Tệp tính toán làm ra các trang này", headings, rows, cards=True)


def _programs(evidence: Mapping[str, Any]) -> Shown:
    ours = evidence["ansinh"]
    rows = [["An Sinh", ours["version"]], ["Mã băm của mã nguồn", ours["code"]]]
    if "commit" in ours:
        rows.append(["Phiên bản mã nguồn (commit)", ours["commit"] + (" và những sửa đổi sau đó" if ours["changed_since"] else "")])
    rows.append(["Ngày chốt số liệu", numbers.date(dt.date.fromisoformat(evidence["as_of"]))])
    rows += [[name, version] for name, version in evidence["libraries"].items()]
    rows.append(
        ["Bộ tiêu chí kiểm tra", f"{numbers.count(len(evidence['checks']))} tiêu chí, phiên bản từng tiêu chí ghi ở trang Phương pháp"]
    )
    return show_tables.plain("chuong-trinh", "Chương trình đã dùng", ["Tên", "Phiên bản"], rows)


def _queries(figures: Sequence[_Figure], seen: dict[str, int]) -> Shown:
    """Return which queries made which figure of a page, then those not listed before on this evidence page, each once."""
    new = [sql for sql in dict.fromkeys(sql for figure in figures for sql in figure.sql) if sql not in seen]
    seen |= {sql: number for number, sql in enumerate(new, len(seen) + 1)}
    items = "".join(
        f'<li id="{escape(figure.anchor)}">{escape(figure.title.rstrip("."))}: '
        + ", ".join(f'<a href="#cau-lenh-{seen[sql]}">truy vấn {seen[sql]}</a>' for sql in figure.sql)
        + "</li>"
        for figure in figures
    )
    blocks = "".join(
        f'<h3 id="cau-lenh-{seen[sql]}">Truy vấn {seen[sql]}</h3><pre class="as-output" tabindex="0"><code>{escape(inspect.cleandoc(sql))}</code></pre>'
        for sql in new
    )
    text = "\n".join(f"{figure.title}: {', '.join(str(seen[sql]) for sql in figure.sql)}" for figure in figures)
    return Shown(f"<ul>{items}</ul>{blocks}", text + "\n\n" + "\n\n".join(f"{seen[sql]}\n{inspect.cleandoc(sql)}" for sql in new))
