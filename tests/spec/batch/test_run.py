"""The batch: every notebook in its own process, sealed to the same bytes, one failing unit stops nobody else."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from ansinh.batch import run, why
from ansinh.batch.plan import declaration, plan
from ansinh.campaign import Campaign, UnitException, Workspace
from ansinh.errors import NotReady, UserError
from ansinh.pipeline import site_of, summary


@pytest.fixture
def workspace(city: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the small judged city to write to."""
    return Workspace(
        shutil.copytree(city.root, tmp_path / "workspace", ignore=shutil.ignore_patterns("sources", "cache", "truth", "reports", "_site"))
    )


def test_the_plan_is_city_notebooks_then_every_unit(city: Workspace, campaign: Campaign) -> None:
    jobs = plan(city, campaign)
    assert len(jobs) == 3 + 30 * 3
    assert [job.unit for job in jobs[:3]] == ["", "", ""]


def test_a_skipped_unit_is_not_planned(city: Workspace, campaign: Campaign) -> None:
    skipping = campaign.model_validate(campaign.model_dump(by_alias=True) | {"exceptions": [{"unit": "001", "skip": True, "reason": "x"}]})
    assert "001" not in {job.unit for job in plan(city, skipping)}


@pytest.mark.parametrize(("chosen", "said"), [({"units": ("999",)}, "999"), ({"notebooks": ("nothing",)}, "city_overview")])
def test_an_unknown_unit_or_notebook_is_refused_before_any_kernel_starts(
    city: Workspace, campaign: Campaign, chosen: dict[str, tuple[str]], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        run(city, campaign, **chosen)


def test_a_notebook_with_other_parameters_is_refused(workspace: Workspace) -> None:
    path = workspace.notebooks / "directive.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("as_of =", "day ="), encoding="utf-8")
    with pytest.raises(UserError, match="campaign, unit, as_of"):
        declaration(path)


def test_without_findings_it_says_what_to_run_first(empty_workspace: Workspace) -> None:
    with pytest.raises(NotReady, match="ansinh check"):
        run(empty_workspace, empty_workspace.campaign())


def test_two_runs_give_the_same_bytes_and_what_is_unchanged_is_not_run(workspace: Workspace, campaign: Campaign) -> None:
    units = ("006", "277")
    first = run(workspace, campaign, units=units, jobs=2)
    assert [job.status for job in first.jobs] == ["done"] * 6
    sealed = {path: path.read_bytes() for path in workspace.runs(campaign, campaign.as_of).rglob("*.ipynb")}
    again = run(workspace, campaign, units=units, jobs=2)
    assert [job.status for job in again.jobs] == ["unchanged"] * 6
    forced = run(workspace, campaign, units=units, jobs=1, force=True)
    assert [job.status for job in forced.jobs] == ["done"] * 6
    assert {path: path.read_bytes() for path in sealed} == sealed


def test_a_sealed_notebook_holds_no_time_path_or_error_and_begins_with_front_matter(workspace: Workspace, campaign: Campaign) -> None:
    run(workspace, campaign, units=("006",), notebooks=("district_coverage",), jobs=1)
    path = workspace.runs(campaign, campaign.as_of) / "006-dong-da" / "district_coverage.ipynb"
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    assert notebook.cells[0].cell_type == "raw"
    assert "title: 'Quận Đống Đa: tài khoản'" in notebook.cells[0].source
    assert "papermill" not in notebook.metadata
    assert str(workspace.root) not in text
    assert not any("execution" in cell.metadata for cell in notebook.cells)


def test_a_changed_unit_is_run_again_and_no_other(workspace: Workspace, campaign: Campaign) -> None:
    run(workspace, campaign, units=("006", "277"), notebooks=("district_coverage",), jobs=2)
    part = workspace.store(campaign, campaign.as_of) / "persons" / "unit=006" / "part.parquet"
    other = workspace.store(campaign, campaign.as_of) / "persons" / "unit=277" / "part.parquet"
    shutil.copyfile(other, part)
    told = list(why(workspace, campaign, units=("006", "277"), notebooks=("district_coverage",)))
    assert told[0].endswith("would run, changed: store: persons/unit=006/part.parquet")
    assert told[1].endswith("unchanged")


def test_a_failing_notebook_fails_its_unit_alone_and_is_kept_apart(workspace: Workspace, campaign: Campaign) -> None:
    path = workspace.notebooks / "district_coverage.ipynb"
    broken = path.read_text(encoding="utf-8").replace(
        "audit.coverage.funnel()", "1 / (0 if unit == '006' else 1) and audit.coverage.funnel()"
    )
    path.write_text(broken, encoding="utf-8")
    told: list[tuple[int, int, str]] = []
    report = run(
        workspace,
        campaign,
        units=("006", "277"),
        notebooks=("district_coverage",),
        jobs=2,
        progress=lambda stage, done, total, note, left: told.append((done, total, note)),
    )
    assert (told[0], told[-1]) == ((0, 2, "2 running"), (2, 2, "1 failed"))
    assert [(job.unit, job.status) for job in report.jobs] == [("006", "failed"), ("277", "done")]
    closing = summary(campaign)
    closing.run = report
    assert closing.failed == ["district_coverage 006, cell tu-danh-sach-1: ZeroDivisionError: see the notebook in reports/failed"]
    assert report.failed[0].error == "ZeroDivisionError: see the notebook in reports/failed"
    assert report.failed[0].cell == "tu-danh-sach-1"
    assert (workspace.failed(campaign, campaign.as_of) / "006" / "district_coverage.ipynb").is_file()
    assert not (workspace.runs(campaign, campaign.as_of) / "006-dong-da" / "district_coverage.ipynb").exists()


def test_a_failed_units_page_says_so_and_shows_the_last_good_figures(workspace: Workspace, campaign: Campaign) -> None:
    few = campaign.model_copy(update={"notebooks": campaign.notebooks.model_copy(update={"city": (), "unit": ("district_coverage",)})})
    few = few.model_copy(
        update={
            "exceptions": tuple(
                UnitException(unit=unit.code, skip=True, reason="test") for unit in workspace.units(few) if unit.code != "006"
            )
        }
    )
    assert not run(workspace, few, jobs=1).failed
    path = workspace.notebooks / "district_coverage.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("audit.coverage.funnel()", "1 / 0"), encoding="utf-8")
    report = run(workspace, few, jobs=1)
    assert [job.status for job in report.jobs] == ["failed"]
    site_of(workspace, few, report, renderer="embedded", strict=False, jobs=1, progress=None)
    page = (workspace.output(few) / "don-vi" / "006-dong-da" / "tai-khoan.html").read_text(encoding="utf-8")
    assert "Báo cáo này chưa lập được cho số liệu đến ngày 14/01/2024" in page
    assert "báo cáo lập được gần nhất, số liệu đến ngày 14/01/2024" in page
    assert "Người thụ hưởng" in page
