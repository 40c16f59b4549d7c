"""Loading a folder of lists: the same twice changes nothing, corrections replace, removals leave, databases are lists too."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from ansinh import store
from ansinh.campaign import Campaign, Query, Workspace
from ansinh.demo.files import STYLES
from ansinh.errors import Busy, SourceError
from ansinh.intake import load
from tests.round_trip import shares
from tests.spec.intake.test_corpus import HEAD, NAMES, NUMBERS, ROWS, text, xlsx


@pytest.fixture
def folder(empty_workspace: Workspace) -> Path:
    """The folder of beneficiary lists of an empty workspace, with one list in it."""
    found = empty_workspace.sources(empty_workspace.campaign()) / "danh-sach"
    found.mkdir(parents=True)
    text(found, [HEAD, *ROWS])
    return found


def persons(workspace: Workspace) -> list[str]:
    campaign = workspace.campaign()
    con = store.connect(workspace.store(campaign, campaign.as_of))
    return list(store.query(con, "SELECT full_name FROM beneficiaries ORDER BY number, full_name")["full_name"])


def files(workspace: Workspace) -> dict[str, bytes]:
    campaign = workspace.campaign()
    root = workspace.store(campaign, campaign.as_of)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


def test_loading_twice_changes_no_byte(empty_workspace: Workspace, folder: Path) -> None:
    load(empty_workspace, empty_workspace.campaign())
    first = files(empty_workspace)
    load(empty_workspace, empty_workspace.campaign(), force=True)
    assert files(empty_workspace) == first


def test_a_corrected_file_replaces_its_former_rows(empty_workspace: Workspace, folder: Path) -> None:
    load(empty_workspace, empty_workspace.campaign())
    text(folder, [HEAD, *ROWS[:2], [3, "Lê Hoàng Cương", *ROWS[2][2:]]])
    load(empty_workspace, empty_workspace.campaign())
    assert persons(empty_workspace) == [NAMES[0], "Lê Hoàng Cương", NAMES[1]]


def test_a_removed_file_takes_its_rows_along(empty_workspace: Workspace, folder: Path) -> None:
    (folder / "002-hoan-kiem.csv").write_bytes((folder / "001-ba-dinh.csv").read_bytes() + b"\r\n")
    load(empty_workspace, empty_workspace.campaign())
    assert len(persons(empty_workspace)) == 6
    (folder / "002-hoan-kiem.csv").unlink()
    load(empty_workspace, empty_workspace.campaign())
    assert len(persons(empty_workspace)) == 3


def test_each_file_keeps_its_hash_size_and_counts(empty_workspace: Workspace, folder: Path) -> None:
    campaign = empty_workspace.campaign()
    report = load(empty_workspace, campaign)
    con = store.connect(empty_workspace.store(campaign, campaign.as_of))
    row = store.query(con, "SELECT * FROM loads").iloc[0]
    assert (row["rows_read"], row["rows_kept"], row["rows_quarantined"]) == (3, 3, 0)
    assert (row["sha256"], row["bytes"]) == (report.files[0].sha256, (folder / "001-ba-dinh.csv").stat().st_size)


def test_each_sheet_of_a_workbook_is_loaded_under_the_unit_it_is_from(empty_workspace: Workspace, folder: Path) -> None:
    name = empty_workspace.campaign_file("hanoi-tet-2024")
    communes = name.read_text(encoding="utf-8").replace('root: "01"', 'root: "001"').replace("level: district", "level: commune")
    name.write_text(communes.replace("part: commune", "part: village"), encoding="utf-8")
    campaign = empty_workspace.campaign()
    assert (campaign.units.root, campaign.units.level) == ("001", "commune")
    (folder / "001-ba-dinh.csv").unlink()
    sheets = [
        [[f"DANH SÁCH - PHƯỜNG {name}"], [], HEAD[:5], *(row[:5] for row in rows)]
        for name, rows in (("PHÚC XÁ", ROWS[:2]), ("KIM MÃ", ROWS[2:]))
    ]
    xlsx(folder, *sheets).rename(folder / "thang 1.xlsx")
    load(empty_workspace, campaign)
    con = store.connect(empty_workspace.store(campaign, campaign.as_of))
    loads = store.query(con, "SELECT unit, source_sheet, rows_read FROM loads ORDER BY source_sheet")
    assert loads.to_numpy().tolist() == [["00001", "Sheet1", 2], ["00028", "Sheet2", 1]]
    kept = store.query(con, "SELECT unit, commune, count(*) AS n FROM beneficiaries GROUP BY ALL ORDER BY unit")
    assert kept.to_numpy().tolist() == [["00001", "00001", 2], ["00028", "00028", 1]]


def test_a_unit_whose_files_left_has_loaded_nothing(empty_workspace: Workspace, folder: Path) -> None:
    campaign = empty_workspace.campaign()
    (folder / "002-hoan-kiem.csv").write_bytes((folder / "001-ba-dinh.csv").read_bytes() + b"\r\n")
    load(empty_workspace, campaign)
    (folder / "002-hoan-kiem.csv").unlink()
    load(empty_workspace, campaign)
    con = store.connect(empty_workspace.store(campaign, campaign.as_of))
    assert list(store.query(con, "SELECT unit FROM loads")["unit"]) == ["001"]


def test_a_copy_of_a_file_is_refused_and_no_money_counts_twice(empty_workspace: Workspace, folder: Path) -> None:
    campaign = empty_workspace.campaign()
    paid = folder.parent / "chi-tra"
    paid.mkdir()
    head = ["STT", "Họ và tên", "Số CCCD", "Số tiền", "Hình thức chi trả"]
    text(paid, [head, *([at, name, number, 440000, "CK"] for at, name, number in zip((1, 2, 3), NAMES, NUMBERS, strict=True))])
    with zipfile.ZipFile(paid / "gui lai.zip", "w") as archive:
        archive.write(paid / "001-ba-dinh.csv", "Copy of 001-ba-dinh.csv")
    shutil.copy(paid / "001-ba-dinh.csv", paid / "001-ba-dinh (1).csv")
    report = load(empty_workspace, campaign)
    same = "is the same file, byte for byte, as chi-tra/001-ba-dinh.csv, and was not read again. Take one of them out of the folder."
    assert [file.message for file in report.refused] == [
        f"chi-tra/001-ba-dinh (1).csv {same}",
        f"chi-tra/gui lai.zip/Copy of 001-ba-dinh.csv {same}",
    ]
    con = store.connect(empty_workspace.store(campaign, campaign.as_of))
    assert store.query(con, "SELECT sum(amount)::BIGINT AS vnd FROM payments")["vnd"].tolist() == [3 * 440_000]


def test_one_file_may_be_two_kinds_of_list(empty_workspace: Workspace, folder: Path) -> None:
    campaign = empty_workspace.campaign()
    text(folder, [[*HEAD, "Số tài khoản"], *([*row, f"220000000{at}"] for at, row in enumerate(ROWS))])
    sources = campaign.sources.model_copy(update={"accounts": ("danh-sach/*",)})
    assert load(empty_workspace, campaign.model_copy(update={"sources": sources})).refused == ()


def test_a_second_process_is_told_to_wait(empty_workspace: Workspace, folder: Path) -> None:
    campaign = empty_workspace.campaign()
    lock = empty_workspace.data(campaign) / "intake.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock), pytest.raises(Busy, match="Another process is loading"):
        load(empty_workspace, campaign)


def test_excels_lock_files_are_no_lists(empty_workspace: Workspace, folder: Path) -> None:
    (folder / "~$001-ba-dinh.xlsx").write_bytes(b"lock")
    assert len(load(empty_workspace, empty_workspace.campaign()).files) == 1


def test_without_any_beneficiary_list_it_says_where_they_belong(empty_workspace: Workspace) -> None:
    with pytest.raises(SourceError, match="create it, or mend sources.folder"):
        load(empty_workspace, empty_workspace.campaign())


def test_a_zipped_list_is_loaded_with_the_archives_name(empty_workspace: Workspace, folder: Path) -> None:
    with zipfile.ZipFile(folder / "gui.zip", "w") as archive:
        archive.writestr("003-tay-ho.csv", (folder / "001-ba-dinh.csv").read_bytes() + b"\r\n")
    report = load(empty_workspace, empty_workspace.campaign())
    assert [(file.path, file.unit, file.rows_kept) for file in report.files] == [
        ("danh-sach/001-ba-dinh.csv", "001", 3),
        ("danh-sach/gui.zip/003-tay-ho.csv", "003", 3),
    ]


# --- databases -------------------------------------------------------------------------------------------------------


def asking(campaign: Campaign, sql: str, variable: str = "ANSINH_TEST_DATABASE") -> Campaign:
    query = Query(name="doi-chieu", kind="register_matches", sql=sql, address_from=variable)
    return campaign.model_copy(update={"sources": campaign.sources.model_copy(update={"queries": (query,)})})


SQL = 'SELECT so AS "Số CCCD", ten AS "Họ và tên", ket_qua AS "Kết quả đối chiếu" FROM doi_chieu ORDER BY so'
RESULTS = list(zip(NUMBERS, NAMES, ["Khớp", "Đã chết", "Khớp"], strict=True))


def results(workspace: Workspace) -> list[str]:
    campaign = workspace.campaign()
    con = store.connect(workspace.store(campaign, campaign.as_of))
    return list(store.query(con, "SELECT result FROM register_matches ORDER BY number")["result"])


def test_a_query_to_sqlite_is_a_list_like_any_other(
    empty_workspace: Workspace, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(tmp_path / "police.db") as con:
        con.execute("CREATE TABLE doi_chieu (so TEXT, ten TEXT, ket_qua TEXT)")
        con.executemany("INSERT INTO doi_chieu VALUES (?, ?, ?)", RESULTS)
    monkeypatch.setenv("ANSINH_TEST_DATABASE", f"sqlite:///{tmp_path / 'police.db'}")
    report = load(empty_workspace, asking(empty_workspace.campaign(), SQL))
    assert [(file.path, file.status) for file in report.files][-1] == ("sql/doi-chieu", "loaded")
    assert results(empty_workspace) == ["matched", "matched", "deceased"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "ANSINH_TEST_DATABASE is not set"),
        ("mysql://u:geheim@h/d", "must begin with postgresql://"),
        ("file:/nowhere/address.txt", "does not exist"),
        ("postgresql://nobody:geheim@127.0.0.1:1/none", "the database refused"),
    ],
)
def test_a_database_that_cannot_be_asked_is_one_sentence_without_the_secret(
    empty_workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    monkeypatch.setenv("ANSINH_TEST_DATABASE", address)
    report = load(empty_workspace, asking(empty_workspace.campaign(), SQL))
    assert len(report.refused) == 1
    assert said in report.refused[0].message
    assert "geheim" not in report.refused[0].message
    assert len(persons(empty_workspace)) == 3


def test_the_address_may_stand_in_a_file(empty_workspace: Workspace, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(tmp_path / "police.db") as con:
        con.execute("CREATE TABLE doi_chieu (so TEXT, ten TEXT, ket_qua TEXT)")
    (tmp_path / "address").write_text(f"sqlite:///{tmp_path / 'police.db'}\n", encoding="utf-8")
    monkeypatch.setenv("ANSINH_TEST_DATABASE", f"file:{tmp_path / 'address'}")
    assert not load(empty_workspace, asking(empty_workspace.campaign(), SQL)).refused


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    which = shutil.which("initdb")
    return Path(which).parent if which else None


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server on loopback, for the length of these tests."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed on this machine (Debian: apt-get install postgresql)")
    root = tmp_path_factory.mktemp("postgres")
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(root, "postgres")
        for parent in root.parents:
            if str(parent).startswith("/tmp/"):
                parent.chmod(parent.stat().st_mode | 0o011)
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, capture_output=True, timeout=120)

    run(str(binaries / "initdb"), "-D", str(root / "data"), "-A", "trust", "-U", "ansinh", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -h 127.0.0.1 -k {root} -c fsync=off"
    run(str(binaries / "pg_ctl"), "-D", str(root / "data"), "-o", options, "-l", str(root / "log"), "-t", "110", "-w", "start")
    try:
        yield f"postgresql://ansinh@127.0.0.1:{port}/postgres"
    finally:
        run(str(binaries / "pg_ctl"), "-D", str(root / "data"), "-m", "immediate", "stop")


def test_a_query_to_a_real_postgresql_server_is_a_list_like_any_other(
    empty_workspace: Workspace, folder: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import adbc_driver_postgresql.dbapi as driver

    with driver.connect(postgres) as con, con.cursor() as cursor:
        cursor.execute("CREATE TABLE doi_chieu (so TEXT, ten TEXT, ket_qua TEXT)")
        for row in RESULTS:
            cursor.execute("INSERT INTO doi_chieu VALUES ($1, $2, $3)", row)
        con.commit()
    monkeypatch.setenv("ANSINH_TEST_DATABASE", postgres)
    report = load(empty_workspace, asking(empty_workspace.campaign(), SQL))
    assert not report.refused, report.refused
    assert results(empty_workspace) == ["matched", "matched", "deceased"]


# --- the demo city's styles ------------------------------------------------------------------------------------------


def test_every_clean_value_arrives_equal_to_the_truth_in_every_style_and_list(city: Workspace, campaign: Campaign) -> None:
    found = shares(city, campaign)
    assert found[found["share"] < 1].to_dict("records") == []
    assert set(found.loc[found["list"] == "beneficiaries", "style"]) == set(STYLES)
    compared = found.groupby("list")["values"].sum()
    assert (compared > 30_000).all(), compared
