"""A restricted workbook that is filled in by hand: first a sheet that explains, then one with the rows. Same rows, same bytes."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter

from ansinh.campaign import Campaign
from ansinh.cells import harmless

EXPLAINS, ROWS = "Hướng dẫn", "Danh sách"
WARNING = "HẠN CHẾ: có dữ liệu cá nhân. Chỉ dùng cho việc ghi ở trang Hướng dẫn, không chuyển tiếp, xóa khi xong (Nghị định 13/2023/NĐ-CP, Luật 91/2025/QH15)."


@dataclass(frozen=True)
class Column:
    """One column: heading, width in signs, whether the recipient fills it in."""

    heading: str
    width: int
    filled: bool = False


@dataclass(frozen=True)
class Rule:
    """What one cell accepts: xlsxwriter's options for a data validation; {cell} in a formula becomes the cell's address."""

    options: tuple[tuple[str, object], ...]


def choices(allowed: Sequence[str]) -> Rule:
    """Return the rule that a cell holds one of `allowed`."""
    return Rule((("validate", "list"), ("source", tuple(allowed)), ("error_message", "Chọn một giá trị trong danh sách.")))


def formula(text: str, hint: str) -> Rule:
    """Return the rule that a formula over the cell ({cell}) is true; `hint` is shown beside the cell."""
    return Rule((("validate", "custom"), ("value", f"={text}"), ("input_message", hint[:255]), ("error_message", f"Cần: {hint}."[:255])))


def hinted(hint: str) -> Rule:
    """Return a rule that accepts anything and shows a hint beside the cell."""
    return Rule((("validate", "any"), ("input_message", hint[:255])))


def workbook(
    campaign: Campaign,
    title: str,
    explanation: Sequence[str],
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    rules: Mapping[int, Sequence[Rule | None]],
) -> bytes:
    """Return the workbook.

    explanation is one paragraph a line (a line that begins with "# " is a heading); rows are texts, one for each column; rules are, for
    a column's place, one rule (or None) a row. Cells the recipient fills in are open and yellow, all others are locked without password.
    """
    buffer = io.BytesIO()
    # Texts stay texts whatever they look like.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": title, "author": campaign.authority, "created": dt.datetime.combine(campaign.as_of, dt.time())})
    _explain(book, title, explanation)
    _list(book, title, columns, rows, rules)
    book.close()
    return buffer.getvalue()


def _explain(book: xlsxwriter.Workbook, title: str, explanation: Sequence[str]) -> None:
    sheet = book.add_worksheet(EXPLAINS)
    sheet.set_column(0, 0, 100)
    sheet.hide_gridlines(2)
    heading = book.add_format({"bold": True, "font_size": 14, "text_wrap": True})
    strong = book.add_format({"bold": True, "top": 1})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    warning = book.add_format({"bold": True, "text_wrap": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"})
    sheet.write_string(0, 0, harmless(title), heading)
    sheet.write_string(1, 0, WARNING, warning)
    for at, line in enumerate(explanation, 2):
        sheet.write_string(at, 0, harmless(line.removeprefix("# ")), strong if line.startswith("# ") else plain)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _list(
    book: xlsxwriter.Workbook,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    rules: Mapping[int, Sequence[Rule | None]],
) -> None:
    sheet = book.add_worksheet(ROWS)
    top = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#DDEBF7"})
    told = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "num_format": "@"})
    asked = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "num_format": "@", "bg_color": "#FFF9DB", "locked": False})
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, column.heading, top)
    for number, row in enumerate(rows, 1):
        for at, (column, value) in enumerate(zip(columns, row, strict=True)):
            form = asked if column.filled else told
            if value:
                sheet.write_string(number, at, harmless(value), form)
            else:
                sheet.write_blank(number, at, None, form)
    for at, given in rules.items():
        _validate(sheet, at, given)
    last = len(rows)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.protect("", {"format_cells": True, "format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_header(f"&L{_header(title)}&RHẠN CHẾ: có dữ liệu cá nhân")
    sheet.set_footer("&CTrang &P/&N")


def _header(title: str) -> str:
    return title.replace("&", "&&")[:150]


def _validate(sheet: xlsxwriter.worksheet.Worksheet, at: int, given: Sequence[Rule | None]) -> None:
    """Lay each rule once over all runs of rows it is for."""
    runs: dict[Rule, list[list[int]]] = {}
    for number, rule in enumerate(given, 1):
        if rule is None:
            continue
        found = runs.setdefault(rule, [])
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    for rule, spans in runs.items():
        first = xlsxwriter.utility.xl_rowcol_to_cell(spans[0][0], at)
        options = {
            key: value.replace("{cell}", first) if isinstance(value, str) else list(value) if isinstance(value, tuple) else value
            for key, value in rule.options
        }
        options["other_cells"] = [[start, at, end, at] for start, end in spans]
        sheet.data_validation(spans[0][0], at, spans[0][1], at, options)
