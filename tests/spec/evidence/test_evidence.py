"""Every figure can be proved: what was made of what, by which SQL; what differs is told; a signature holds what it signed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from bs4 import BeautifulSoup

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.site import signature, verify
from ansinh.site.swap import SUMS

KEYGEN, MINISIGN = shutil.which("ssh-keygen"), shutil.which("minisign")


@pytest.fixture(scope="module")
def evidence(published: Workspace) -> dict:
    return verify.evidence_of(published.output(published.campaign()))


@pytest.fixture
def copy(published: Workspace, tmp_path: Path) -> Workspace:
    """The published small city, to change."""
    return Workspace(shutil.copytree(published.root, tmp_path / "copy", ignore=shutil.ignore_patterns("cache", "truth")))


def page(published: Workspace, name: str) -> BeautifulSoup:
    return BeautifulSoup((published.output(published.campaign()) / name).read_text(encoding="utf-8"), "lxml")


def test_the_evidence_names_every_input_with_its_hash_and_its_rows(published: Workspace, campaign: Campaign, evidence: dict) -> None:
    sources = published.sources(campaign)
    assert {item["file"] for item in evidence["inputs"]} == {
        path.relative_to(sources).as_posix() for path in sources.rglob("*") if path.is_file() and not path.name.startswith(".")
    }
    for item in evidence["inputs"]:
        content = (sources / item["file"]).read_bytes()
        assert (item["bytes"], item["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert item["rows_read"] == item["rows_kept"] + item["rows_quarantined"]


def test_it_names_code_libraries_checks_and_for_every_page_notebook_parameters_and_files(evidence: dict) -> None:
    assert set(evidence["ansinh"]) >= {"version", "code"}
    assert evidence["libraries"]["duckdb"] == duckdb.__version__
    assert evidence["checks"]["V07"] >= 1
    told = {item["address"]: item for item in evidence["pages"]}
    unit = told["don-vi/006-dong-da/tai-khoan"]
    assert unit["parameters"] == {"campaign": "hanoi-tet-2024", "unit": "006", "as_of": "2024-01-14"}
    assert "danh-sach/006-dong-da.xlsx" in unit["inputs"]
    assert not [name for name in unit["inputs"] if "007-" in name]
    assert set(told["index"]["inputs"]) == {item["file"] for item in evidence["inputs"]}


def test_the_evidence_holds_no_time_no_path_and_no_small_tables_hash(published: Workspace, evidence: dict) -> None:
    text = json.dumps(evidence)
    assert str(published.root) not in text
    assert "seconds" not in text
    assert set(evidence["store"]["tables"]) <= set(store.TABLES)
    runs = published.runs(published.campaign(), published.campaign().as_of)
    assert max(json.loads((runs / "seconds.json").read_text()).values()) > 0


@pytest.mark.parametrize("name", ["index.html", "don-vi/006-dong-da/tai-khoan.html", "don-vi/006-dong-da/chi-tra.html"])
def test_from_every_figure_the_auditor_reaches_the_sql_that_made_it(published: Workspace, name: str) -> None:
    shown = page(published, name)
    links = [link for link in shown.select("main .as-tools a") if link.get_text() == "Truy vấn"]
    blocks = shown.select("main figure.as-figure, main div.as-table-wrap")
    assert len(links) >= len(blocks) - 1, "only the comparison, made of two published tables, has no query of its own"
    for link in links:
        way, _, anchor = str(link["href"]).partition("#")
        proof = page(published, ("" if name == "index.html" else "don-vi/006-dong-da/") + way)
        item = proof.find(id=anchor)
        if "so-voi-chung" in anchor:
            continue
        assert item is not None, anchor
        for query in item.select("a"):
            block = proof.find(id=str(query["href"]).removeprefix("#"))
            assert block is not None
            assert "SELECT" in block.find_next("pre").get_text()


def test_the_sql_told_gives_the_figure_shown_when_an_auditor_runs_it(published: Workspace, campaign: Campaign) -> None:
    proof = page(published, "minh-chung/277-chuong-my.html")
    item = proof.find(id="tai-khoan--bang-tai-khoan")
    number = str(item.select("a")[1]["href"]).removeprefix("#")
    sql = proof.find(id=number).find_next("pre").get_text()
    con = store.connect(published.store(campaign, campaign.as_of), units=["277"])
    persons = int(store.query(con, sql)["persons"].iloc[0])
    total = page(published, "don-vi/277-chuong-my/tai-khoan.html").select("#bang-tai-khoan tr.as-total td.as-number")[2]
    assert abs(persons - int(total["data-value"])) <= 2, "as shown: rounded to 5"


def test_every_page_says_in_plain_words_what_it_is_made_of(published: Workspace) -> None:
    last = page(published, "don-vi/006-dong-da/du-lieu.html").find("a", string="Hồ sơ chứng minh số liệu")
    assert "tệp nguồn" in last.find_parent("p").get_text()


def test_nothing_differs_right_after_the_build(published: Workspace, campaign: Campaign) -> None:
    assert list(verify.differences(published, campaign)) == []


def test_sha256sum_itself_can_check_the_site(published: Workspace) -> None:
    command = shutil.which("sha256sum")
    if command is None:
        pytest.skip("no sha256sum on this machine")
    done = subprocess.run([command, "--check", "--quiet", "--strict", SUMS], cwd=published.output(published.campaign()), check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("data/hanoi-tet-2024/sources/chi-tra/001-ba-dinh.csv", "input chi-tra/001-ba-dinh.csv: differs"),
        ("data/hanoi-tet-2024/store/2024-01-14/persons/unit=001/part.parquet", "store persons/unit=001/part.parquet: differs"),
        ("notebooks/directive.ipynb", "notebook directive.ipynb: differs"),
        ("reports/runs/hanoi-tet-2024/2024-01-14/city/directive.ipynb", "executed notebook city/directive.ipynb: differs"),
        ("_site/index.html", "page index.html: differs"),
    ],
)
def test_one_changed_byte_is_found_and_named_and_a_lost_file_too(copy: Workspace, campaign: Campaign, what: str, line: str) -> None:
    path = copy.root / what
    path.write_bytes(path.read_bytes() + b" ")
    assert list(verify.differences(copy, campaign)) == [line]
    path.unlink()
    assert list(verify.differences(copy, campaign)) == [line.replace("differs", "is gone")]


def test_a_list_that_came_later_and_a_page_put_in_by_hand_are_found(copy: Workspace, campaign: Campaign) -> None:
    (copy.sources(campaign) / "chi-tra" / "moi.csv").write_text("x", encoding="utf-8")
    (copy.output(campaign) / "moi.html").write_text("x", encoding="utf-8")
    assert list(verify.differences(copy, campaign)) == ["input chi-tra/moi.csv: was not there", "page moi.html: was not there"]


@pytest.mark.skipif(KEYGEN is None, reason="no ssh-keygen on this machine")
def test_a_signature_with_ssh_keygen_holds_until_a_page_changes(copy: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    for name in ("mine", "another"):
        subprocess.run([str(KEYGEN), "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    site = copy.output(campaign)
    with contextlib.chdir(tmp_path):
        signature.sign(site, Path("mine"))
    assert signature.signed_by(site, tmp_path / "mine.pub")
    assert not signature.signed_by(site, tmp_path / "another.pub")
    assert list(verify.differences(copy, campaign)) == []
    (site / SUMS).write_text((site / SUMS).read_text().replace("0", "1", 1))
    assert not signature.signed_by(site, tmp_path / "mine.pub")


@pytest.mark.skipif(MINISIGN is None, reason="no minisign on this machine")
def test_a_signature_with_minisign_holds_until_a_page_changes(copy: Workspace, campaign: Campaign, tmp_path: Path) -> None:
    subprocess.run([str(MINISIGN), "-G", "-W", "-p", str(tmp_path / "key.pub"), "-s", str(tmp_path / "key")], check=True)
    site = copy.output(campaign)
    signature.sign(site, tmp_path / "key")
    assert signature.signed_by(site, tmp_path / "key.pub")
    (site / SUMS).write_text((site / SUMS).read_text().replace("0", "1", 1))
    assert not signature.signed_by(site, tmp_path / "key.pub")
