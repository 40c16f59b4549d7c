"""What is typed, configured or sent is text and nothing else: SQL, YAML, path, template and format injection through every way in."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ansinh import open_audit, store
from ansinh.batch import run
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import CampaignError, UserError
from ansinh.intake import load
from ansinh.pipeline import check
from ansinh.site import publish
from tests.spec.site.test_publish import few, say

SQL = ["001' OR '1'='1", "001'; DROP VIEW persons; --", '001" UNION SELECT full_name FROM beneficiaries --', "001\\' OR 1=1"]
PATHS = ["../../etc/passwd", "/etc/passwd", "..\\..\\windows", "hanoi-tet-2024/../../secret", "~/.ssh/id_ed25519", "a\x00b"]
TEMPLATES = ["{{ 7*7 }}", "{% raw %}", "${7*7}", "{0.__class__.__mro__}", "{unit.__class__}", "%(x)s", "$(touch pwned)", "`touch pwned`"]


@pytest.fixture
def here(city: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("ANSINH_WORKSPACE", str(city.root))
    return city


@pytest.mark.parametrize("value", [*SQL, *PATHS, *TEMPLATES])
def test_no_unit_but_one_of_the_register_is_opened(here: Workspace, value: str) -> None:
    with pytest.raises(UserError, match="unit"):
        open_audit("hanoi-tet-2024", value, "2024-01-14")


@pytest.mark.parametrize("value", [*SQL, *PATHS, *TEMPLATES])
def test_no_campaign_but_a_file_of_its_name_is_opened(here: Workspace, value: str) -> None:
    with pytest.raises(UserError):
        open_audit(value, "", "2024-01-14")


@pytest.mark.parametrize("value", [*(f"2024-01-14{text}" for text in SQL), *PATHS, *TEMPLATES])
def test_no_as_of_but_a_date_is_opened(here: Workspace, value: str) -> None:
    with pytest.raises(UserError, match="as_of"):
        open_audit("hanoi-tet-2024", "", value)


@pytest.mark.parametrize("option", ["--unit", "--notebook", "--as-of", "--only"])
@pytest.mark.parametrize("value", [SQL[1], PATHS[0], TEMPLATES[3]])
def test_the_commands_options_are_as_strict(city: Workspace, option: str, value: str) -> None:
    verb = "check" if option == "--only" else "run"
    command = [str(Path(sys.executable).with_name("ansinh")), verb, option, value, "-w", str(city.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=city.root)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "title: !!python/object/apply:os.system ['touch pwned']",
        "title: !!python/object/new:subprocess.Popen [[touch, pwned]]",
        "title: !!python/name:os.system",
    ],
)
def test_a_campaign_file_runs_nothing(empty_workspace: Workspace, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.chdir(empty_workspace.root)
    file = empty_workspace.campaign_file("hanoi-tet-2024")
    file.write_text(line + "\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(CampaignError, match="YAML"):
        empty_workspace.campaign()
    assert not (empty_workspace.root / "pwned").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("sources.folder", value) for value in ("../elsewhere", "/etc", "data/../../x")),
        *(
            ("site.output", value)
            for value in ("../elsewhere", "/var/www", "_site/../..", "data", "data/hanoi-tet-2024/site", "reports", ".", "notebooks/x")
        ),
        ("name", "../x"),
        ("period", "2024-01'; DROP TABLE payments; --"),
        ("notebooks.city", ["../../etc/passwd"]),
        ("as_of", "2024-01-14' OR 1=1"),
        ("checks.thresholds", {"x": "1; DROP TABLE persons"}),
    ],
)
def test_a_campaigns_settings_lead_nowhere_else(city: Workspace, key: str, value: object) -> None:
    content = city.campaign().model_dump(mode="json", by_alias=True)
    at, *rest = key.split(".")
    if rest:
        content[at][rest[0]] = value
    else:
        content[at] = value
    with pytest.raises(ValueError, match=rest[0] if rest else at):
        Campaign.model_validate(content)


@pytest.mark.parametrize("address", ["../outside", "/tmp/outside", "don-vi/../../outside"])
def test_a_notebook_cannot_put_its_page_outside_the_site(published: Workspace, campaign: Campaign, tmp_path: Path, address: str) -> None:
    copy = Workspace(shutil.copytree(published.root, tmp_path / "w", ignore=shutil.ignore_patterns("cache", "truth", "sources", "_site*")))
    path = copy.notebooks / "directive.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"]["ansinh"]["address"] = address
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match="address"):
        publish(copy, few(campaign), renderer="embedded")


def test_templates_in_a_campaigns_words_and_in_prose_stay_words(published: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    copy = Workspace(shutil.copytree(published.root, tmp_path / "w", ignore=shutil.ignore_patterns("cache", "truth", "sources", "_site*")))
    told = few(campaign, title="Đợt {{ 7*7 }} <script>alert(1)</script>", authority="{% raw %} ${7*7} {0.__class__}")
    say(copy, told, "Lời {{ 7*6 }} và `{0.__class__}`")
    text = (publish(copy, told, renderer="embedded").output / "chi-thi.html").read_text(encoding="utf-8")
    assert "49" not in text.replace("349", "")[text.index("<footer") :]
    assert "{{ 7*7 }}" in text
    assert "{{ 7*6 }}" in text
    assert "{0.__class__}" in text
    assert "<script>alert" not in text


@pytest.mark.slow
def test_a_workspace_with_braces_in_its_path_works(city: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "a {campaign} {0.__class__} {missing"
    copy = Workspace(shutil.copytree(city.root, folder, ignore=shutil.ignore_patterns("sources", "cache", "truth", "reports", "_site")))
    from tests.conftest import small

    report = run(copy, small(copy.campaign()), notebooks=("directive",), jobs=1)
    assert [job.status for job in report.jobs] == ["done"], [job.error for job in report.jobs]


HEADINGS = [
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Số CCCD",
    "Địa chỉ",
    "Xã/phường",
    "Mã đối tượng",
    "Mức trợ cấp",
    "Số điện thoại",
    "Ghi chú",
]
CELLS = [
    *SQL,
    *TEMPLATES,
    *(path for path in PATHS if "\x00" not in path),
    "'; COPY persons TO 'pwned.csv'; --",
    "=cmd|' /C calc'!A0",
    "$$ATTACH 'x'$$",
]


@pytest.mark.slow
def test_whatever_stands_in_the_cells_of_a_list_is_data(empty_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(empty_workspace.root)
    campaign = empty_workspace.campaign()
    good = ["1", "Nguyễn Văn An", "01/02/1950", "Nam", "001050012345", "Thôn 1", "Phường Phúc Xá", "5.5", "500000", "0912345678", ""]
    rows = [good] + [[*good[:column], text, *good[column + 1 :]] for column in range(len(good)) for text in CELLS]
    folder = empty_workspace.sources(campaign) / "danh-sach"
    folder.mkdir(parents=True)
    with (folder / "001-ba-dinh.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *rows])
    report = load(empty_workspace, campaign, jobs=1)
    assert report.rows_read == len(rows)
    assert report.rows_read == report.rows_kept + report.rows_quarantined
    check(empty_workspace, campaign)
    con = store.connect(empty_workspace.store(campaign, campaign.as_of))
    kept = store.query(con, "SELECT count(*) AS n FROM beneficiaries")["n"].iloc[0]
    assert kept == report.rows_kept
    assert not [name for name in os.listdir() if "pwned" in name]
