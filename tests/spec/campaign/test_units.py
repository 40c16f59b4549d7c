"""The register of units: joined by code, found by name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ansinh.campaign import Workspace
from ansinh.errors import CampaignError, UnknownUnit
from ansinh.units import Register, search_key

ROOT = Path(__file__).parents[3]
HANOI = "01"


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.read(ROOT / "params" / "units" / "2024.csv")


def test_january_2024_has_the_officially_counted_units(register: Register) -> None:
    assert Counter(unit.level for unit in register.units) == {"province": 63, "district": 705, "commune": 10598}
    assert len(register.under(HANOI, "district")) == 30
    assert len(register.under(HANOI, "commune")) == 579
    assert Counter(unit.kind for unit in register.under(HANOI, "district")) == {"quận": 12, "huyện": 17, "thị xã": 1}


def test_since_july_2025_there_is_no_district(register: Register) -> None:
    two_levels = Register.read(ROOT / "params" / "units" / "2025.csv")
    assert two_levels.under(HANOI, "district") == ()
    assert len(two_levels.under(HANOI, "commune")) == 126


def test_names_repeat_inside_the_city_so_that_only_codes_join(register: Register) -> None:
    names = Counter(search_key(unit.short_name) for unit in register.under(HANOI, "commune"))
    assert sum(count > 1 for count in names.values()) >= 25


def test_a_folder_name_is_the_code_and_the_name_in_ascii(register: Register) -> None:
    assert register.get("006", "district").slug == "006-dong-da"
    assert all(unit.slug.isascii() and unit.slug == unit.slug.lower() for unit in register.units)


def test_a_numbered_ward_keeps_its_kind_in_the_name(register: Register) -> None:
    numbered = next(unit for unit in register.units if unit.name == "Phường 1" or unit.name == "Phường 01")
    assert numbered.short_name == numbered.name


def test_an_unknown_code_is_refused_with_a_hint_at_leading_zeros(register: Register) -> None:
    with pytest.raises(UnknownUnit, match="leading zeros"):
        register.get("1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("level,code,parent_code,name\n", "lacks the column kind"),
        ("level,code,parent_code,name,kind\nvillage,1,,A,a\n", "has the level village"),
        ("level,code,parent_code,name,kind\ndistrict,001,99,A,a\n", "lies in 99, which the register lacks"),
    ],
)
def test_a_broken_register_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "units.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CampaignError, match=said):
        Register.read(path)


def test_searching_folds_diacritics_and_case() -> None:
    assert search_key("  Đống   ĐA ") == "dong da"


def test_a_campaign_names_its_register_by_file() -> None:
    workspace = Workspace(ROOT)
    assert len(workspace.units(workspace.campaign())) == 30
