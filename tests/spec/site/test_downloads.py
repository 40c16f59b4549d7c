"""A table taken home is the table of the page: the same figures as numbers, the same words as texts, and nothing that calculates."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansinh.campaign import Campaign, Workspace
from ansinh.show import numbers
from ansinh.show.tables import plain
from ansinh.site.downloads import as_csv, as_xlsx
from ansinh.site.published import Table
from ansinh.site.published import tables as read
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return Workspace(ROOT).campaign()


@pytest.fixture(scope="module")
def table() -> Table:
    """Snapshots with what changed between them, and a note a spreadsheet would calculate."""
    rows = [["07/01/2024", "12.015", "78,2\xa0%", "–", "ổn định"], ["14/01/2024", "12.015", "92,6\xa0%", "+14,4", "+84 24 3825"]]
    headings = ["Số liệu đến ngày", "Người thụ hưởng", "Tỷ lệ có tài khoản", "So với kỳ trước (điểm phần trăm)", "Ghi chú"]
    return read(plain("bang", "Các kỳ", headings, rows, figures=(1, 2, 3)).html)[0]


def test_a_difference_in_percentage_points_is_a_number_with_its_sign(table: Table, campaign: Campaign) -> None:
    assert list(csv.reader(io.StringIO(as_csv(table).decode("utf-8-sig"))))[2][1:4] == ["12015", "0.926", "14.4"]
    cell = openpyxl.load_workbook(io.BytesIO(as_xlsx(table, campaign))).active["D6"]
    assert (cell.value, cell.number_format) == (14.4, "+0.0;−0.0;0.0")


def test_a_text_like_a_formula_is_marked_in_csv_and_stays_itself_in_a_workbook(table: Table, campaign: Campaign) -> None:
    assert list(csv.reader(io.StringIO(as_csv(table).decode("utf-8-sig"))))[2][4] == "'+84 24 3825"
    cell = openpyxl.load_workbook(io.BytesIO(as_xlsx(table, campaign))).active["E6"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("+84 24 3825", "s", True)


@given(st.floats(-1, 1))
def test_a_difference_is_read_back_as_it_was_written(difference: float) -> None:
    assert numbers.parse(numbers.change(difference)) == round(difference * 100, 1)
