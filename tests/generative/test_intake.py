"""Properties of intake: no cell and no sheet crashes a reader, nothing is lost, what is written is read back."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from ansinh.campaign import Workspace
from ansinh.intake import values
from ansinh.intake.columns import READERS, SEX, readers
from ansinh.intake.files import Job, read_file
from ansinh.intake.headings import Headings
from ansinh.intake.words import Words
from ansinh.show.numbers import count

ROOT = Path(__file__).parents[2]
WORKSPACE = Workspace(ROOT)
CAMPAIGN = WORKSPACE.campaign()
HEADINGS = Headings.read(WORKSPACE.params / "headings.yml")
CELLS = st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.none(), st.booleans(), st.dates(), st.datetimes(), st.times())
WORDS = Words.read(WORKSPACE.params / "values.yml")
ALL_READERS = [reader for kind in READERS for reader in readers(kind, WORDS).values()]
ALL_READERS += [WORDS.reader(SEX), values.moment, values.period, values.day]
TEXTS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=15)


@given(CELLS)
def test_no_cell_crashes_a_reader_and_every_rule_has_a_name(cell: object) -> None:
    for reader in ALL_READERS:
        value, rule = reader(cell)
        assert isinstance(rule, str)
        assert value is None or value != ""


@given(st.integers(1, 10**10))
def test_an_amount_written_with_dots_commas_or_currency_is_read_back(amount: int) -> None:
    for written in (amount, float(amount), str(amount), count(amount), f"{amount:,}", f"{count(amount)} đồng", f" {count(amount)} đ "):
        assert values.amount(written) == (amount, "")


@given(st.dates(min_value=dt.date(1900, 1, 1)), st.times())
def test_a_moment_written_the_banks_way_is_read_back(day: object, time: object) -> None:
    moment = f"{day:%d/%m/%Y} {time:%H:%M:%S}"
    value, _ = values.moment(moment)
    assert value is None or f"{value:%d/%m/%Y %H:%M:%S}" == moment


@given(st.integers(1, 12), st.integers(2000, 2099))
def test_a_period_in_every_form_is_one_period(month: int, year: int) -> None:
    for written in (f"{month}/{year}", f"{month:02}/{year}", f"Tháng {month}/{year}", f"{year}-{month:02}", f"Kỳ {month}.{year}"):
        assert values.period(written)[0] == f"{year}-{month:02}"


@given(TEXTS)
def test_no_heading_crashes_and_case_and_spaces_do_not_matter(text: str) -> None:
    assert HEADINGS.field_of(text) == HEADINGS.field_of(f"  {text}  ")


@given(st.sampled_from(sorted(HEADINGS.synonyms)), st.sampled_from([str.upper, str.title, str.lower]))
def test_every_synonym_is_found_in_any_case(synonym: str, case: object) -> None:
    assert HEADINGS.field_of(case(synonym)) == HEADINGS.synonyms[synonym]  # type: ignore[operator]


ROW = st.lists(TEXTS, min_size=5, max_size=5)


@settings(max_examples=30, deadline=None)
@given(st.lists(ROW, max_size=20), st.sampled_from(",;\t|"))
def test_any_sheet_loses_no_row(rows: list[list[str]], separator: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=separator).writerows([["STT", "Họ và tên", "Ngày sinh", "Số CCCD", "Ghi chú"], *rows])
        path = folder / "001-ba-dinh.csv"
        path.write_bytes(out.getvalue().encode())
        load, _ = read_file(Job(ROOT, CAMPAIGN, "beneficiaries", path, path.name, folder / "cache", False))
        assert load.rows_read == load.rows_kept + load.rows_quarantined <= len(rows)


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([".csv", ".xlsx", ".xls", ".xlsb", ".ods", ".parquet"]))
def test_any_bytes_under_any_name_are_read_or_refused_with_a_sentence(data: bytes, ending: str) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / f"001-ba-dinh{ending}"
        path.write_bytes(data)
        load, _ = read_file(Job(ROOT, CAMPAIGN, "beneficiaries", path, path.name, Path(name) / "cache", False))
        assert load.status in ("loaded", "refused")
        assert load.status == "loaded" or load.message.endswith(".")
