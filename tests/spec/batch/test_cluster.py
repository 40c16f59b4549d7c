"""Beyond one machine: workers of a Dask scheduler, files through a share in a folder or in an S3 bucket; the bytes are the same."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansinh import hashes
from ansinh.batch import run
from ansinh.batch.plan import plan
from ansinh.batch.share import Share
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import NotReady, UserError
from tests.conftest import small

UNITS = ("001", "002", "003", "004")
LEFT_OUT = shutil.ignore_patterns("sources", "cache", "reports", "_site", "truth")


@pytest.fixture
def copy(city: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the small city to run notebooks in."""
    return Workspace(shutil.copytree(city.root, tmp_path / "workspace", ignore=LEFT_OUT))


@pytest.fixture(scope="module")
def here(city: Workspace, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The sealed notebooks of a run on one machine."""
    workspace = Workspace(shutil.copytree(city.root, tmp_path_factory.mktemp("here") / "workspace", ignore=LEFT_OUT))
    campaign = small(workspace.campaign())
    assert not run(workspace, campaign, units=UNITS, notebooks=("district_coverage",), jobs=2).failed
    return sealed(workspace, campaign)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket of a real S3-compatible server on this machine; its address and credentials stand in the environment, as on workers."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    import fsspec

    fsspec.filesystem("s3").mkdir("ansinh-test")
    yield "s3://ansinh-test/batch"
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
    server.stop()


@pytest.fixture
def scheduler() -> Iterator[str]:
    """A scheduler with three worker processes."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=3, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def sealed(workspace: Workspace, campaign: Campaign) -> dict[str, bytes]:
    folder = workspace.runs(campaign, campaign.as_of)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.ipynb"))}


def spoil(workspace: Workspace, code: str) -> None:
    path = workspace.notebooks / "district_coverage.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in content["cells"] if cell["id"] == "tra-loi")
    cell["source"] = [f"{code}\n", "audit.coverage.answer()"]
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def test_a_share_sends_only_what_is_missing_and_gives_nothing_stale_or_broken(tmp_path: Path) -> None:
    here, there, share = tmp_path / "here", tmp_path / "there", Share(f"file://{tmp_path / 'share'}")
    (here / "a").mkdir(parents=True)
    (here / "a" / "x").write_bytes(b"one")
    files = {"a/x": hashes.anew(here / "a" / "x")}
    assert (share.send(here, files), share.send(here, files)) == (1, 0)
    share.fetch(there, files)
    assert (there / "a" / "x").read_bytes() == b"one"
    (there / "a" / "x").write_bytes(b"old")
    share.fetch(there, files)
    assert (there / "a" / "x").read_bytes() == b"one"
    next(path for path in (tmp_path / "share").rglob("*") if path.is_file()).write_bytes(b"bad")
    (there / "a" / "x").unlink()
    with pytest.raises(NotReady, match="a/x"):
        share.fetch(there, files)
    assert not (there / "a" / "x").exists()


def test_without_a_scheduler_at_the_address_it_says_what_to_start(
    copy: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ansinh.batch.far.PATIENCE", 1)
    with pytest.raises(UserError, match="dask scheduler"):
        run(copy, campaign, units=("001",), notebooks=("district_coverage",), scheduler="tcp://127.0.0.1:9")


@pytest.mark.slow
def test_workers_that_see_this_folder_make_the_same_bytes(
    copy: Workspace, campaign: Campaign, scheduler: str, here: dict[str, bytes]
) -> None:
    report = run(copy, campaign, units=UNITS, notebooks=("district_coverage",), scheduler=scheduler)
    assert [job.status for job in report.jobs] == ["done"] * 4
    assert sealed(copy, campaign) == here


@pytest.mark.slow
def test_through_a_bucket_workers_elsewhere_make_the_same_bytes_and_a_failure_comes_home(
    copy: Workspace, campaign: Campaign, scheduler: str, bucket: str, here: dict[str, bytes], tmp_path: Path
) -> None:
    given = {"units": UNITS, "notebooks": ("district_coverage",), "scheduler": scheduler, "share": bucket}
    notebook = (copy.notebooks / "district_coverage.ipynb").read_text(encoding="utf-8")
    spoil(copy, f"assert '{copy.root}' not in __import__('os').getcwd() and unit != '003'")
    report = run(copy, campaign, **given)  # type: ignore[arg-type]
    assert [(job.unit, job.cell) for job in report.failed] == [("003", "tra-loi")], report.failed
    assert (copy.failed(campaign, campaign.as_of) / "003" / "district_coverage.ipynb").is_file()
    (copy.notebooks / "district_coverage.ipynb").write_text(notebook, encoding="utf-8")
    assert not run(copy, campaign, **given).failed  # type: ignore[arg-type]
    assert sealed(copy, campaign) == here
    assert not (copy.failed(campaign, campaign.as_of) / "003" / "district_coverage.ipynb").exists()
    assert {job.status for job in run(copy, campaign, **given).jobs} == {"unchanged"}  # type: ignore[arg-type]

    # A runner on a machine that has no store finds it in the bucket, and plans the very same jobs.
    elsewhere = Workspace(shutil.copytree(copy.root, tmp_path / "elsewhere", ignore=shutil.ignore_patterns("data", "reports", "_site")))
    assert not run(elsewhere, campaign, **given).failed  # type: ignore[arg-type]
    assert sealed(elsewhere, campaign) == here
    assert [job.key for job in plan(elsewhere, campaign)] == [job.key for job in plan(copy, campaign)]


@pytest.mark.slow
def test_a_lost_workers_jobs_run_again_elsewhere(
    copy: Workspace, campaign: Campaign, scheduler: str, bucket: str, here: dict[str, bytes]
) -> None:
    from distributed import Client

    def kill() -> None:
        with Client(scheduler) as client:
            for _ in range(600):
                working = [name for name, tasks in client.processing().items() if tasks]
                if working:
                    [pid] = client.run(os.getpid, workers=[working[0]]).values()
                    os.kill(pid, signal.SIGKILL)
                    return
                time.sleep(0.05)

    thread = threading.Thread(target=kill)
    thread.start()
    report = run(copy, campaign, units=UNITS, notebooks=("district_coverage",), scheduler=scheduler, share=bucket)
    thread.join()
    assert not report.failed, report.failed
    assert sealed(copy, campaign) == here


@pytest.mark.slow
def test_the_command_takes_a_scheduler_and_a_share(copy: Workspace, campaign: Campaign, scheduler: str, tmp_path: Path) -> None:
    command = [
        str(Path(sys.executable).with_name("ansinh")),
        "run",
        "--unit=001",
        "--notebook=district_coverage",
        f"--scheduler={scheduler}",
    ]
    done = subprocess.run([*command, f"--share=file://{tmp_path / 'share'}"], cwd=copy.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 done" in done.stdout
