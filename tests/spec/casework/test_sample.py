"""An auditor's sample: drawn by a seed anybody can repeat, recorded, kept restricted, and evaluated to an estimate with its bound."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from ansinh import access, casework, store
from ansinh.campaign import Campaign, Workspace
from ansinh.casework import papers
from ansinh.casework.sample import Sample, folder
from ansinh.cli.commands import app
from ansinh.errors import UserError
from ansinh.intake import keys
from ansinh.measures import sampling
from tests.conftest import lay_workspace

UNIT = "277"


@pytest.fixture
def place(city: Workspace, campaign: Campaign, tmp_path: Path) -> Workspace:
    """A workspace of its own over the small city's judged store: samples leave their records in it."""
    made = lay_workspace(tmp_path / "workspace")
    made.data(campaign).mkdir(parents=True)
    (made.data(campaign) / "store").symlink_to(city.data(campaign) / "store")
    return made


def draw(place: Workspace, campaign: Campaign, out: Path, **options: object) -> casework.Drawn:
    given: dict[str, object] = {"seed": 20240115, "unit": UNIT} | options
    return casework.draw(place, campaign, out, **given)  # type: ignore[arg-type]


def fill(drawn: casework.Drawn, wrong: int = 0, unseen: int = 0, right_amount: int | None = None) -> Path:
    """Fill in the papers: the first `wrong` are wrong, the next `unseen` could not be verified, the others are right."""
    book = openpyxl.load_workbook(drawn.workbook)
    sheet = book["Danh sách"]
    column = {cell.value: cell.column for cell in sheet[1]}
    for at in range(2, sheet.max_row + 1):
        verdict = "Sai" if at - 2 < wrong else "Không xác minh được" if at - 2 < wrong + unseen else "Đúng"
        sheet.cell(at, column["Kết luận"], verdict)
        if verdict == "Sai" and right_amount is not None:
            sheet.cell(at, column["Số tiền đúng"], str(right_amount))
    book.save(drawn.workbook)
    return drawn.workbook


def test_the_same_seed_draws_the_same_sample_byte_for_byte_and_another_seed_another(
    place: Workspace, campaign: Campaign, tmp_path: Path
) -> None:
    first, second = (draw(place, campaign, tmp_path / name) for name in ("a", "b"))
    assert first.sample == second.sample
    assert first.workbook.read_bytes() == second.workbook.read_bytes()
    other = draw(place, campaign, tmp_path / "a", seed=7).sample
    assert other.population_sha256 == first.sample.population_sha256
    assert {item.key for item in other.items} != {item.key for item in first.sample.items}


def test_anybody_can_repeat_a_simple_draw_from_the_seed_alone(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    found = draw(place, campaign, tmp_path / "out", design="simple").sample
    con = store.connect(place.store(campaign, campaign.as_of))
    ids = [row[0] for row in con.execute("SELECT person_id FROM persons WHERE unit = ?", [UNIT]).fetchall()]
    assert found.population == len(ids)
    assert len(found.items) == sampling.attribute_size(0.95, 0.05, 0.01, population=len(ids)).items
    drawn = sorted(ids, key=lambda id: (hashlib.sha256(f"20240115|{id}".encode()).hexdigest(), id))[: len(found.items)]
    keyed = keys.keyed("beneficiaries", "beneficiaries", keys.secret(place, campaign))
    known = dict(con.execute(f"SELECT row_key, person_id FROM ({keyed})").fetchall())
    assert [known[item.key] for item in found.items] == drawn


def test_a_stratified_sample_takes_two_of_every_stratum_and_its_strata_add_up(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    found = draw(place, campaign, tmp_path / "out").sample
    taken = {name: sum(item.stratum == name for item in found.items) for name in found.strata}
    assert all(taken[name] >= min(2, size) for name, size in found.strata.items())
    assert sum(found.strata.values()) == found.population
    assert len({item.key for item in found.items}) == len(found.items)
    assert {name.rsplit(", ", 1)[1] for name in found.strata} == {"dữ liệu sạch", "có lỗi cản trở"}


def test_a_monetary_sample_takes_every_interval_and_all_that_is_as_large(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    found = draw(place, campaign, tmp_path / "out", design="monetary").sample
    con = store.connect(place.store(campaign, campaign.as_of))
    where = "unit = ? AND status = 'active' AND amount > 0"
    book, large, large_book = con.execute(
        f"SELECT sum(amount), count(*) FILTER (amount >= {found.interval}), coalesce(sum(amount) FILTER (amount >= {found.interval}), 0) FROM beneficiaries WHERE {where}",
        [UNIT],
    ).fetchone() or (0, 0, 0)
    assert found.book == book
    assert sum(item.certain for item in found.items) == large
    hits = len(found.items) - large
    assert hits == (book - large_book - found.start) // found.interval + 1


def guide(drawn: casework.Drawn) -> list[str]:
    return [str(row[0]) for row in openpyxl.load_workbook(drawn.workbook)["Hướng dẫn"].iter_rows(values_only=True) if row[0]]


def test_papers_show_each_records_amount_and_never_a_sum_no_decision_says(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    drawn = draw(place, campaign, tmp_path / "out", tolerable=0.01, expected=0.001)
    keyed = keys.keyed("beneficiaries", "beneficiaries", keys.secret(place, campaign))
    con = store.connect(place.store(campaign, campaign.as_of))
    several = con.execute(
        f"SELECT k.row_key, list(b.amount) FROM ({keyed}) k JOIN beneficiaries b USING (person_id) GROUP BY k.row_key HAVING count(*) > 1"
    ).fetchall()
    sheet = openpyxl.load_workbook(drawn.workbook)["Danh sách"]
    column = {cell.value: cell.column - 1 for cell in sheet[1]}
    shown = {row[column["Mã dòng"]]: row[column["Mức trợ cấp (đồng)"]] for row in sheet.iter_rows(min_row=2, values_only=True)}
    both = {key: amounts for key, amounts in several if key in shown}
    assert both
    for key, amounts in both.items():
        told = {
            f"{amount:,}".replace(",", ".") + (f" ({amounts.count(amount)} bản ghi)" if amounts.count(amount) > 1 else "")
            for amount in amounts
        }
        assert set(str(shown[key]).split("; ")) == told
    assert any("2 bản ghi" in line for line in guide(drawn))


def test_two_records_of_one_amount_are_told_as_two() -> None:
    assert papers.amounts([660_000, 660_000]) == "660.000 (2 bản ghi)"
    assert papers.amounts([660_000, None, 2_055_000]) == "660.000; 2.055.000"


@pytest.mark.parametrize("design", casework.DESIGNS)
def test_the_steps_of_the_guide_are_numbered_without_a_gap(place: Workspace, campaign: Campaign, tmp_path: Path, design: str) -> None:
    steps = [line for line in guide(draw(place, campaign, tmp_path / "out", design=design)) if line[0].isdigit()]
    assert [line.split(".")[0] for line in steps] == [str(number) for number in range(1, len(steps) + 1)]


def test_the_record_says_how_it_was_drawn_and_names_nobody(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    drawn = draw(place, campaign, tmp_path / "out")
    record = folder(place, campaign) / f"{drawn.sample.id}.json"
    beside = drawn.workbook.with_suffix(".json")
    assert record.read_bytes() == beside.read_bytes()
    assert Sample.read(record) == drawn.sample
    content = json.loads(record.read_text())
    assert (content["seed"], content["confidence"], content["tolerable"], content["expected"]) == (20240115, 0.95, 0.05, 0.01)
    rows = openpyxl.load_workbook(drawn.workbook)["Danh sách"].iter_rows(min_row=2, values_only=True)
    names = {str(row[4]) for row in rows}
    assert len(names) > 10
    assert not [name for name in names if name in record.read_text()]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_papers_are_as_restricted_as_worklists(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    drawn = draw(place, campaign, tmp_path / "out", reason="kiểm toán quý 1")
    files = [drawn.workbook, drawn.workbook.with_suffix(".json"), folder(place, campaign) / f"{drawn.sample.id}.json"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    entry = list(access.entries(place, campaign))[-1]
    assert (entry["action"], entry["unit"], entry["rows"], entry["reason"]) == (
        "sample stratified",
        UNIT,
        len(drawn.sample.items),
        "kiểm toán quý 1",
    )
    for out in (place.reports / "x", place.output(campaign), place.root / "lists"):
        with pytest.raises(UserError, match="--out"):
            draw(place, campaign, out)
    draw(place, campaign, tmp_path / "locked", password="mật khẩu đủ dài")
    assert (tmp_path / "locked" / drawn.workbook.name).read_bytes()[:4] == b"\xd0\xcf\x11\xe0"


def test_a_simple_sample_is_evaluated_exactly(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    drawn = draw(place, campaign, tmp_path / "out", design="simple")
    result = casework.evaluate(place, campaign, fill(drawn, wrong=1, unseen=1))
    expected = sampling.hypergeometric(2, len(drawn.sample.items), drawn.sample.population, 0.95)
    assert result.share == expected
    assert result.unseen == 1
    assert result.tolerated == (expected.upper <= 0.05)
    again = casework.evaluate(place, campaign, drawn.workbook)
    assert again.json() == result.json() == (folder(place, campaign) / f"{drawn.sample.id}.result.json").read_text()


def test_as_many_errors_as_were_planned_for_are_tolerated_and_one_more_is_not(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    drawn = draw(place, campaign, tmp_path / "out", design="simple")
    allowed = drawn.sample.errors_allowed
    assert casework.evaluate(place, campaign, fill(drawn, wrong=allowed)).tolerated
    assert not casework.evaluate(place, campaign, fill(drawn, wrong=allowed + 1)).tolerated


def test_a_stratified_sample_is_evaluated_by_stratum_and_overall(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    drawn = draw(place, campaign, tmp_path / "out")
    result = casework.evaluate(place, campaign, fill(drawn, wrong=3))
    assert sum(found.stratum.errors for found in result.strata) == 3
    assert sum(found.stratum.population for found in result.strata) == drawn.sample.population
    whole = drawn.sample.population
    estimate = sum(found.stratum.population / whole * found.share.estimate for found in result.strata)
    assert result.share
    assert result.share.estimate == pytest.approx(estimate)
    assert result.share.lower <= estimate <= result.share.upper


def test_a_monetary_sample_is_evaluated_to_a_projection_and_an_upper_limit(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    drawn = draw(place, campaign, tmp_path / "out", design="monetary")
    clean = casework.evaluate(place, campaign, fill(drawn)).money
    assert clean
    assert (clean.projected, clean.upper) == (0, pytest.approx(sampling.confidence_factor(0.95) * drawn.sample.interval))
    none_due = casework.evaluate(place, campaign, fill(drawn, wrong=1, right_amount=0)).money
    assert none_due
    assert none_due.projected >= drawn.sample.interval or drawn.sample.items[0].certain
    unsaid = casework.evaluate(place, campaign, fill(drawn, unseen=1)).money
    assert unsaid
    assert unsaid.upper == none_due.upper


def test_papers_that_are_not_the_samples_or_not_filled_in_are_refused_with_the_row(
    place: Workspace, campaign: Campaign, tmp_path: Path
) -> None:
    drawn = draw(place, campaign, tmp_path / "out", design="simple")
    count = len(drawn.sample.items)
    with pytest.raises(UserError, match=f"{count} of {count} rows have no verdict"):
        casework.evaluate(place, campaign, drawn.workbook)
    fill(drawn)
    book = openpyxl.load_workbook(drawn.workbook)
    sheet = book["Danh sách"]
    column = {cell.value: cell.column for cell in sheet[1]}
    good = sheet.cell(3, column["Mã dòng"]).value
    for heading, value, said in (
        ("Kết luận", "có lẽ", "row 3"),
        ("Mã dòng", sheet.cell(2, column["Mã dòng"]).value, "row 3"),
        ("Mã mẫu", "0" * 12, "2 samples"),
    ):
        cell = sheet.cell(3, column[heading])
        before, cell.value = cell.value, value
        book.save(drawn.workbook)
        with pytest.raises(UserError, match=said):
            casework.evaluate(place, campaign, drawn.workbook)
        cell.value = before
    assert sheet.cell(3, column["Mã dòng"]).value == good
    for heading in ("Mã mẫu",):
        for at in range(2, sheet.max_row + 1):
            sheet.cell(at, column[heading], "../../../x")
    book.save(drawn.workbook)
    with pytest.raises(UserError, match="record"):
        casework.evaluate(place, campaign, drawn.workbook)


def test_a_row_left_blank_and_a_row_that_was_deleted_are_named_apart(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    drawn = draw(place, campaign, tmp_path / "out", design="simple")
    fill(drawn)
    book = openpyxl.load_workbook(drawn.workbook)
    sheet = book["Danh sách"]
    column = {cell.value: cell.column for cell in sheet[1]}
    blank, deleted = drawn.sample.items[3].key, drawn.sample.items[6].key
    sheet.cell(5, column["Kết luận"]).value = None
    sheet.delete_rows(8)
    book.save(drawn.workbook)
    with pytest.raises(UserError) as refused:
        casework.evaluate(place, campaign, drawn.workbook)
    said = str(refused.value)
    assert f"2 of {len(drawn.sample.items)} rows have no verdict" in said
    assert f"Left blank: STT 4 ({blank})." in said
    assert f"Missing from the file: STT 7 ({deleted})." in said


@pytest.mark.parametrize(
    "options",
    [
        {"design": "convenience"},
        {"unit": "999"},
        {"tolerable": 0.0},
        {"expected": 0.5},
        {"confidence": 1.0},
        {"design": "monetary", "expected": 0.04},
    ],
)
def test_what_cannot_be_so_is_refused_before_anything_is_written(
    place: Workspace, campaign: Campaign, tmp_path: Path, options: dict[str, object]
) -> None:
    with pytest.raises(UserError):
        draw(place, campaign, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()
    assert not list(access.entries(place, campaign))


def test_the_command_draws_and_evaluates(place: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    runner, root = CliRunner(), ["--workspace", str(place.root)]
    done = runner.invoke(app, ["sample", *root, "--out", str(tmp_path / "out"), "--seed", "3", "--unit", UNIT])
    assert done.exit_code == 0, done.output
    assert "persons" in done.output
    drawn = casework.Drawn(Sample.read(next((tmp_path / "out").glob("*.json"))), next((tmp_path / "out").glob("*.xlsx")))
    told = runner.invoke(app, ["sample", *root, "--evaluate", str(fill(drawn))])
    assert told.exit_code == 0, told.output
    assert "overall: 0.00% wrong" in told.output
    assert isinstance(runner.invoke(app, ["sample", *root, "--out", str(tmp_path / "x")]).exception, UserError)
