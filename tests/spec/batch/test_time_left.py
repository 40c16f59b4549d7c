"""What is left of a batch: nothing is told before enough is known, and then what was timed, now or the last time, weighs."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ansinh.batch.plan import Job, plan
from ansinh.batch.time_left import TimeLeft
from ansinh.batch.work import JobReport
from ansinh.campaign import Campaign, Workspace
from ansinh.cli.tell import ENOUGH_SECONDS, alike, left_in_words


@pytest.fixture
def jobs(city: Workspace, campaign: Campaign) -> list[Job]:
    """Three notebooks of the whole city and three of each of four districts."""
    whole = plan(city, campaign)
    return [job for job in whole if job.unit in ("", "001", "002", "003", "004")]


def ended(job: Job, seconds: float, status: str = "done") -> JobReport:
    return JobReport(job.notebook, job.unit, status, seconds)


def test_before_any_notebook_has_ended_nothing_is_told_even_when_the_last_run_is_remembered(jobs: list[Job]) -> None:
    assert math.isinf(TimeLeft(jobs, {}).left(2))
    assert math.isinf(TimeLeft(jobs, {job.label: 1.0 for job in jobs}).left(2))


def test_the_first_notebooks_which_are_the_citys_say_nothing_of_the_districts(jobs: list[Job]) -> None:
    time_left = TimeLeft(jobs, {})
    city = [job for job in time_left.longest_first if not job.unit]
    assert time_left.longest_first[:3] == city
    for job in city:
        time_left.note(ended(job, 30))
        assert math.isinf(time_left.left(2))
    time_left.note(ended(time_left.longest_first[3], 1.0))
    assert time_left.left(2) == pytest.approx(11 / 2)


def test_a_failed_notebook_says_nothing_of_the_others(jobs: list[Job]) -> None:
    time_left = TimeLeft(jobs, {})
    for job in time_left.longest_first[:4]:
        time_left.note(ended(job, 0.01, "failed"))
    assert math.isinf(time_left.left(2))


def test_what_each_took_the_last_time_weighs_at_the_pace_of_this_run(jobs: list[Job]) -> None:
    remembered = {job.label: 9.0 if job.notebook == "district_payment" else 1.0 for job in jobs}
    time_left = TimeLeft(jobs, remembered)
    districts = [job for job in time_left.longest_first if job.unit]
    assert [job.notebook for job in districts[:4]] == ["district_payment"] * 4
    for job in (job for job in time_left.longest_first if not job.unit):
        time_left.note(ended(job, 2.0))  # the machine is half as fast as it was
    assert time_left.left(2) == pytest.approx(2 * (4 * 9 + 8 * 1) / 2)
    for job in districts[:4]:
        time_left.note(ended(job, 18.0))
    assert time_left.left(2) == pytest.approx(2 * 8 / 2)


def test_a_unit_that_never_ran_is_taken_for_the_others_of_its_notebook(jobs: list[Job]) -> None:
    remembered = {job.label: 3.0 for job in jobs if job.unit != "004"}
    time_left = TimeLeft(jobs, remembered)
    for job in jobs:
        if job.unit != "004":
            time_left.note(ended(job, 3.0))
    assert time_left.left(1) == pytest.approx(9.0)


def test_no_less_is_left_than_the_longest_notebook_takes(jobs: list[Job]) -> None:
    time_left = TimeLeft(jobs, {job.label: 1.0 if job.unit else 40.0 for job in jobs})
    for job in jobs:
        if job.unit:
            time_left.note(ended(job, 1.0))
    assert time_left.left(3) == pytest.approx(40)


def test_elsewhere_nobody_counts_and_when_all_is_done_nothing_is_left(jobs: list[Job]) -> None:
    time_left = TimeLeft(jobs, {job.label: 1.0 for job in jobs})
    for job in jobs:
        assert math.isinf(time_left.left(0))
        time_left.note(ended(job, 1.0))
    assert time_left.left(2) == 0


@pytest.mark.parametrize(("spent", "done", "known"), [(0.2, 50, False), (60, 1, False), (60, 0, False), (ENOUGH_SECONDS, 10, True)])
def test_a_stage_of_like_steps_tells_nothing_before_it_has_worked_and_done_enough(spent: float, done: int, known: bool) -> None:
    assert math.isfinite(alike(spent, done, 100)) is known


@pytest.mark.parametrize(
    ("seconds", "words"), [(math.inf, ""), (0.4, "about 5 s left"), (43, "about 45 s left"), (200, "about 3 min left")]
)
def test_what_is_left_is_told_no_more_exactly_than_it_is_known(seconds: float, words: str) -> None:
    assert left_in_words(seconds) == words


def test_the_seconds_of_a_run_are_remembered_for_the_next(tmp_path: Path) -> None:
    from ansinh.batch.evidence import SECONDS, last_seconds

    workspace = Workspace(tmp_path)
    campaign = Workspace(Path(__file__).parents[3]).campaign()
    assert last_seconds(workspace, campaign) == {}
    today = workspace.runs(campaign, campaign.as_of)
    for day, text in ((today.with_name("2024-01-07"), '{"a city": 1.0, "b 001": 2.0}'), (today, '{"a city": 3.0}')):
        day.mkdir(parents=True)
        (day / SECONDS).write_text(text, encoding="utf-8")
    assert last_seconds(workspace, campaign) == {"a city": 3.0, "b 001": 2.0}
