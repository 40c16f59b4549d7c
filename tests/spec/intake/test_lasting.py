"""A row keeps its id from one snapshot to the next: moved in its list, mended in any one of its values, beside its namesakes."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import Any

import pytest

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.checks import run
from ansinh.intake import load
from tests.spec.intake.test_corpus import HEAD, ROWS, text

DAYS = (dt.date(2024, 1, 7), dt.date(2024, 1, 14))
BANK_HEAD = ["Số CCCD", "Họ và tên", "Ngày sinh", "Số tài khoản", "Tên chủ tài khoản", "Ngân hàng"]
BANKED: list[list[Any]] = [
    [row[4], row[1], row[2], f"10012345678{number}", "NGUYEN VAN AN", "Agribank"] for number, row in enumerate(ROWS, 10)
]


class Office:
    """An office that sends its lists on one date, and mended ones on the next."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def campaign(self, day: dt.date) -> Campaign:
        return self.workspace.campaign().model_copy(update={"as_of": day})

    def sends(self, day: dt.date, rows: list[list[Any]], accounts: list[list[Any]] | None = None) -> None:
        campaign = self.campaign(day)
        for folder, head, lines in (("danh-sach", HEAD, rows), ("tai-khoan", BANK_HEAD, accounts or BANKED)):
            place = self.workspace.sources(campaign) / folder
            place.mkdir(parents=True, exist_ok=True)
            text(place, [head, *lines])
        load(self.workspace, campaign)

    def ids(self, day: dt.date, table: str = "beneficiaries", id: str = "record_id", of: str = "name_key") -> dict[str, str]:
        con = store.connect(self.workspace.store(self.campaign(day), day))
        rows = store.query(con, f"SELECT {of} AS key, {id} AS id FROM {table} ORDER BY source_row")
        return dict(zip(rows["key"], rows["id"], strict=True))

    def findings(self, day: dt.date) -> dict[tuple[str, str], str]:
        campaign = self.campaign(day)
        run(self.workspace, campaign)
        con = store.connect(self.workspace.store(campaign, day))
        rows = store.query(
            con, "SELECT check_id, name_key, state FROM findings JOIN beneficiaries ON row_id = record_id WHERE check_id IN ('C03', 'C07')"
        )
        return {(row.check_id, row.name_key): row.state for row in rows.itertuples()}


@pytest.fixture
def office(empty_workspace: Workspace) -> Office:
    return Office(empty_workspace)


def changed(row: list[Any], **values: Any) -> list[Any]:
    return [values.get(name, cell) for name, cell in zip(("nth", "name", "birth", "sex", "number", "commune", "amount"), row, strict=True)]


@pytest.mark.parametrize(
    "mended",
    [{"number": "001147000099"}, {"birth": "12/05/1947"}, {"name": "Trần Thị Bính Mới"}, {"number": "001147000099", "birth": "12/05/1947"}],
)
def test_a_record_keeps_its_id_when_officials_mend_it(office: Office, mended: dict[str, str]) -> None:
    office.sends(DAYS[0], ROWS)
    office.sends(DAYS[1], [ROWS[0], changed(ROWS[1], **mended), ROWS[2]])

    assert list(office.ids(DAYS[1]).values()) == list(office.ids(DAYS[0]).values())


def test_a_record_that_moved_and_was_mended_keeps_its_id_and_the_new_one_above_it_gets_its_own(office: Office) -> None:
    office.sends(DAYS[0], ROWS)
    new = [0, "Phạm Thị Dung", "01/02/1955", "Nữ", "001155000004", "Phường Phúc Xá", "660.000"]
    office.sends(DAYS[1], [new, ROWS[0], changed(ROWS[1], birth="12/05/1947"), ROWS[2]])

    before, now = office.ids(DAYS[0]), office.ids(DAYS[1])

    assert now == before | {"PHAM THI DUNG": now["PHAM THI DUNG"]}
    assert now["PHAM THI DUNG"] not in before.values()


def test_a_stranger_in_the_row_of_one_who_left_is_another_record(office: Office) -> None:
    office.sends(DAYS[0], ROWS)
    stranger = [2, "Phạm Thị Dung", "01/02/1955", "Nữ", "001155000004", "Phường Trúc Bạch", "660.000"]
    office.sends(DAYS[1], [ROWS[0], stranger, ROWS[2]])

    assert office.ids(DAYS[1])["PHAM THI DUNG"] not in office.ids(DAYS[0]).values()


def test_of_two_namesakes_without_numbers_neither_takes_the_others_id(office: Office) -> None:
    one, other = changed(ROWS[1], number="", birth="1947"), changed(ROWS[2], name=ROWS[1][1], number="", birth="1950")
    office.sends(DAYS[0], [ROWS[0], one, other])
    office.sends(DAYS[1], [ROWS[0], other, changed(one, birth="12/05/1947")])

    of = "birth_year::VARCHAR || name_key"
    before, now = office.ids(DAYS[0], of=of), office.ids(DAYS[1], of=of)

    assert now["1950TRAN THI BINH"] == before["1950TRAN THI BINH"]
    assert now["1947TRAN THI BINH"] != before["1950TRAN THI BINH"]


def test_what_was_found_on_a_mended_record_stands_and_only_the_mended_is_gone(office: Office) -> None:
    office.sends(DAYS[0], ROWS)
    first = office.findings(DAYS[0])
    office.sends(DAYS[1], [ROWS[0], changed(ROWS[1], birth="12/05/1947"), ROWS[2]])

    assert first["C03", "TRAN THI BINH"] == first["C07", "TRAN THI BINH"] == "new"
    assert office.findings(DAYS[1]) == {("C07", name): "standing" for name in ("NGUYEN VAN AN", "TRAN THI BINH", "LE HOANG CUONG")}


def test_an_account_is_known_by_its_number_wherever_it_stands_in_the_banks_list(office: Office) -> None:
    office.sends(DAYS[0], ROWS)
    office.sends(DAYS[1], ROWS, [BANKED[2], BANKED[0], [*BANKED[1][:4], "TRAN THI BINH", BANKED[1][5]]])

    before, now = (office.ids(day, "accounts", "account_id", "account_number") for day in DAYS)

    assert now == before
    assert list(now) != list(before)


def test_a_third_snapshot_knows_what_the_first_one_named(office: Office) -> None:
    days = (*DAYS, dt.date(2024, 1, 15))
    lists = [ROWS, [ROWS[0], changed(ROWS[1], number="001147000099"), ROWS[2]], []]
    lists[2] = [lists[1][0], changed(lists[1][1], birth="12/05/1947"), lists[1][2]]
    for day, rows in zip(days, lists, strict=True):
        office.sends(day, rows)

    assert office.ids(days[2]) == office.ids(days[1]) == office.ids(days[0])


def test_loading_again_gives_the_same_bytes_and_an_earlier_snapshot_that_left_is_noticed(office: Office) -> None:
    office.sends(DAYS[0], ROWS)
    mended = [ROWS[0], changed(ROWS[1], number="001147000099"), ROWS[2]]
    office.sends(DAYS[1], mended)
    campaign = office.campaign(DAYS[1])
    part = store.part(office.workspace.store(campaign, DAYS[1]), store.BENEFICIARIES, "001")
    first = part.read_bytes()

    load(office.workspace, campaign, force=True)
    assert part.read_bytes() == first

    shutil.rmtree(office.workspace.store(campaign, DAYS[0]))
    load(office.workspace, campaign)
    assert part.read_bytes() != first
