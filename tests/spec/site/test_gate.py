"""The gate: what must not leave is refused in every kind of file; what may leave passes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import GateRefusal, UserError
from ansinh.site import publish
from ansinh.site.gate import Gate


@pytest.fixture(scope="module")
def gate(city: Workspace) -> Gate:
    from tests.conftest import small

    return Gate(city, small(city.campaign()))


@pytest.fixture(scope="module")
def somebody(city: Workspace) -> dict[str, str]:
    """A synthetic person of the small city."""
    campaign = city.campaign()
    con = store.connect(city.store(campaign, campaign.as_of))
    sql = (
        "SELECT b.full_name, b.name_key, b.number, b.phone, a.account_number FROM beneficiaries b JOIN accounts a USING (person_id)"
        " WHERE length(b.number) = 12 AND length(b.phone) = 10 AND length(a.account_number) = 13 ORDER BY b.record_id LIMIT 1"
    )
    return {str(key): str(value) for key, value in store.query(con, sql).iloc[0].items()}


FILES = {
    "html": ("page.html", "<p>Danh sách: {}.</p>"),
    "svg": ("chart.svg", "<svg><text>{}</text></svg>"),
    "csv": ("table.csv", "ten;so\r\n{};1\r\n"),
    "json": ("evidence.json", '{{"note": "{}"}}'),
    "search index": ("search.js", 'window.X=["{}"];'),
    "notebook": ("page.ipynb", '{{"cells": ["{}"]}}'),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("what", ["full_name", "name_key", "number", "phone", "account_number"])
def test_each_kind_of_leak_in_each_kind_of_file_is_refused(
    gate: Gate, somebody: dict[str, str], tmp_path: Path, kind: str, what: str
) -> None:
    name, frame = FILES[kind]
    (tmp_path / name).write_text(frame.format(somebody[what]), encoding="utf-8")
    with pytest.raises(GateRefusal) as refused:
        gate.check(tmp_path)
    assert name in str(refused.value)
    assert somebody[what] not in str(refused.value)


def test_a_number_written_in_groups_is_found_too(gate: Gate, somebody: dict[str, str], tmp_path: Path) -> None:
    number = somebody["number"]
    (tmp_path / "page.html").write_text(f"<p>{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}</p>", encoding="utf-8")
    with pytest.raises(GateRefusal):
        gate.check(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        '<script src="https://cdn.example.org/x.js"></script>',
        "<style>@import url(//fonts.example.org/a.css)</style>",
        "<p>/home/somebody/data/list.xlsx</p>",
    ],
)
def test_foreign_hosts_and_local_paths_are_refused(gate: Gate, tmp_path: Path, line: str) -> None:
    (tmp_path / "page.html").write_text(line, encoding="utf-8")
    with pytest.raises(GateRefusal):
        gate.check(tmp_path)


def test_a_file_the_gate_cannot_read_is_refused(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(b"PK")
    with pytest.raises(GateRefusal, match="cannot read"):
        gate.check(tmp_path)


def test_ordinary_figures_and_names_of_units_pass(gate: Gate, tmp_path: Path) -> None:
    text = "<p>Thị trấn Quang Minh: 293.500 người; 40,26 %; 16/01/2024; 1.234,5 tỷ đồng; Văn bản số 61/UBND-KSTTHC.</p>"
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    gate.check(tmp_path)


def test_a_refused_site_leaves_the_old_one_standing(published: Workspace, somebody: dict[str, str], tmp_path: Path) -> None:
    workspace = Workspace(shutil.copytree(published.root, tmp_path / "workspace"))
    campaign = workspace.campaign()
    before = (workspace.output(campaign) / "index.html").read_bytes()
    page = workspace.runs(campaign, campaign.as_of) / "city" / "city_overview.ipynb"
    page.write_text(page.read_text(encoding="utf-8").replace("Hà Nội: ", somebody["full_name"] + ": ", 1), encoding="utf-8")
    with pytest.raises(GateRefusal):
        publish(workspace, campaign, renderer="embedded")
    assert (workspace.output(campaign) / "index.html").read_bytes() == before


def test_another_audience_cannot_overwrite_a_site(published: Workspace, campaign: Campaign) -> None:
    internal = campaign.model_copy(update={"audience": "internal"})
    with pytest.raises(UserError, match=r"site\.output"):
        publish(published, internal, renderer="embedded")
    marker = json.loads((published.output(campaign) / "site.json").read_text(encoding="utf-8"))
    assert marker["audience"] == "public"
