"""All or nothing: a site is swapped in whole, earlier ones are kept and returned to, and nobody builds or overwrites beside another."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ansinh.batch.lock import alone
from ansinh.campaign import Campaign, Site, Workspace
from ansinh.errors import Busy, GateRefusal, UserError
from ansinh.pipeline import build
from ansinh.site import kept_sites, publish, rollback, swap
from ansinh.site.swap import read_sums, sums, write_sums

ROOT = Path(__file__).parents[3]


def few(campaign: Campaign, **changes: object) -> Campaign:
    """The campaign with two pages and their evidence page: all that a swap needs."""
    notebooks = campaign.notebooks.model_copy(update={"city": ("directive", "method"), "unit": ()})
    return campaign.model_copy(update={"notebooks": notebooks, "site": Site(output="_small", keep=2), **changes})


@pytest.fixture
def workspace(published: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the published small city to write to."""
    ignored = shutil.ignore_patterns("cache", "truth", "sources", "_site*", "unit=*")
    copy = shutil.copytree(published.root, tmp_path / "workspace", ignore=ignored)
    for name in ("beneficiaries", "accounts", "payments", "register_matches", "loads"):
        path = f"data/hanoi-tet-2024/store/2024-01-14/{name}"
        shutil.copytree(published.root / path, copy / path, dirs_exist_ok=True)
    return Workspace(copy)


def say(workspace: Workspace, campaign: Campaign, word: str) -> None:
    """Let the page of the obligations say a word."""
    page = workspace.runs(campaign, campaign.as_of) / "city" / "directive.ipynb"
    content = json.loads(page.read_text(encoding="utf-8"))
    content["cells"][-1] = {"cell_type": "markdown", "id": "loi", "metadata": {}, "source": word}
    page.write_text(json.dumps(content), encoding="utf-8")


def said(site: Path) -> str:
    return (site / "chi-thi.html").read_text(encoding="utf-8")


def issue(workspace: Workspace, campaign: Campaign, word: str) -> Path:
    say(workspace, campaign, word)
    return publish(workspace, campaign, renderer="embedded").output


def test_the_last_sites_are_kept_and_one_is_returned_to(workspace: Workspace, campaign: Campaign) -> None:
    campaign = few(campaign)
    for word in ("Bản một.", "Bản hai.", "Bản ba.", "Bản bốn."):
        site = issue(workspace, campaign, word)
    assert [item.number for item in kept_sites(workspace, campaign)] == [2, 3], "the last two before the one that stands"
    assert "Bản bốn." in said(site)
    back = rollback(workspace, campaign)
    assert (back.number, back.as_of) == (3, "2024-01-14")
    assert "Bản ba." in said(site)
    assert read_sums(site) == sums(site)
    rollback(workspace, campaign, 2)
    assert "Bản hai." in said(site)
    with pytest.raises(UserError, match="Kept: "):
        rollback(workspace, campaign, 77)


def test_an_unchanged_site_is_not_published_again(workspace: Workspace, campaign: Campaign) -> None:
    campaign = few(campaign)
    for _ in range(2):
        publish(workspace, campaign, renderer="embedded")
    assert kept_sites(workspace, campaign) == []


def test_an_earlier_site_passes_the_gate_again_and_must_be_as_it_was(workspace: Workspace, campaign: Campaign) -> None:
    campaign = few(campaign)
    site = issue(workspace, campaign, "Bản một.")
    issue(workspace, campaign, "Bản hai.")
    old = kept_sites(workspace, campaign)[0].folder / "chi-thi.html"
    old.write_text(old.read_text(encoding="utf-8").replace("Bản một", "/home/somebody/x"), encoding="utf-8")
    with pytest.raises(UserError, match="not as it was"):
        rollback(workspace, campaign)
    write_sums(old.parent)
    with pytest.raises(GateRefusal, match="path of this machine"):
        rollback(workspace, campaign)
    assert "Bản hai." in said(site)


def test_where_two_folders_cannot_be_exchanged_two_renames_do_it_and_an_unfinished_swap_is_mended(
    workspace: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = few(campaign)
    monkeypatch.setattr(swap, "exchanged", lambda one, other: False)
    site = issue(workspace, campaign, "Bản một.")
    issue(workspace, campaign, "Bản hai.")
    assert "Bản hai." in said(site)
    # Killed between the two renames: the old site lies beside, and the next to come puts it back.
    site.rename(swap.old_of(site))
    with swap.owned(site, campaign):
        assert "Bản hai." in said(site)


HOLD = """
import sys, time
from pathlib import Path
from ansinh.batch.lock import alone
from ansinh.campaign import Workspace
workspace = Workspace(Path(sys.argv[1]))
with alone(workspace, workspace.campaign()):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_build_is_told_who_builds_and_a_killed_one_holds_nothing(workspace: Workspace, campaign: Campaign) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(workspace.root)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Busy, match=rf"process {holder.pid} of .+, since \d\d:\d\d \(\d+ minutes\)"):
            build(workspace, campaign, jobs=1)
    finally:
        holder.kill()
        holder.wait()
    with alone(workspace, campaign), alone(workspace, campaign):
        assert json.loads((workspace.reports / f"{campaign.name}.owner").read_text())["pid"] == os.getpid()
    assert not (workspace.reports / f"{campaign.name}.owner").exists()


def test_two_campaigns_never_write_to_one_folder_at_a_time(workspace: Workspace, campaign: Campaign) -> None:
    campaign = few(campaign)
    with swap.owned(workspace.output(campaign), campaign), pytest.raises(Busy, match="Another site"):
        publish(workspace, campaign, renderer="embedded")


def test_every_page_for_officials_says_who_may_see_it(workspace: Workspace, campaign: Campaign) -> None:
    internal = few(campaign, audience="internal")
    site = publish(workspace, internal, renderer="embedded").output
    pages = sorted(site.rglob("*.html"))
    assert len(pages) == 3
    assert all("Lưu hành nội bộ: chỉ dành cho người có thẩm quyền." in page.read_text(encoding="utf-8") for page in pages)
    with pytest.raises(UserError, match="internal"):
        publish(workspace, few(campaign), renderer="embedded")
    with pytest.raises(UserError, match="internal"):
        rollback(workspace, few(campaign))


def test_figures_made_for_officials_are_no_last_good_figures_for_the_public(workspace: Workspace, campaign: Campaign) -> None:
    from ansinh.batch.plan import plan, set_aside

    campaign = few(campaign)
    job = plan(workspace, campaign)[0]
    exact = job.target.read_text(encoding="utf-8").replace("audience: public", "audience: internal")
    job.target.rename(set_aside(job))
    set_aside(job).write_text(exact, encoding="utf-8")
    failed = publish(workspace, campaign, renderer="embedded", failed=[(job.notebook, job.unit)])
    text = said(failed.output)
    assert "chưa lập được" in text
    assert "báo cáo lập được gần nhất" not in text


KILL = """
import os, signal, sys
from pathlib import Path
from ansinh.site import embedded, gate, stage, swap
from tests.spec.site import test_publish
stage_name, root, word = sys.argv[1:4]
workspace = test_publish.Workspace(Path(root))
campaign = test_publish.few(workspace.campaign())
def dies(module, name, after=False):
    real = getattr(module, name)
    def fatal(*arguments, **options):
        if after:
            real(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(module, name, fatal)
room = sys.modules["ansinh.site.publish"]
where = {
    "reading the lists": (gate, "Gate", False),
    "laying the project": (stage, "dress", True),
    "project laid": (stage, "stage", True),
    "writing pages": (embedded, "_lay_out", False),
    "pages written": (room, "_render", True),
    "before the gate": (room, "_finish", True),
    "before the swap": (room, "swap", False),
    "exchanged": (swap, "_keep", False),
    "swapped": (room, "swap", True),
}
if stage_name == "between two renames":
    swap.exchanged = lambda one, other: False
    real = Path.rename
    def rename(self, target):
        if self.name == "_small.new":
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, target)
    Path.rename = rename
else:
    dies(*where[stage_name])
test_publish.issue(workspace, campaign, word)
"""
STAGES = (
    "reading the lists",
    "laying the project",
    "project laid",
    "writing pages",
    "pages written",
    "before the gate",
    "before the swap",
    "exchanged",
    "between two renames",
    "swapped",
)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_killed_at_any_stage_a_whole_site_stands_and_the_next_build_goes_on(workspace: Workspace, campaign: Campaign) -> None:
    campaign = few(campaign)
    site = issue(workspace, campaign, "Bản cũ.")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for stage_name in STAGES:
        done = subprocess.run(
            [sys.executable, "-c", KILL, stage_name, str(workspace.root), f"Bản mới: {stage_name}."], env=environment, check=False, cwd=ROOT
        )
        assert done.returncode == -signal.SIGKILL, stage_name
        if stage_name == "between two renames":
            assert not site.exists(), "only here, for an instant, and only where folders cannot be exchanged"
        with swap.owned(site, campaign):
            pass
        assert read_sums(site) == sums(site), f"half a site after: {stage_name}"
        assert ("Bản mới" in said(site)) == (stage_name in ("exchanged", "swapped")), stage_name
        issue(workspace, campaign, "Bản cũ.")
        assert "Bản cũ." in said(site)
