"""A reader who wants to know what is withheld: takes the published pages alone, and linear programming (HiGHS).

Knows what anyone can know: the pages' words, the rule of docs/disclosure.md (a count is rounded to a multiple of 5, "≤ 7" is 1 to 7,
"0" is nobody, "…" anything), that rows add up to their total, parts to their whole, districts to the city. Shares no code with the project.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import highspy
import openpyxl
from bs4 import BeautifulSoup, Tag

THRESHOLD, ROUNDING, MANY = 7, 5, 1e6

MEANINGS = {
    "Người thụ hưởng": "persons",
    "Đã có tài khoản": "covered",
    "Người có tài khoản": "covered",
    "Chưa có tài khoản": "remaining",
    "Không đăng ký": "declined",
    "Tài khoản dùng được": "usable",
    "Dùng được": "usable",
    "Đủ thông tin": "complete",
    "Dữ liệu sạch": "clean",
    "Sẵn sàng mở tài khoản": "ready",
    "Người có khoản chi": "paid",
    "Qua tài khoản": "by account",
    "Tiền mặt": "in cash",
    "Có tài khoản dùng được vẫn nhận tiền mặt": "holders in cash",
    "Bị trả lại": "returned",
    "Bản ghi có lỗi": "failing",
    "Lỗi phát hiện": "findings",
    "Người còn lỗi cản trở": "waiting",
    "Cản trở mở tài khoản": "waiting for account",
    "Cản trở chi trả": "waiting for payment",
    "Người mở tài khoản": "opened",
    "Trong đó qua bưu điện": "opened by post",
    "Bưu điện": "opened by post",
    "Chi nhánh ngân hàng": "opened at a branch",
    "Điểm lưu động": "opened at a point",
    "Trực tuyến": "opened online",
    "VNeID": "opened by VNeID",
}
NUMBER_OF = {"bang-con-vuong": "without usable", "bang-dung-lai": "stopped", "bang-vi-sao-tien-mat": "holders in cash"}
"""What "Số người" counts in the tables that say it in their caption."""
PLACES = {"bang-tai-khoan", "bang-do-sach", "bang-chi-tra-don-vi"}
"""Tables whose rows are places."""
MARGINS = {"bang-kenh", "bang-ngan-hang"}
"""Tables without a total whose rows add up to a count shown elsewhere."""
OTHERS = "Các lý do khác"
"""A row that gathers something else in every place."""
OTHER_PERSONS = {"bang-chi-tra-ngan-hang"}
"""Tables over other persons than the same headings elsewhere."""
NO_PERSONS = {
    "Số tiền",
    "Số tệp",
    "Số dòng",
    "Tệp không đọc được",
    "Dòng đọc",
    "Dòng nhận",
    "Dòng chờ xử lý",
    "Bản ghi được kiểm tra",
    "Phiên bản",
    "Mã",
    "Tuổi được hưởng",
    "Ở tuổi",
    "Hệ số",
    "Mức một tháng (đồng)",
    "Chênh lệch (điểm phần trăm)",
    "So với lần trước (điểm phần trăm)",
    "Cần mở mỗi ngày (khoảng)",
    "7 ngày qua mỗi ngày (khoảng)",
}
"""Headings of numbers that count no persons, as do all that begin with "Tỷ lệ"."""
REPEATED = {"bang-khong-kip", "bang-chi-tra", "so-voi-chung"}
"""Tables of counts that stand in another table too, or of rates alone under the names of places."""
LEAVING = ("Chưa rõ chủ tài khoản",)
"""Rows that persons with an account leave: when its owner becomes known."""
PARTS = {
    "persons": ("covered", "remaining", "declined", "usable", "complete", "clean", "ready", "paid", "by account"),
    "covered": ("usable",),
    "paid": ("by account", "in cash", "returned"),
    "opened": ("opened by post",),
}
SUMS = (("persons", ("covered", "remaining", "declined")), ("persons", ("usable", "without usable")))
AT_MOST = (
    ("paid", ("by account", "in cash", "returned")),
    ("opened", ("opened by post", "opened at a branch", "opened at a point", "opened online", "opened by VNeID")),
)
SHOWN = re.compile(r"[\d.]+|≤ ?7|…")
"""How a page writes a count."""


REMEDY = "A table over other persons than its headings say elsewhere belongs in OTHER_PERSONS, one whose rows are places in PLACES (tests/spec/disclosure/attacker.py)."


@dataclass
class Attack:
    """What the pages tell: a range for every cell, and what must add up. `truth` is filled by the test, never by the pages."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    at: dict[str, int] = field(default_factory=dict)
    withheld: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    told_by: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Cell → the tables it stands in."""
    equations: dict[tuple[tuple[int, ...], tuple[float, ...]], tuple[float, float]] = field(default_factory=dict)

    def cell(self, name: str, text: str | None = None, table: str = "") -> int:
        """Note what a page shows of a cell, in which table; without text, a quantity nobody shows."""
        at = self.at.setdefault(name, len(self.low))
        if at == len(self.low):
            self.low.append(0)
            self.high.append(MANY)
        if text is None:
            return at
        before, self.texts[name] = self.texts.get(name), text
        self.told_by[name].add(table)
        if text.startswith("≤"):
            self.withheld[name] = "small"
            low, high = 1, THRESHOLD
        elif text == "…":
            self.withheld.setdefault(name, "hidden")
            low, high = 0, MANY
        else:
            value = int(text.replace(".", ""))
            low, high = (max(value - ROUNDING // 2, THRESHOLD + 1), value + ROUNDING // 2) if value else (0, 0)
        self.low[at], self.high[at] = max(self.low[at], low), min(self.high[at], high)
        if self.low[at] > self.high[at]:
            raise AssertionError(f"the pages contradict each other: {name} is {before!r} and {text!r} in {self._tables([name])}. {REMEDY}")
        return at

    def add_up(self, whole: str, parts: list[str], exactly: bool = True) -> None:
        """Let the parts be the whole, or at most the whole."""
        if whole not in self.at or not parts:
            return
        cells = (self.at[whole], *(self.cell(part) for part in parts))
        self.equations[cells, (1.0, *(-1.0 for _ in parts))] = (0, 0 if exactly else highspy.kHighsInf)

    def ranges(self, names: list[str]) -> dict[str, tuple[float, float]]:
        """Return the lowest and highest value each cell can have, all that is known together (relaxed to real numbers)."""
        solver = highspy.Highs()
        solver.silent()
        for low, high in zip(self.low, self.high, strict=True):
            solver.addVar(low, high)
        for (cells, factors), (low, high) in self.equations.items():
            solver.addRow(low, high, len(cells), list(cells), list(factors))
        found = {}
        for name in names:
            at, ends = self.at[name], []
            for sign in (1.0, -1.0):
                solver.changeColCost(at, sign)
                solver.run()
                if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                    raise AssertionError(self.contradiction())
                ends.append(sign * solver.getInfo().objective_function_value)
            solver.changeColCost(at, 0.0)
            found[name] = (ends[0], ends[1])
        return found

    def contradiction(self) -> str:
        """Say which equation cannot hold beside those read before it, what its cells show, and in which tables."""
        names, equations = {at: name for name, at in self.at.items()}, list(self.equations.items())
        good, bad = 0, len(equations)
        while bad - good > 1:
            middle = (good + bad) // 2
            good, bad = (middle, bad) if self._holds(equations[:middle]) else (good, middle)
        cells, _ = equations[bad - 1][0]
        whole, *parts = (names[at] for at in cells)
        sums = " + ".join(f"{name} ({self.texts.get(name, 'not shown')})" for name in parts)
        return f"the pages contradict each other: {whole} ({self.texts.get(whole, 'not shown')}) against {sums}, in {self._tables([whole, *parts])}. {REMEDY}"

    def _holds(self, equations: list) -> bool:
        solver = highspy.Highs()
        solver.silent()
        for low, high in zip(self.low, self.high, strict=True):
            solver.addVar(low, high)
        for (cells, factors), (low, high) in equations:
            solver.addRow(low, high, len(cells), list(cells), list(factors))
        solver.run()
        return solver.getModelStatus() == highspy.HighsModelStatus.kOptimal

    def _tables(self, names: list[str]) -> str:
        return ", ".join(sorted(set().union(*(self.told_by.get(name, set()) for name in names)))) or "no table"


def read(site: Path) -> Attack:
    """Read all pages of a site, tables first, then what the figures draw."""
    attack, rows_of = Attack(), defaultdict(dict)
    slugs = {page.parent.name for page in site.glob("don-vi/*/tai-khoan.html")}
    pages = {page: BeautifulSoup(page.read_text(encoding="utf-8"), "lxml") for page in sorted(site.resolve().rglob("*.html"))}
    places = {page: page.parent.name if page.parent.name in slugs else "city" for page in pages}
    for page, soup in pages.items():
        # A commune's own page tells of the same commune as its row on the district's page, which leads there.
        for link in soup.select('table a[href*="xa-phuong/"]'):
            places[(page.parent / str(link["href"])).resolve()] = f"{places[page]}/{link.get_text(strip=True)}"
    for page, soup in pages.items():
        for table in soup.find_all("table"):
            _table(attack, rows_of, table, places[page])
    for page, soup in pages.items():
        for figure in soup.select("figure[id^=dien-bien]"):
            _line(attack, figure, places[page])
    _between(attack, rows_of, slugs)
    return attack


def read_days(sites: dict[str, Path], coverage_never_falls: bool = True) -> Attack:
    """Read the sites of several days together: one who kept them all, and takes accounts only to become more."""
    whole = Attack()
    told = {day: read(site) for day, site in sorted(sites.items())}
    for day, attack in told.items():
        start = len(whole.low)
        whole.low += attack.low
        whole.high += attack.high
        whole.at |= {f"{day} {name}": start + at for name, at in attack.at.items()}
        whole.withheld |= {f"{day} {name}": kind for name, kind in attack.withheld.items()}
        whole.texts |= {f"{day} {name}": text for name, text in attack.texts.items()}
        for (cells, factors), span in attack.equations.items():
            whole.equations[tuple(start + at for at in cells), factors] = span
    for before, after in pairwise(told) if coverage_never_falls else ():
        for name in told[before].at:
            if name.endswith("|covered") and name in told[after].at and not any(row in name for row in LEAVING):
                whole.add_up(f"{after} {name}", [f"{before} {name}"], exactly=False)
        for place in {name.split("|")[0] for name in told[after].at}:
            then, now = f"{before} {place}|covered", f"{after} {place}|day {before[8:]}/{before[5:7]}/{before[:4]}|covered"
            if then in whole.at and now in whole.at:
                whole.add_up(now, [then], exactly=False)
    return whole


def _line(attack: Attack, figure: Tag, place: str) -> None:
    """Read a line over time: its height over the ticks' says the share to the pixel, its table on which days there is one."""
    persons = attack.texts.get(f"{place}|persons", "…")
    days = [[cell.get_text(strip=True).replace("\xa0", " ") for cell in row.find_all(["th", "td"])] for row in figure.select("tbody tr")]
    known = [(day, share) for day, share in days if share.endswith("%")]
    drawn = figure.select_one('path[style*="--as-accent"]')
    if not re.fullmatch(r"[\d.]+", persons) or not known or not isinstance(drawn, Tag):
        return
    ticks = [
        (float(text.get_text().split()[0]), float(_height(text)))
        for text in figure.select('svg [id*="ytick"] text')
        if re.fullmatch(r"\d+ %", text.get_text())
    ]
    (low, low_at), (high, high_at) = ticks[0], ticks[-1]
    heights = [float(y) for _, y in re.findall(r"[ML]\s*([\d.]+)[ ,]+([\d.]+)", str(drawn["d"]))]
    if len(heights) != len(known):
        return
    # A tick's text stands some pixels below its line, all of them alike: the first day's share in the table says how many.
    scale = (high - low) / (high_at - low_at)
    shift = float(known[0][1].rstrip(" %").replace(",", ".")) - heights[0] * scale
    people = int(persons.replace(".", ""))
    for (day, told), height in zip(known, heights, strict=True):
        share = height * scale + shift
        assert abs(share - float(told.rstrip(" %").replace(",", "."))) < 0.3, "the figure says something else than its table"
        # The table's share is to a tenth of a per cent, so the drawn one is to a twentieth; the count behind it was rounded.
        covered, doubt = share / 100 * people, people / 2000 + ROUNDING / 2
        if covered - doubt > THRESHOLD:
            at = attack.cell(f"{place}|day {day}|covered")
            attack.low[at], attack.high[at] = max(attack.low[at], covered - doubt), min(attack.high[at], covered + doubt)
    attack.add_up(f"{place}|covered", [f"{place}|day {days[-1][0]}|covered"]) if known[-1] == tuple(days[-1]) else None


def _height(text: Tag) -> str:
    """Return where a text of a figure stands, from the top."""
    placed = re.search(r"translate\([\d.]+[ ,]+([\d.]+)\)", str(text.get("transform") or (text.parent or text).get("transform") or ""))
    return placed[1] if placed else str(text.get("y"))


def more_in_files(site: Path) -> list[str]:
    """Return what downloads say that the pages do not: cells with another number, more rows, more sheets."""
    found = []
    for page in sorted(site.rglob("*.html")):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "lxml")
        for table in soup.select("main table.as-table"):
            id = table.get("id") or table.find_parent("figure")["id"]
            stem = site / "tai-ve" / page.relative_to(site).with_suffix("") / str(id)
            shown = [[_plain(cell) for cell in row.find_all(["th", "td"])] for row in table.select("tr")]
            with stem.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as file:
                found += _more(str(stem), shown, list(csv.reader(file)))
            book = openpyxl.load_workbook(stem.with_suffix(".xlsx"))
            rows = [["" if cell is None else str(cell) for cell in row] for row in book.active.iter_rows(min_row=4, values_only=True)]
            found += _more(str(stem), shown, rows[: len(shown)])
            found += [f"{stem}: more sheets"] * (len(book.worksheets) - 1) + [f"{stem}: more rows"] * (
                len([row for row in rows if any(row)]) > len(shown) + 1
            )
    return found


def _plain(cell: Tag) -> str:
    return cell.get_text().replace("\xa0", " ")


def _more(name: str, shown: list[list[str]], held: list[list[str]]) -> list[str]:
    if [len(row) for row in shown] != [len(row[: len(row)]) for row in held]:
        return [f"{name}: another shape"]
    return [
        f"{name}: {text!r} is {other!r}"
        for one, two in zip(shown, held, strict=True)
        for text, other in zip(one, two, strict=True)
        if not _alike(text, other)
    ]


def _alike(text: str, held: str) -> bool:
    """Tell whether a file's cell says what the page's does: the same words, or the number as the page writes it."""
    if held.replace("\xa0", " ").lstrip("'") == text.lstrip("'"):
        return True
    try:
        value = float(held)
    except ValueError:
        return False
    words = re.fullmatch(r"([+−]?)([\d.]+)(?:,(\d+))?(?: (%|tỷ đồng|triệu đồng|đồng))?", text)
    if words is None:
        return False
    written = float(f"{words[2].replace('.', '')}.{words[3] or 0}") * (-1 if words[1] == "−" else 1)
    factor = {"%": 0.01, "tỷ đồng": 1e9, "triệu đồng": 1e6}.get(words[4] or "", 1)
    return abs(written * factor - value) <= 0.5 * factor * 10 ** -len(words[3] or "") * 1e-6 + abs(value) * 1e-9


def _table(attack: Attack, rows_of: dict, table: Tag, place: str) -> None:
    id, head = str(table.get("id") or ""), table.find("thead")
    headings = [cell.get_text(" ", strip=True) for cell in head.find_all("th")] if isinstance(head, Tag) else []
    columns = {at: NUMBER_OF.get(id, "") if name == "Số người" else MEANINGS.get(name, "") for at, name in enumerate(headings)}
    other = f"{id} " if id in OTHER_PERSONS else ""
    margins = defaultdict(list)
    for row in table.select("tbody tr"):
        cells = [cell.get_text(" ", strip=True).replace("\xa0", " ") for cell in row.find_all(["th", "td"])]
        must_be_known(id, headings, columns, cells)
        if not any(columns.values()) or not id:
            continue
        total = "as-total" in (row.get("class") or [])
        where = _where(row, cells, headings, columns, id, place, total)
        for at, meaning in columns.items():
            if not meaning or not SHOWN.fullmatch(cells[at]):
                continue
            name = f"{where}|{other}{meaning}"
            attack.cell(name, cells[at], id)
            if not total:
                margins[f"{other}{meaning}"].append(name)
                if "|" in where and OTHERS not in where:
                    rows_of[where.split("|", 1)[1], meaning, other][place] = name
    summed = id in MARGINS or table.find("tr", class_="as-total") is not None
    for meaning, names in margins.items():
        if summed:
            attack.add_up(f"{place}|{meaning}", names)


def must_be_known(id: str, headings: list[str], columns: dict[int, str], cells: list[str]) -> None:
    """Raise AssertionError for a column of counts that nobody has said the meaning of: it would not be attacked."""
    if id in REPEATED:
        return
    for at, heading in enumerate(headings[: len(cells)]):
        known = columns[at] or heading in NO_PERSONS or heading.startswith("Tỷ lệ")
        if SHOWN.fullmatch(cells[at]) and not known:
            lists = "NUMBER_OF" if heading == "Số người" else "MEANINGS"
            raise AssertionError(
                f"the attacker cannot read the column {heading!r} of the table {id!r}: say what it counts in {lists}, "
                "or that it counts no persons in NO_PERSONS (tests/spec/disclosure/attacker.py)"
            )


def _where(row: Tag, cells: list[str], headings: list[str], columns: dict[int, str], id: str, place: str, total: bool) -> str:
    """Return what a row is of: the place itself, a place below it, or a row of the place's table."""
    if total:
        return place
    if id in PLACES:
        link = row.find("a")
        below = re.search(r"don-vi/([^/]+)/", str(link.get("href"))) if isinstance(link, Tag) else None
        return below.group(1) if below else f"{place}/{cells[0]}"
    words = "/".join(cells[at] for at, heading in enumerate(headings) if not columns[at] and "Tỷ lệ" not in heading and at < 3)
    return f"{place}|{words.split(' · ')[0]}"


def _between(attack: Attack, rows_of: dict, slugs: set[str]) -> None:
    places = {name.rsplit("|", 1)[0] for name in attack.at}
    for place in sorted(places):
        for whole, parts in PARTS.items():
            for part in parts:
                if f"{place}|{part}" in attack.at and f"{place}|{whole}" in attack.at:
                    attack.add_up(f"{place}|{whole}", [f"{place}|{part}", f"{place}|{whole} without {part}"])
        for whole, parts in SUMS:
            if all(f"{place}|{name}" in attack.at for name in (whole, *parts)):
                attack.add_up(f"{place}|{whole}", [f"{place}|{part}" for part in parts])
        for whole, parts in AT_MOST:
            if f"{place}|{whole}" in attack.at:
                attack.add_up(f"{place}|{whole}", [f"{place}|{part}" for part in parts if f"{place}|{part}" in attack.at], exactly=False)
    for by_place in rows_of.values():
        if "city" in by_place and slugs <= set(by_place):
            attack.add_up(by_place["city"], [by_place[slug] for slug in sorted(slugs)])
