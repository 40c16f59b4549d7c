"""The desk: what the home notebook says, choosing a place with and without widgets, JupyterLab itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from typer.testing import CliRunner

from ansinh import store
from ansinh.batch import run
from ansinh.batch.plan import plan
from ansinh.batch.seal import RESTRICTED, seal
from ansinh.campaign import Campaign, Workspace
from ansinh.cli.commands import app
from ansinh.desk import choose, home, lab
from ansinh.desk.choosing import Panel
from ansinh.desk.server import style
from ansinh.desk.state import unread
from ansinh.errors import UnknownUnit, UserError

HOME = "trang_chu"
AS_OF = "2024-01-14"


# The home notebook


def test_home_tells_the_campaign_the_data_at_hand_and_the_notebooks(desk: Workspace) -> None:
    told = home("hanoi-tet-2024", AS_OF).text
    assert "Thời hạn 16/01/2024, mục tiêu 100" in told
    assert "14/01/2024 | 30 | 9.0" in told
    assert "0 trong 93 sổ tay đã niêm phong" in told
    assert "district_coverage.ipynb | Đơn vị |" in told
    assert len(told.splitlines()) < 30


def test_home_says_what_to_do_when_there_are_no_data(empty_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSINH_WORKSPACE", str(empty_workspace.root))
    assert "Chưa có số liệu. Chạy lệnh: ansinh build hanoi-tet-2024" in home("hanoi-tet-2024", AS_OF).text


def test_a_source_file_that_came_changed_or_left_makes_the_data_stale(empty_workspace: Workspace, city: Workspace) -> None:
    campaign = empty_workspace.campaign()
    assert unread(empty_workspace, campaign) == []
    shutil.copytree(city.sources(campaign), empty_workspace.sources(campaign))
    folder = empty_workspace.store(campaign, campaign.as_of)
    shutil.copytree(city.store(campaign, campaign.as_of) / store.LOADS.name, folder / store.LOADS.name)
    store.sign(folder, "intake", "x")
    assert unread(empty_workspace, campaign) == []
    lists = sorted((empty_workspace.sources(campaign) / "danh-sach").glob("*.xlsx"))
    lists[0].unlink()
    shutil.copy(lists[1], lists[1].with_name("moi.xlsx"))
    later = time.time_ns() + 10**9
    os.utime(lists[2], ns=(later, later))
    named = {"danh-sach/" + name for name in (lists[0].name, "moi.xlsx", lists[2].name)}
    assert set(unread(empty_workspace, campaign)) == named


def test_the_home_notebook_runs_in_an_ordinary_kernel(desk: Workspace) -> None:
    notebook = nbformat.read(desk.notebooks / f"{HOME}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = json.dumps([cell.get("outputs") for cell in notebook.cells], ensure_ascii=False)
    assert "Số liệu hiện có" in shown
    assert "application/vnd.jupyter.widget-view+json" in shown


def test_the_home_notebook_is_no_page(desk: Workspace) -> None:
    campaign = desk.campaign()
    assert HOME not in {job.notebook for job in plan(desk, campaign)}
    with pytest.raises(UserError, match="is for work by hand"):
        plan(desk, campaign, (HOME,))


# Choosing a place


def test_choosing_with_widgets_leads_from_district_to_commune_to_a_working_copy(desk: Workspace) -> None:
    import ipywidgets

    choice = choose("hanoi-tet-2024")
    panel = Panel(choice, ipywidgets)
    assert "district_coverage" not in panel.notebook.options
    panel.place.value = "277"
    assert choice.unit == "277"
    assert panel.notebook.options == ("audit_sample", "district_cleanliness", "district_coverage", "district_payment")
    panel.part.value = "10015"
    assert (choice.unit, panel.notebook.options) == ("10015", ("commune_sheet",))
    panel.button.click()
    copy = desk.desk / "hanoi-tet-2024" / "10015" / "commune_sheet.ipynb"
    assert copy.relative_to(desk.notebooks).as_posix() in panel.answer.value
    assert 'unit = "10015"' in copy.read_text(encoding="utf-8").replace('\\"', '"')


def test_a_choice_made_before_is_shown_again(desk: Workspace) -> None:
    import ipywidgets

    panel = Panel(choose("hanoi-tet-2024", "10015"), ipywidgets)
    assert (panel.place.value, panel.part.value) == ("277", "10015")


def test_without_ipywidgets_the_codes_are_a_table(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    choice = choose("hanoi-tet-2024")
    choice._ipython_display_()
    assert "004 | Quận Long Biên" in capsys.readouterr().out
    choice.unit = "004"
    assert "Quận Long Biên" in choice.open().coverage.answer().text


def test_a_code_that_does_not_exist_is_answered(desk: Workspace) -> None:
    with pytest.raises(UnknownUnit, match="has no unit '4'"):
        choose("hanoi-tet-2024", "4")


def test_a_working_copy_made_again_keeps_what_was_written_into_it(desk: Workspace) -> None:
    path = desk.notebooks / choose("hanoi-tet-2024", "004").copy("district_coverage")
    mine = nbformat.read(path, as_version=4)
    mine.cells.append(nbformat.v4.new_markdown_cell("Ghi chú của tôi"))
    nbformat.write(mine, path)
    choose("hanoi-tet-2024", "004", "2024-01-15").copy("district_coverage")
    again = nbformat.read(path, as_version=4)
    assert again.cells[-1].source == "Ghi chú của tôi"
    assert 'as_of = "2024-01-15"' in again.cells[1].source


def test_in_the_two_level_campaign_a_commune_is_a_unit(desk_of_example: tuple[Workspace, Campaign]) -> None:
    choice = choose("example-2026", "00070")
    assert {"commune_sheet", "district_coverage"} <= set(choice.notebooks())


# What must not become a page


@pytest.mark.parametrize("kind", ["masked", "revealed", "analysis"])
def test_restricted_output_cannot_be_sealed(campaign: Campaign, kind: str) -> None:
    shown = nbformat.v4.new_output("display_data", {"text/plain": "x", RESTRICTED: {"kind": kind}})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[shown])])
    page = {"title": "x", "level": "city", "address": "x"}
    with pytest.raises(ValueError, match="make no page"):
        seal(notebook, page, {"as_of": AS_OF, "unit": ""}, campaign, "x", "x")


@pytest.mark.slow
def test_a_notebook_that_shows_records_is_never_sealed(desk: Workspace, campaign: Campaign) -> None:
    path = desk.notebooks / "district_coverage.ipynb"
    mine = nbformat.read(path, as_version=4)
    mine.cells.append(nbformat.v4.new_code_cell('audit.sql("SELECT count(*) AS n FROM persons")', id="cua-toi"))
    nbformat.write(mine, path)
    [job] = run(desk, campaign, notebooks=("district_coverage",), units=("004",), jobs=1).jobs
    assert (job.status, "cell cua-toi shows records or free analysis" in job.error) == ("failed", True)
    assert not list(desk.runs(campaign, campaign.as_of).rglob("district_coverage.ipynb"))


# JupyterLab


def test_without_jupyterlab_the_command_says_how_to_get_it(desk: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["lab", "--workspace", str(desk.root)])
    assert isinstance(result.exception, UserError)
    assert "JupyterLab is not installed. Run `make lab`" in str(result.exception)


def test_the_pages_rules_reach_jupyterlab_but_only_inside_outputs() -> None:
    outside, inside = style().split(".jp-OutputArea", 1)
    assert ".as-tile{" in inside
    assert not re.search(r"(?<![a-z])body\{", inside)
    assert "{" in outside


@pytest.fixture
def server(desk: Workspace) -> Iterator[tuple[str, Workspace]]:
    """JupyterLab as `ansinh lab` starts it, on a free port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    more = ("--allow-root", "--IdentityProvider.token=a-token-of-the-test")
    command = [
        str(Path(sys.executable).with_name("ansinh")),
        "lab",
        "--no-browser",
        "--port",
        str(port),
        *(f"--jupyter={item}" for item in more),
    ]
    process = subprocess.Popen(command, cwd=desk.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                ask(f"{address}/api")
                break
            except OSError:
                assert process.poll() is None, "JupyterLab ended"
                time.sleep(0.5)
        yield address, desk
    finally:
        process.terminate()
        process.wait(30)


def ask(address: str, method: str = "GET", body: object = None) -> bytes:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": "token a-token-of-the-test", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(address, data, headers, method=method), timeout=30) as answer:
        return bytes(answer.read())


def test_ansinh_lab_serves_the_home_notebook_with_our_rules_and_saves_without_outputs(server: tuple[str, Workspace]) -> None:
    address, desk = server
    assert b"JupyterLab" in ask(f"{address}/lab")
    assert b".as-tile" in ask(f"{address}/custom/custom.css")
    assert (desk.desk / "hanoi-tet-2024" / "city" / f"{HOME}.ipynb").is_file()
    path = "api/contents/district_coverage.ipynb"
    model = json.loads(ask(f"{address}/{path}"))
    model["content"]["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "001045012345"}]
    before = (desk.notebooks / "district_coverage.ipynb").read_bytes()
    ask(f"{address}/{path}", "PUT", {key: model[key] for key in ("type", "format", "content")})
    assert (desk.notebooks / "district_coverage.ipynb").read_bytes() == before


def test_ansinh_lab_listens_on_this_machine_only(desk: Workspace) -> None:
    command = lab.command(desk, desk.campaign(), port=0, browser=False)
    assert "--ip=127.0.0.1" in command
    assert any(item.startswith("--FileContentsManager.pre_save_hook=ansinh.") for item in command)
