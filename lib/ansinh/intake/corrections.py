"""Returned worklists: what a recipient filled in becomes a scripted mend, with the source's value kept; or waits with its reason.

A correction says: this row, this field, found so, right is so. It is applied only while the source still says what the recipient
found. Applying twice changes nothing; two answers to one question are a conflict, and none is applied; a correction of a corrected
value follows on the first. Every row of a returned list ends in one state and stands in the table `corrections`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

import duckdb
import pandas as pd

from ansinh import store
from ansinh.cells import harmless
from ansinh.errors import EngineError
from ansinh.intake import keys
from ansinh.intake.fields import BY_LABEL, Change, Field, Tools
from ansinh.intake.values import plain

RULE = "correction"
"""Rule of a mend that a returned list made."""

HELD = {
    "unknown": "Mã dòng không có trong dữ liệu kỳ này: danh sách nguồn đã bỏ dòng này, hoặc tệp thuộc đợt khác. Lấy danh sách cần rà soát mới.",
    "stale": "Danh sách nguồn đã thay đổi sau khi lập danh sách cần rà soát, nên giá trị ghi trong tệp không được áp dụng. Lấy danh sách mới.",
    "conflict": "Hai dòng trả về ghi hai giá trị khác nhau cho cùng một trường của cùng một bản ghi. Thống nhất rồi gửi lại một giá trị.",
    "unreadable": "Giá trị đúng chưa đúng dạng",
    "field": "Trường cần sửa không có hoặc không sửa được bằng danh sách này. Không đổi cột Trường cần sửa.",
}
"""State of a correction that waits → why and what to do; without personal values."""
_ALTERED = (
    "Cột Giá trị hiện có trong tệp khác danh sách nguồn: hoặc danh sách nguồn đã thay đổi, hoặc cột này trong tệp đã bị sửa. Giá trị đúng không được áp dụng."
    " Lấy danh sách mới, không sửa cột Giá trị hiện có."
)
"""Why a stale correction waits whose row is still in the source: which of the two was altered cannot be known."""
STATES = ("applied", "already", "answered", "open", *HELD)

_GIVEN = ("row_key", "check_id", "field", "found_value", "value", "answer", "note")
_HEADED = ("Mã dòng", "Mã tiêu chí", "Trường cần sửa", "Giá trị hiện có", "Giá trị đúng", "Kết quả xử lý", "Ghi chú xử lý")
"""What a worklist calls these."""
_WHERE = ("source_file", "source_sheet", "source_row")


@dataclass(eq=False)
class Given:
    """One row of a returned list: what it says, which row it means, and what becomes of it."""

    said: dict[str, Any]
    field: Field | None = None
    target: dict[str, Any] | None = None
    change: Change = made(default_factory=dict)
    state: str = ""
    original: str = ""
    mended: str = ""

    @property
    def found(self) -> str:
        """The value the recipient found, as a sheet shows it."""
        return _same(self.said["found_value"])

    @property
    def hint(self) -> str:
        """Why it waits, "" when it does not."""
        if self.state == "unreadable" and self.field:
            text = " Để ô ở dạng văn bản (Text), kẻo bảng tính bỏ số 0 ở đầu." if self.field.tells == "number" else ""
            return f"{HELD['unreadable']} (cần: {self.field.hint}). Ghi lại rồi gửi lại.{text}"
        if self.state == "stale" and self.target:
            return _ALTERED
        return HELD.get(self.state, "")


def settle(con: duckdb.DuckDBPyConnection, tools: Tools, secret: str) -> None:
    """Settle all staged corrections against the tables listed_* of `con`, and mend these.

    Leaves the tables settled (one row per row of a returned list), waiting (rows for `quarantine`) and corrected (rows for `mends`).
    """
    given = [Given(row) for row in _rows(con, "SELECT * FROM staged_corrections ORDER BY source_file, source_sheet, source_row")]
    if secret:
        for table in keys.LETTERS:
            _find(con, table, given, secret)
    for item in given:
        _read(item, tools)
    groups: dict[tuple[Any, ...], list[Given]] = {}
    for item in given:
        if not item.state and item.field and item.target:
            groups.setdefault((item.field.table, *_place(item.target), item.field.name), []).append(item)
    for items in groups.values():
        _chain(items, tools)
    _mend(con, [item for item in given if item.state == "applied"])
    _tell(con, given)


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    try:
        found = con.execute(sql)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    except duckdb.Error as error:
        raise EngineError(f"The engine could not read the corrections ({type(error).__name__}).") from None


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _WHERE)


def _find(con: duckdb.DuckDBPyConnection, table: str, given: list[Given], secret: str) -> None:
    """Find the rows of one table that are meant; a row that has moved is found by its content, one that was changed is stale."""
    asked = [
        (item, matched)
        for item in given
        if (matched := keys.KEY.fullmatch(item.said["row_key"] or "")) and matched[1] == keys.LETTERS[table]
    ]
    if not asked:
        return
    con.register(
        "asked", pd.DataFrame({"content": [m[2] for _, m in asked], "position": [m[3] for _, m in asked]}, dtype="str").drop_duplicates()
    )
    rows = _rows(
        con,
        f"""WITH keyed AS ({keys.keyed(table, f"listed_{table}", secret)})
        SELECT * FROM keyed WHERE content IN (SELECT content FROM asked) OR position IN (SELECT position FROM asked)
        ORDER BY source_file, source_sheet, source_row""",
    )
    con.unregister("asked")
    contents = {row["content"]: row for row in rows}
    positions = {row["position"] for row in rows}
    for item, matched in asked:
        item.target = contents.get(matched[2])
        if item.target is None:
            item.state = "stale" if matched[3] in positions else ""


def _read(item: Given, tools: Tools) -> None:
    """Decide what needs no comparison: nothing filled in, an answer only, an unknown row or field, a value of the wrong form."""
    said = item.said
    value = said["value"] or ""
    if item.state:
        item.state = item.state if value or said["answer"] else "open"
        return
    if not value and not said["answer"]:
        item.state = "open"
    elif item.target is None:
        item.state = "unknown"
    elif not value:
        item.state = "answered"
    else:
        table = keys.TABLES[said["row_key"][0]]
        item.field = BY_LABEL.get((table, said["field"] or ""))
        change = item.field.read(value, item.target, tools) if item.field else None
        # The value found, written once more, confirms it; unless it has not the form (a spreadsheet took the zeros again).
        confirmed = "answered" if _same(value) == item.found else ""
        if item.field is None:
            item.state = confirmed or "field"
        else:
            item.state = confirmed if change is not None else "unreadable"
        item.change = change or {}


def _chain(items: list[Given], tools: Tools) -> None:
    """Settle all corrections of one field of one row: in turn, each upon the value it found."""
    now, waiting = items[0], list(items)
    assert now.field
    assert now.target
    row, field = dict(now.target), now.field
    while due := [item for item in waiting if item.found == _same(field.show(row))]:
        waiting = [item for item in waiting if item not in due]
        results = {_same(field.show(row | item.change)) for item in due}
        if len(results) > 1:
            for item in due:
                item.state = "conflict"
            break
        before = field.show(row)
        row |= due[0].change
        for number, item in enumerate(due):
            item.state = "already" if number else "applied"
            item.original, item.mended = before, field.show(row)
    for item in waiting:
        item.state = "already" if _same(field.show(row | item.change)) == _same(field.show(row)) else "stale"


def _same(text: object) -> str:
    """Fold what two programs may write differently: spaces, composition, the apostrophe that disarms a formula, a date."""
    folded = harmless(plain(text)).removeprefix("'")
    if matched := _DAY.fullmatch(folded):
        day, month, year = (matched[name] or matched[f"{name}_"] for name in ("day", "month", "year"))
        return f"{day:0>2}/{month:0>2}/{year}"
    return folded


_DAY = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})|(?P<year_>\d{4})-(?P<month_>\d{2})-(?P<day_>\d{2})")


def _mend(con: duckdb.DuckDBPyConnection, applied: list[Given]) -> None:
    """Write the new values into the listed_* tables, column by column; of a chain the last one stands."""
    cells: dict[tuple[str, str], dict[tuple[Any, ...], object]] = {}
    for item in applied:
        assert item.field
        assert item.target
        for column, value in item.change.items():
            cells.setdefault((item.field.table, column), {})[_place(item.target)] = value
    for (table, column), values in sorted(cells.items()):
        kind = store.sql_type(store.TABLES[table], column)
        frame = pd.DataFrame(
            [(*place, None if value is None else str(value)) for place, value in values.items()], columns=[*_WHERE, "value"]
        )
        con.register("cells", frame.astype({"source_row": "int64", "value": "str"}))
        try:
            con.execute(
                f'UPDATE listed_{table} AS t SET "{column}" = cells.value::{kind} FROM cells'
                " WHERE t.source_file = cells.source_file AND t.source_sheet = cells.source_sheet AND t.source_row = cells.source_row"
            )
        except duckdb.Error as error:
            raise EngineError(f"The engine could not apply corrections to {table}.{column} ({type(error).__name__}).") from None
        con.unregister("cells")


def _tell(con: duckdb.DuckDBPyConnection, given: list[Given]) -> None:
    """Lay down what became of every row."""
    _lay(
        con,
        "settled",
        (*_GIVEN, "extra", "table", "unit", "state", "state_text", "at_file", "at_sheet", "at_row", *_WHERE),
        _settled(given),
    )
    held = (item for item in given if item.state in HELD)
    _lay(con, "waiting", store.QUARANTINE.names, ((*_waiting(item), *_place(item.said)) for item in held))
    mends = (item for item in given if item.state == "applied")
    _lay(con, "corrected", ("table", "field", "original", "value", "at_file", "at_sheet", "at_row", *_WHERE), _corrected(mends))


def _settled(given: Iterable[Given]) -> Iterator[tuple[Any, ...]]:
    for item in given:
        said, table = item.said, keys.TABLES.get((item.said["row_key"] or " ")[0])
        at = _place(item.target) if item.target else (None, None, None)
        yield (*(said[name] for name in (*_GIVEN, "extra")), table, said["unit"], item.state, item.hint, *at, *_place(said))


def _waiting(item: Given) -> tuple[str, str, str, str, str]:
    cells = json.dumps({head: item.said[name] or "" for head, name in zip(_HEADED, _GIVEN, strict=True)}, ensure_ascii=False)
    return "corrections", item.said["unit"], f"{RULE}_{item.state}", item.hint, cells


def _corrected(applied: Iterable[Given]) -> Iterator[tuple[Any, ...]]:
    for item in applied:
        assert item.field
        assert item.target
        yield (item.field.table, next(iter(item.change)), item.original, item.mended, *_place(item.target), *_place(item.said))


def _lay(con: duckdb.DuckDBPyConnection, name: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    types = ", ".join(f'"{column}" {"BIGINT" if column.endswith("_row") else "VARCHAR"}' for column in columns)
    con.execute(f"CREATE TABLE {name} ({types})")
    listed = list(rows)
    if listed:
        con.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", listed)
