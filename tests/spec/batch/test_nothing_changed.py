"""Where nothing has changed a command ends at once: no engine is loaded, no process begun. And no shortcut ever hides a change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansinh import pipeline, store
from ansinh.batch import evidence, run
from ansinh.batch.plan import plan, requested
from ansinh.campaign import Campaign, Workspace
from ansinh.checks import run as judge
from ansinh.intake import load
from ansinh.measures.decision import protect
from tests.conftest import PEOPLE, SEED

HEAVY = (
    "pandas", "pyarrow", "duckdb", "numpy", "matplotlib", "scipy", "splink", "papermill", "nbformat", "jupyter_client", "IPython", "jinja2",
    "concurrent.futures.process", "multiprocessing.context",
)  # fmt: skip
RUN = (
    "import sys\nbefore = set(sys.modules)\nfrom ansinh.cli import main\ntry:\n    main()\nexcept SystemExit as ended:\n    code = ended.code\n"
    f"print('LOADED', code, *(name for name in {HEAVY} if name in sys.modules and name not in before))"
)


@pytest.fixture(scope="module")
def built(published: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the small published city, whose campaign file names its size and no earlier dates."""
    root = tmp_path_factory.mktemp("built") / "workspace"
    workspace = Workspace(shutil.copytree(published.root, root, ignore=shutil.ignore_patterns("truth", "failed")))
    path = workspace.campaign_file("hanoi-tet-2024")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(content | {"demo": {"people": PEOPLE, "seed": SEED}}, allow_unicode=True), encoding="utf-8")
    pipeline.city_figures(workspace, workspace.campaign())
    return workspace


def ansinh(workspace: Workspace, *arguments: str) -> tuple[dict[str, object], list[str]]:
    """Run a command in a process of its own; returns what it told, its exit code and which heavy libraries it loaded."""
    command = [sys.executable, "-c", RUN, *arguments, "--json", "--workspace", str(workspace.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said, _, loaded = done.stdout.partition("LOADED")
    assert loaded, done.stderr
    return json.loads(said), loaded.split()


@pytest.mark.parametrize("verb", ["build", "intake", "check", "run", "site"])
def test_a_command_that_finds_nothing_changed_loads_no_engine_and_begins_no_process(built: Workspace, verb: str) -> None:
    told, loaded = ansinh(built, verb, *(["--strict", "--renderer=embedded"] if verb in ("build", "site") else []))
    assert loaded == ["0"]
    if verb == "build":
        assert told["notebooks"] == {"done": 0, "unchanged": 93, "failed": 0}
        assert told["figures"] == pipeline.city_figures(built, built.campaign())


# --- intake ----------------------------------------------------------------------------------------------------------

HEADS = "Họ và tên;Ngày tháng năm sinh;Giới tính;Số CCCD;Nhóm đối tượng;Mức trợ cấp"
ROW = "Nguyễn Văn An;01/02/1950;Nam;00105000000{};5.5;500.000"


def laid(workspace: Workspace, numbers: str) -> Path:
    path = workspace.sources(workspace.campaign()) / "danh-sach" / "001-ba-dinh.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADS, *(ROW.format(number) for number in numbers)]) + "\n", encoding="utf-8")
    return path


def numbers_of(workspace: Workspace, campaign: Campaign) -> list[str]:
    con = store.connect(workspace.store(campaign, campaign.as_of), [store.BENEFICIARIES])
    return sorted(store.query(con, "SELECT number FROM beneficiaries")["number"])


def test_a_list_replaced_by_one_of_the_same_size_and_time_is_read_again(empty_workspace: Workspace) -> None:
    campaign = empty_workspace.campaign()
    path = laid(empty_workspace, "12")
    time = path.stat().st_mtime_ns
    with pipeline.alone(empty_workspace, campaign):
        load(empty_workspace, campaign)
    assert numbers_of(empty_workspace, campaign) == ["001050000001", "001050000002"]
    laid(empty_workspace, "13")
    os.utime(path, ns=(time, time))
    with pipeline.alone(empty_workspace, campaign):
        load(empty_workspace, campaign)
    assert numbers_of(empty_workspace, campaign) == ["001050000001", "001050000003"]


@pytest.mark.parametrize("file", ["headings.yml", "values.yml", "banks.csv", "units/2024.csv"])
def test_a_rule_of_reading_that_changed_reads_every_list_again(empty_workspace: Workspace, file: str) -> None:
    from ansinh.intake import known

    campaign = empty_workspace.campaign()
    laid(empty_workspace, "12")
    load(empty_workspace, campaign)
    before = store.signature_of(empty_workspace.store(campaign, campaign.as_of), "intake")
    path = empty_workspace.params / file
    path.write_bytes(path.read_bytes() + b"\n")
    known.rules_hash.cache_clear()
    load(empty_workspace, campaign)
    assert store.signature_of(empty_workspace.store(campaign, campaign.as_of), "intake") != before


# --- check, figures, evidence, site ----------------------------------------------------------------------------------


@pytest.fixture
def copy(built: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the built city to change things in."""
    return Workspace(shutil.copytree(built.root, tmp_path / "workspace", ignore=shutil.ignore_patterns("cache")))


def test_what_the_checks_told_is_told_again_and_is_what_stands_in_the_store(copy: Workspace) -> None:
    campaign = copy.campaign()
    told = judge(copy, campaign)
    con = store.connect(copy.store(campaign, campaign.as_of), [store.FINDINGS, store.PERSONS])
    assert told.findings == store.query(con, "SELECT count(*) AS n FROM findings")["n"].iloc[0]
    assert told.persons == store.query(con, "SELECT count(*) AS n FROM persons")["n"].iloc[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("calendar", {"office_days": [1]}),
        ("checks", {"off": ["V01"]}),
        ("period", "2024-02"),
        ("started", "2024-01-02"),
        ("as_of", "2024-01-15"),
    ],
)
def test_a_key_that_findings_depend_on_is_not_overlooked(copy: Workspace, key: str, value: object) -> None:
    from ansinh.checks import is_judged

    campaign = copy.campaign()
    assert is_judged(copy, campaign)
    assert not is_judged(copy, Campaign.model_validate(campaign.model_dump(by_alias=True) | {key: value}))


def test_other_lists_are_judged_again_and_the_closing_figures_follow(copy: Workspace) -> None:
    campaign = copy.campaign()
    target = copy.store(campaign, campaign.as_of)
    before = pipeline.city_figures(copy, campaign)
    assert store.told(target, "figures", store.signature_of(target, "protect")) == before
    exact = campaign.model_copy(update={"audience": "internal"})
    protect(copy, exact)
    after = pipeline.city_figures(copy, exact)
    assert after != before  # the public's counts are rounded
    assert after["persons"] == judge(copy, exact).persons


@pytest.mark.parametrize("name", [evidence.NAME, evidence.STORE])
@pytest.mark.parametrize("how", ["gone", "altered"])
def test_evidence_that_is_gone_or_altered_is_written_anew(copy: Workspace, name: str, how: str) -> None:
    campaign = copy.campaign()
    path = copy.runs(campaign, campaign.as_of) / name
    before = path.read_bytes()
    path.unlink() if how == "gone" else path.write_bytes(before.replace(b"a", b"b", 1))
    run(copy, campaign)
    assert path.read_bytes() == before


def test_evidence_follows_a_sealed_notebook_that_was_made_anew(copy: Workspace) -> None:
    campaign = copy.campaign()
    path = copy.runs(campaign, campaign.as_of) / evidence.NAME
    job = plan(copy, campaign)[5]
    job.target.write_bytes(job.target.read_bytes() + b"\n")
    evidence.write_evidence(copy, campaign, [*plan(copy, campaign), *requested(copy, campaign)], {})
    pages = {page["address"]: page["sha256"] for page in json.loads(path.read_bytes())["pages"]}
    assert pages[job.page["address"]] == evidence.hashes.anew(job.target)


def published_again(workspace: Workspace, campaign: Campaign) -> bool:
    """Publish, and tell whether the site was made anew."""
    from ansinh.site.swap import SUMS

    marker = workspace.output(campaign) / SUMS
    before = marker.stat().st_ino if marker.is_file() else 0
    pipeline.site_of(workspace, campaign, None, renderer="embedded", strict=True, jobs=1, progress=None)
    return marker.stat().st_ino != before


def test_the_site_is_made_again_for_a_changed_notebook_title_or_place_and_not_for_how_many_are_kept(copy: Workspace) -> None:
    campaign = copy.campaign()
    assert not published_again(copy, campaign)
    assert not published_again(copy, campaign.model_copy(update={"site": campaign.site.model_copy(update={"keep": 1})}))
    assert published_again(copy, campaign.model_copy(update={"site": campaign.site.model_copy(update={"output": "_noi-khac"})}))
    job = plan(copy, campaign)[5]
    job.target.write_bytes(job.target.read_bytes() + b"\n")
    assert published_again(copy, campaign)
