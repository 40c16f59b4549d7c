"""A page is never stale: whatever a job depends on, change it and the job runs; change anything else and it does not."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ansinh.batch import plan as planning
from ansinh.batch import run
from ansinh.batch.plan import PACKAGE, Job, changed, code_hash, key_file, plan
from ansinh.campaign import Campaign, Workspace


@pytest.fixture
def copy(city: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the small city to change things in."""
    root = tmp_path / "workspace"
    shutil.copytree(city.root, root, ignore=shutil.ignore_patterns("sources", "cache", "reports", "_site", "truth"))
    return Workspace(root)


def sealed(workspace: Workspace, campaign: Campaign) -> dict[str, Job]:
    """Plan the jobs of two units and mark them as done."""
    jobs = {job.label: job for job in plan(workspace, campaign, ("city_overview", "district_coverage"), ("006", "277"))}
    for job in jobs.values():
        job.target.parent.mkdir(parents=True, exist_ok=True)
        job.target.write_text("sealed", encoding="utf-8")
        key_file(job).write_text(job.key, encoding="utf-8")
    return jobs


def touch(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def store_file(workspace: Workspace, campaign: Campaign, table: str, unit: str) -> Path:
    return workspace.store(campaign, campaign.as_of) / table / f"unit={unit}" / "part.parquet"


CITY, BA, CHUONG = "city_overview city", "district_coverage 006", "district_coverage 277"
CHANGES: dict[str, tuple[Callable[[Workspace, Campaign], None], set[str]]] = {
    "one unit's persons": (lambda w, c: touch(store_file(w, c, "persons", "006")), {CITY, BA}),
    "one unit's findings": (lambda w, c: touch(store_file(w, c, "findings", "277")), {CITY, CHUONG}),
    "one unit's loads": (lambda w, c: touch(store_file(w, c, "loads", "277")), {CITY, CHUONG}),
    "a third unit's outcomes": (lambda w, c: touch(store_file(w, c, "outcomes", "001")), {CITY}),
    "a notebook": (lambda w, c: touch(w.notebooks / "district_coverage.ipynb"), {BA, CHUONG}),
    "another notebook": (lambda w, c: touch(w.notebooks / "method.ipynb"), set()),
    "the register of units": (lambda w, c: touch(w.params / "units" / "2024.csv"), {CITY, BA, CHUONG}),
    "the banks": (lambda w, c: touch(w.params / "banks.csv"), {CITY, BA, CHUONG}),
    "the tiles": (lambda w, c: touch(w.params / "tiles" / "hanoi-tet-2024.csv"), {CITY, BA, CHUONG}),
    "the measured accuracy": (lambda w, c: touch(w.params / "accuracy" / "hanoi-tet-2024.csv"), {CITY, BA, CHUONG}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_job_runs_again_exactly_when_what_it_depends_on_changes(copy: Workspace, campaign: Campaign, what: str) -> None:
    before = sealed(copy, campaign)
    change, expected = CHANGES[what]
    change(copy, campaign)
    after = {job.label: job for job in plan(copy, campaign, ("city_overview", "district_coverage"), ("006", "277"))}
    assert {label for label, job in after.items() if job.key != before[label].key} == expected
    assert all(changed(after[label]) for label in expected)


def test_an_earlier_snapshot_is_a_dependency_too(copy: Workspace, campaign: Campaign) -> None:
    before = sealed(copy, campaign)
    today = copy.store(campaign, campaign.as_of)
    shutil.copytree(today, today.with_name((campaign.as_of - dt.timedelta(days=1)).isoformat()))
    after = {job.label: job for job in plan(copy, campaign, ("city_overview", "district_coverage"), ("006", "277"))}
    assert {label for label, job in after.items() if job.key != before[label].key} == set(before)
    later = today.with_name((campaign.as_of + dt.timedelta(days=1)).isoformat())
    shutil.copytree(today, later)
    again = {job.label: job for job in plan(copy, campaign, ("city_overview", "district_coverage"), ("006", "277"))}
    assert [job.key for job in again.values()] == [job.key for job in after.values()]


@pytest.mark.parametrize("table", ["persons", "findings", "outcomes", "withheld"])
def test_what_pages_show_of_an_earlier_snapshot_is_a_dependency(copy: Workspace, campaign: Campaign, table: str) -> None:
    today = copy.store(campaign, campaign.as_of)
    earlier = today.with_name((campaign.as_of - dt.timedelta(days=1)).isoformat())
    shutil.copytree(today, earlier)
    before = sealed(copy, campaign)
    touch(earlier / table / "unit=006" / "part.parquet")
    after = {job.label: job for job in plan(copy, campaign, ("city_overview", "district_coverage"), ("006", "277"))}
    assert {label for label, job in after.items() if job.key != before[label].key} == {CITY, BA}


def test_another_as_of_date_is_another_job(copy: Workspace, campaign: Campaign) -> None:
    before = sealed(copy, campaign)
    later = campaign.model_copy(update={"as_of": campaign.as_of + dt.timedelta(days=1)})
    assert not {job.target for job in plan(copy, later)} & {job.target for job in before.values()}


@pytest.mark.parametrize(
    ("file", "matters"), [("measures/scope.py", True), ("show/figures.py", True), ("batch/seal.py", True), ("cli/verbs.py", False)]
)
def test_our_code_is_a_dependency_as_far_as_notebooks_can_reach_it(tmp_path: Path, file: str, matters: bool) -> None:
    package = shutil.copytree(PACKAGE, tmp_path / "ansinh", ignore=shutil.ignore_patterns("theme", "__pycache__"))
    before = code_hash(package)
    code_hash.cache_clear()
    touch(package / file)
    assert (code_hash(package) != before) is matters
    code_hash.cache_clear()


@pytest.mark.slow
def test_whatever_changes_the_job_really_runs_and_nothing_else_does(
    copy: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ran() -> set[str]:
        report = run(copy, campaign, notebooks=("district_coverage",), units=("006", "277"), jobs=2)
        assert not report.failed, report.failed
        return {job.unit for job in report.jobs if job.status == "done"}

    def drop_a_row(path: Path) -> None:
        rows = pq.read_table(path)
        pq.write_table(rows.slice(1), path)

    assert ran() == {"006", "277"}
    assert ran() == set()
    drop_a_row(store_file(copy, campaign, "persons", "006"))
    assert ran() == {"006"}
    drop_a_row(store_file(copy, campaign, "findings", "277"))
    assert ran() == {"277"}
    drop_a_row(store_file(copy, campaign, "withheld", "277"))
    assert ran() == {"277"}
    touch(copy.params / "banks.csv")
    assert ran() == {"006", "277"}
    touch(copy.notebooks / "district_coverage.ipynb")
    assert ran() == {"006", "277"}
    monkeypatch.setattr(planning, "code_hash", lambda: "other")
    assert ran() == {"006", "277"}
    monkeypatch.setattr(planning, "versions", lambda: {"matplotlib": "99"})
    assert ran() == {"006", "277"}
    assert ran() == set()


@pytest.mark.parametrize("key", ["deadline", "target", "title", "place", "period_name"])
def test_a_changed_campaign_key_runs_everything_and_is_named(copy: Workspace, campaign: Campaign, key: str) -> None:
    before = sealed(copy, campaign)
    value = {"deadline": dt.date(2024, 1, 20), "target": 0.9}.get(key, "khác")
    after = plan(copy, campaign.model_copy(update={key: value}), ("city_overview", "district_coverage"), ("006", "277"))
    assert all(job.key != before[job.label].key for job in after)
    assert changed(after[0]) == [f"campaign: {key}"]


def test_a_new_version_of_a_library_or_of_our_code_runs_everything(
    copy: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sealed(copy, campaign)
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "99" if name == "matplotlib" else real(name))
    planning.versions.cache_clear()
    after = plan(copy, campaign, ("city_overview", "district_coverage"), ("006", "277"))
    assert all(job.key != before[job.label].key for job in after)
    assert changed(after[0]) == ["libraries: matplotlib"]
    monkeypatch.undo()
    planning.versions.cache_clear()
    monkeypatch.setattr(planning, "code_hash", lambda: "other")
    assert changed(plan(copy, campaign, ("city_overview",))[0]) == ["code"]


OTHER = {
    "site": {"output": "_noi-khac", "keep": 1},
    "sources": {"folder": "data/khac", "beneficiaries": ["*.xlsx"]},
    "notebooks": {"city": ["city_overview"], "unit": ["district_coverage"]},
    "demo": {"people": 5, "seed": 1},
}
"""What no notebook depends on, and another value for each."""


@pytest.mark.parametrize("key", OTHER)
def test_a_key_of_the_campaign_that_no_notebook_depends_on_runs_nothing(copy: Workspace, campaign: Campaign, key: str) -> None:
    before = sealed(copy, campaign)
    other = campaign.model_validate(campaign.model_dump(by_alias=True) | {key: OTHER[key]})
    assert getattr(other, key) != getattr(campaign, key)
    after = plan(copy, other, ("city_overview", "district_coverage"), ("006", "277"))
    assert {job.label: job.key for job in after} == {label: job.key for label, job in before.items()}


def test_every_other_key_of_the_campaign_is_a_dependency(copy: Workspace, campaign: Campaign) -> None:
    settings = json.loads(plan(copy, campaign, ("city_overview",))[0].key)["campaign"]
    assert settings.keys() == Campaign.model_fields.keys() - planning.UNREAD_SETTINGS


def test_a_campaign_of_real_files_is_another_job_than_its_demo(copy: Workspace, campaign: Campaign) -> None:
    real = plan(copy, campaign.model_copy(update={"demo": None}), ("city_overview",))[0]
    assert real.key != plan(copy, campaign, ("city_overview",))[0].key


@pytest.mark.slow
def test_no_notebook_ever_asks_for_a_key_that_is_left_out(city: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()

    def noted(settings: Campaign, name: str) -> object:
        asked.add(name)
        return object.__getattribute__(settings, name)

    monkeypatch.setenv("ANSINH_WORKSPACE", str(city.root))
    monkeypatch.setattr(Workspace, "campaign", lambda workspace, name, as_of=None: campaign)
    monkeypatch.setattr(Campaign, "synthetic", True)  # which every job's key names by itself
    monkeypatch.setattr(Campaign, "__getattribute__", noted)
    for name in (*campaign.notebooks.city, *campaign.notebooks.unit, "commune_sheet"):
        content = json.loads((city.notebooks / f"{name}.ipynb").read_text(encoding="utf-8"))
        unit = {"city": "", "unit": "006", "commune": "00199"}[content["metadata"]["ansinh"]["level"]]
        asked.discard("notebooks")  # this test's own question
        cells = ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]
        inside: dict[str, object] = {}
        for source in cells:
            exec(source, inside)
            inside |= {"campaign": campaign.name, "unit": unit, "as_of": campaign.as_of.isoformat()}
        for source in cells:
            if source.startswith("audit."):
                assert eval(source, inside).html
    assert not asked & planning.UNREAD_SETTINGS
    assert {"deadline", "target"} <= asked
