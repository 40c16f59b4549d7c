"""A campaign file is validated once, at the door, in the user's terms."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from ansinh.campaign import DEMO_MARKER, Workspace, read_campaign
from ansinh.errors import CampaignError, UserError

ROOT = Path(__file__).parents[3]
HANOI = ROOT / "params" / "campaigns" / "hanoi-tet-2024.yml"


@pytest.fixture
def campaign_with(tmp_path: Path):
    """Return a function that writes the shipped campaign with some keys changed (None removes a key) and reads it."""

    def read(**changes: object):
        content = yaml.safe_load(HANOI.read_text(encoding="utf-8")) | changes
        content = {key: value for key, value in content.items() if value is not None}
        path = tmp_path / f"{content.get('name', 'x')}.yml"
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return read_campaign(path)

    return read


def test_the_shipped_campaign_reads_the_directives_facts() -> None:
    campaign = read_campaign(HANOI)
    assert campaign.deadline == dt.date(2024, 1, 16)
    assert campaign.target == 1.0
    assert [document.number for document in campaign.documents] == ["61/UBND-KSTTHC", "60/NHNN-TT"]
    assert campaign.synthetic


def test_an_as_of_date_given_at_the_command_replaces_the_files() -> None:
    assert read_campaign(HANOI, dt.date(2024, 1, 2)).as_of == dt.date(2024, 1, 2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deadlin": "2024-01-16"}, "deadlin: this key is not known"),
        ({"deadline": None}, "deadline: this key is missing"),
        ({"deadline": "soon"}, "'soon' is no date. Write year, month and day"),
        ({"target": 98}, "target: Input should be less than or equal to 1, found 98"),
        ({"started": "2024-02-01"}, "lies after deadline"),
        ({"audience": "everyone"}, "found 'everyone'"),
        ({"sources": {"folder": "../elsewhere", "beneficiaries": ["*"]}}, "without '..'"),
        ({"sources": {"folder": "/etc", "beneficiaries": ["*"]}}, "must be a relative path"),
        ({"standards": [{"group": "ghost", "amount": 1, "source": "x"}]}, "'ghost' is not one of groups"),
    ],
)
def test_a_wrong_key_is_named_with_what_was_found_and_what_is_allowed(campaign_with, changes: dict[str, object], said: str) -> None:
    with pytest.raises(CampaignError, match=r"is refused") as refused:
        campaign_with(**changes)
    assert said in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_file_whose_name_is_not_the_campaigns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.yml"
    path.write_text(HANOI.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(CampaignError, match="must equal the file's name"):
        read_campaign(path)


def test_broken_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text("name: x\ntitle: [", encoding="utf-8")
    with pytest.raises(CampaignError, match="not valid YAML at line"):
        read_campaign(path)


def test_an_unknown_campaign_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CampaignError, match="hanoi-tet-2024"):
        Workspace(ROOT).campaign("hanoi-tet-2025")


def test_outside_a_workspace_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANSINH_WORKSPACE", raising=False)
    with pytest.raises(UserError, match="--workspace"):
        Workspace.find(tmp_path)


@pytest.mark.parametrize(
    ("policy", "group"),
    [("5.5a", "protection"), ("5.10", "protection"), ("NCC.g", "merit"), ("TP.1", "other"), ("X", "other")],
)
def test_a_policy_code_belongs_to_the_group_with_its_prefix(policy: str, group: str) -> None:
    assert read_campaign(HANOI).group_of(policy) == group


def test_a_unit_may_have_a_deadline_of_its_own(campaign_with) -> None:
    campaign = campaign_with(exceptions=[{"unit": "016", "deadline": "2024-01-20", "reason": "flood"}])
    assert campaign.deadline_of("016") == dt.date(2024, 1, 20)
    assert campaign.deadline_of("001") == campaign.deadline


@pytest.fixture
def opened_with(empty_workspace: Workspace):
    """Return a function that changes the shipped campaign's file in a workspace (the keys of a block one by one) and opens it for work."""

    def opened(**changes: object):
        path = empty_workspace.campaign_file("hanoi-tet-2024")
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key, value in changes.items():
            content[key] = content[key] | value if isinstance(value, dict) else value
        path.write_text(yaml.safe_dump({key: value for key, value in content.items() if value is not None}), encoding="utf-8")
        return empty_workspace.opened("hanoi-tet-2024")

    return opened


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ({"root": "4800"}, "units.root is '4800', and 2024.csv has no unit of this code.*leading zeros. Did you mean '48'"),
        ({"root": "1"}, r"units.root is '1', .* Did you mean '01' \(Thành phố Hà Nội\)"),
        ({"root": "Hà Nội"}, "units.root is 'Hà Nội'.* Such as '01'"),
        (
            {"root": "490"},
            r"units.level is district, .* '490' \(Quận Liên Chiểu, a district\).* set units.level to commune, or set units.root to '48'",
        ),
        ({"register": "2025"}, "units.level is district, and 2025.csv has none inside units.root '01'.* set units.level to commune."),
        ({"root": "00001"}, r"none inside units.root '00001' \(Phường Phúc Xá, a commune\).* choose another root"),
    ],
)
def test_units_the_register_does_not_have_are_told_when_the_campaign_is_opened(opened_with, units: dict[str, str], said: str) -> None:
    with pytest.raises(CampaignError, match=f"^hanoi-tet-2024.yml: .*{said}"):
        opened_with(units=units)


@pytest.mark.parametrize(
    ("notebooks", "said"),
    [
        (
            {"city": ["city_overviw"]},
            "notebooks.city names 'city_overviw', and notebooks/ has no city_overviw.ipynb. Did you mean 'city_overview'?",
        ),
        ({"unit": ["x"]}, "notebooks.unit names 'x'.* There are: audit_sample, .*"),
    ],
)
def test_a_notebook_that_is_not_there_is_told_when_the_campaign_is_opened(opened_with, notebooks: dict[str, object], said: str) -> None:
    with pytest.raises(CampaignError, match=said.replace("?", r"\?")):
        opened_with(notebooks=notebooks)


@pytest.mark.parametrize("folder", ["data/hanoi-tet-2024/sources", "data/hanoi-tet-2024/sources/quan-ba-dinh"])
def test_a_demos_lists_are_not_passed_off_as_real(opened_with, empty_workspace: Workspace, folder: str) -> None:
    demo = empty_workspace.data(empty_workspace.campaign())
    demo.mkdir(parents=True)
    (demo / DEMO_MARKER).write_text("{}")
    with pytest.raises(
        CampaignError, match=r"sources.folder is .* synthetic .* Set sources.folder .*, remove data/hanoi-tet-2024/demo.json"
    ):
        opened_with(demo=None, sources={"folder": folder})
    assert not opened_with(sources={"folder": "data/of-our-own"}).synthetic
