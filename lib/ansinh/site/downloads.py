"""Published tables as files: CSV for programs, XLSX for offices. Same table, same bytes; no cell can become a formula.

CSV: RFC 4180 with a byte order mark (Excel then reads UTF-8), decimal points, shares as fractions, withheld cells as on the page.
A text that a spreadsheet would take for a formula gets an apostrophe in front in CSV (OWASP, "CSV Injection"); in a workbook the
cell says so by its format (quotePrefix), and its text stays as it stands on the page.
"""

from __future__ import annotations

import csv
import datetime as dt
import io

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from ansinh.campaign import Campaign
from ansinh.cells import CONTROLS, harmless
from ansinh.errors import AnsinhError
from ansinh.show import numbers
from ansinh.site.published import Cell, Table, Value

FOLDER = "tai-ve"
"""Where downloads lie, from the site's root: <folder>/<page address>/<table id>.csv and .xlsx."""
_WIDEST = 60
_FORMATS = {"count": "#,##0", "share": "0.0%", "whole share": "0%", "points": "+0.0;−0.0;0.0", "whole points": "+0;−0;0"} | {
    f"decimal {n}": f"0.{'0' * n}" for n in range(1, 5)
}


def as_csv(table: Table) -> bytes:
    """Return the table as CSV: one row of headings, then its rows."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([harmless(heading) for heading in table.headings])
    for row in table.rows:
        writer.writerow([harmless(cell.value) if isinstance(cell.value, str) else cell.value for cell in row.cells])
    return buffer.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table, campaign: Campaign, page: str = "") -> bytes:
    """Return the table as a workbook: caption, title of its `page`, date and kind of data, headings, rows with number formats, notes.

    It prints on A4 across, as wide as the paper, its headings on every sheet.
    """
    buffer = io.BytesIO()
    # Texts stay texts whatever they look like.
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": table.caption, "author": campaign.authority, "created": dt.datetime.combine(campaign.as_of, dt.time())})
    strong, wrapped = book.add_format({"bold": True}), book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    quoted = book.add_format({"quote_prefix": True})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()}
    sheet = book.add_worksheet("Số liệu")
    sheet.write_string(0, 0, harmless(table.caption), strong)
    sheet.write_string(1, 0, harmless(f"{page}. {source_line(campaign)}" if page else source_line(campaign)))
    for column, heading in enumerate(table.headings):
        sheet.write_string(3, column, harmless(heading), wrapped)
        sheet.set_column(column, column, _width(table, column))
    for at, row in enumerate(table.rows, 4):
        for column, cell in enumerate(row.cells):
            value: Value = cell.value
            if isinstance(value, str):
                plain = value.translate(CONTROLS)
                sheet.write_string(at, column, plain, None if harmless(value) == plain else quoted)
            else:
                sheet.write_number(at, column, value, formats[_kind(cell)])
    if table.note:
        sheet.write_string(5 + len(table.rows), 0, harmless(table.note))
    sheet.freeze_panes(4, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    sheet.set_footer("&C&P / &N")
    try:
        book.close()
    except XlsxWriterException as error:
        raise AnsinhError(f"The table {table.id} could not be written as a workbook: {type(error).__name__}.") from None
    return buffer.getvalue()


def source_line(campaign: Campaign) -> str:
    """Say of which day the figures are, and whether they are real."""
    kind = "Dữ liệu mô phỏng, không phải số liệu thật. " if campaign.synthetic else ""
    return f"{kind}Số liệu đến ngày {numbers.date(campaign.as_of)}. {campaign.title}."


def about(campaign: Campaign) -> str:
    """Return the text that lies beside the downloads: how to read them."""
    rule = campaign.disclosure
    marks = (
        f"“{numbers.small(rule.threshold)}”: {numbers.SMALL_WORDS}. “…”: không công bố để không suy ra được số nhỏ.\n"
        f"Số đếm làm tròn đến {rule.rounding}.\n"
        if campaign.audience == "public"
        else "Lưu hành nội bộ: số liệu không che số nhỏ.\n"
    )
    return (
        f"{source_line(campaign)}\n\n"
        "Mỗi bảng trên trang có một tệp .csv và một tệp .xlsx, cùng nội dung với bảng.\n"
        "Tệp .csv: mã UTF-8, ngăn cách bằng dấu phẩy, dấu chấm thập phân, tỷ lệ ghi từ 0 đến 1, số tiền tính bằng đồng.\n"
        f"{marks}"
    )


def _kind(cell: Cell) -> str:
    """Return how a number is written: a count, a share or a difference in points, each as exactly as on the page."""
    if cell.text[:1] in ("+", "−"):
        return "points" if "," in cell.text else "whole points"
    if cell.text.endswith("%"):
        return "share" if "," in cell.text else "whole share"
    return f"decimal {len(cell.text.partition(',')[2])}" if isinstance(cell.value, float) else "count"


def _width(table: Table, column: int) -> int:
    longest = max((len(row.cells[column].text) for row in table.rows if column < len(row.cells)), default=0)
    return max(10, min(_WIDEST, max(longest, len(table.headings[column]) // 2) + 2))
