"""Whoever takes personal data out leaves a line that names the taking, never a person."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansinh import access
from ansinh.errors import UserError


@pytest.fixture
def place(empty_workspace):
    return empty_workspace


@pytest.fixture
def campaign(empty_workspace):
    return empty_workspace.campaign()


def test_each_taking_is_one_more_line_with_who_when_unit_rows_and_reason(place, campaign):
    access.log(place, campaign, action="worklists", unit="001", rows=12, reason="giao  danh sách\ncho phường")
    access.log(place, campaign, action="reveal", unit="", rows=1, reason="đối chiếu hồ sơ")
    first, second = access.entries(place, campaign)
    assert (first["action"], first["unit"], first["rows"], first["reason"]) == ("worklists", "001", 12, "giao danh sách cho phường")
    assert first["who"]
    assert first["at"] <= second["at"]
    assert second["unit"] == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_the_log_is_for_its_owner_only_whatever_the_umask(place, campaign):
    before = os.umask(0)
    try:
        access.log(place, campaign, action="worklists", unit="001", rows=1, reason="thử")
    finally:
        os.umask(before)
    assert stat.S_IMODE(access.path(place, campaign).stat().st_mode) == 0o600


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "tra cứu 001045012345", "gọi 0912 345 678"])
def test_a_reason_that_says_nothing_or_names_a_number_is_refused_and_nothing_is_written(place, campaign, reason):
    with pytest.raises(UserError) as refusal:
        access.log(place, campaign, action="reveal", unit="001", rows=1, reason=reason)
    assert "001045012345" not in str(refusal.value)
    assert not access.path(place, campaign).exists()


def test_lines_written_at_the_same_time_do_not_mix(place, campaign):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: access.log(place, campaign, action="reveal", unit=f"{n:03d}", rows=n, reason="song song"), range(64)))
    assert sorted(entry["rows"] for entry in access.entries(place, campaign)) == list(range(64))
