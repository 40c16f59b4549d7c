"""Every sentence follows the figures: nobody, one, all, deadline passed, nothing paid, a single day of history."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import nbformat
import pytest

from ansinh.audit import Audit
from ansinh.batch.plan import DESK, declaration
from tests.spec.audit.conftest import NO_ACCOUNT, UNPAID, Opener

NOTEBOOKS = [path for path in sorted((Path(__file__).parents[3] / "notebooks").glob("*.ipynb")) if declaration(path)["level"] != DESK]

CITIES = {
    "nobody": [],
    "one person": [(1, {})],
    "all covered": [(500, {})],
    "nobody covered": [(500, {**NO_ACCOUNT})],
    "nothing paid yet": [(400, UNPAID), (100, {**NO_ACCOUNT, **UNPAID})],
    "all declined": [(50, {**NO_ACCOUNT, "declined": True, "declined_confirmed": True})],
    "all opened today": [(300, {"account_opened_at": dt.datetime(2024, 1, 14, 9)})],
    "communes unknown": [(300, {"commune": None, "village": None})],
}


def calls(notebook: Path) -> list[str]:
    """Return what the cells of a notebook show."""
    cells = nbformat.read(notebook, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code" and cell.source.startswith("audit.")]


def say(audit: Audit, call: str) -> str:
    return str(eval(call, {"audit": audit}).text)


@pytest.mark.parametrize("people", CITIES)
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_of_every_notebook_reads_well_in_every_extreme(opened: Opener, people: str, notebook: Path) -> None:
    unit = {"city": "", "unit": "001", "commune": "00001"}[declaration(notebook)["level"]]
    audit = opened(CITIES[people], unit)
    for call in calls(notebook):
        told = say(audit, call)
        assert told.strip(), call
        assert not re.search(r"\b(nan|NaN|None|<NA>|inf|NaT)\b", told), (call, told)
        assert "  " not in told.replace(" | ", "|"), (call, told)


def test_a_commune_with_nobody_says_so_and_where_to_look(opened: Opener) -> None:
    audit = opened([(300, {"commune": "00004"})], "00001")
    assert "chưa có người thụ hưởng nào" in say(audit, "audit.coverage.answer()")


def test_a_district_at_one_hundred_per_cent_has_nobody_left_and_no_pace_to_reach(opened: Opener) -> None:
    audit = opened([(500, {})])
    assert "100\u00a0% người thụ hưởng đã có tài khoản; không còn ai phải mở" in say(audit, "audit.coverage.answer()")
    assert "Không còn ai phải mở tài khoản" in say(audit, "audit.deadline.answer()")
    assert "Mọi người đều đã có tài khoản dùng được" in say(audit, "audit.coverage.gap()")


def test_all_but_two_is_told_without_telling_two(opened: Opener) -> None:
    audit = opened([(5_900, {}), (2, NO_ACCOUNT)])
    told = say(audit, "audit.coverage.answer()")
    assert told == "Quận Ba Đình: trên 99,8\u00a0% người thụ hưởng đã có tài khoản; còn không quá 7 người chưa có tài khoản."


def test_after_the_deadline_nothing_is_promised(opened: Opener) -> None:
    audit = opened([(400, {}), (100, NO_ACCOUNT)], deadline="2024-01-10")
    assert say(audit, "audit.deadline.answer()").startswith("Đã quá hạn 4 ngày. Vẫn còn người chưa có tài khoản")
    assert "không ước tính thêm" in say(audit, "audit.deadline.forecast()")


def test_on_the_last_day_there_is_no_pace_left_to_compute(opened: Opener) -> None:
    audit = opened([(400, {}), (100, NO_ACCOUNT)], deadline="2024-01-14")
    assert say(audit, "audit.deadline.answer()").startswith("Hôm nay là hạn cuối.")


def test_with_no_payment_yet_the_page_says_so_once_and_shows_no_empty_table(opened: Opener) -> None:
    audit = opened([(300, UNPAID)])
    assert "chưa có khoản chi nào đến ngày 14/01/2024" in say(audit, "audit.payment.answer()")
    assert say(audit, "audit.payment.amounts()") == "Chưa có khoản chi nào trong kỳ."


def test_one_day_of_history_makes_no_trend_and_no_forecast(opened: Opener) -> None:
    audit = opened([(300, {"account_opened_at": dt.datetime(2024, 1, 14, 9)}), (100, NO_ACCOUNT)], started="2024-01-14")
    assert say(audit, "audit.deadline.trend()").startswith("Tỷ lệ có tài khoản: 75\u00a0%")
    assert "cần trên 7 ngày" in say(audit, "audit.deadline.forecast()")


def test_a_target_below_all_is_reached_before_everybody_is_covered(opened: Opener) -> None:
    audit = opened([(960, {}), (40, NO_ACCOUNT)], target="0.95")
    assert "Mục tiêu đã đạt" in say(audit, "audit.deadline.answer()")


def test_declined_people_stand_apart_from_covered_and_missing(opened: Opener) -> None:
    declined = {**NO_ACCOUNT, "declined": True, "declined_confirmed": True}
    audit = opened([(300, {}), (100, NO_ACCOUNT), (50, declined)])
    told = say(audit, "audit.coverage.gap()")
    assert "Không đăng ký, có xác nhận | – | 50" in told
    assert "còn 100 người chưa có tài khoản" in say(audit, "audit.coverage.answer()")


def test_a_commune_sheet_names_its_district(opened: Opener) -> None:
    assert "Phường Phúc Xá, Quận Ba Đình" in say(opened([(300, {})], "00001"), "audit.coverage.answer()")
