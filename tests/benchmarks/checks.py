"""All checks on 293,500 persons and on 6,000,000, beside ten of them in plain pandas and in pandera, each in a process of its own.

    uv run --with pandera python -m tests.benchmarks.checks --persons 293500 1000000 6000000 --folder /tmp/stores

Stores are drawn as `ansinh demo --parquet` does, once each, from a million persons on over the whole country; `--folder` keeps them.
Probable duplicates (U08) are timed apart: they compare all persons with one another. Processor seconds tell more than seconds where others use
the machine.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from ansinh import store
from ansinh.campaign import Workspace
from ansinh.checks.catalogue import catalogue
from ansinh.checks.check import VIEW_OF
from ansinh.checks.judging import collect, judge
from ansinh.checks.same_person import propose
from ansinh.checks.status import PERSONS
from ansinh.checks.views import MEMORY, prepare
from ansinh.demo import write_tables

ROOT = Path(__file__).parents[2]
COUNTRY = 1_000_000
"""Persons from which a store is drawn over the whole country."""
TEN = ("C01", "C02", "C04", "C06", "C07", "V08", "V13", "V15", "U01", "U02")


def draw(persons: int, folder: Path) -> Path:
    """Draw a store of `persons` in `folder`, for a million and more over the country's 705 districts; returns the store."""
    workspace = Workspace(ROOT)
    campaign = workspace.campaign()
    if persons >= COUNTRY:
        campaign = campaign.model_copy(update={"units": campaign.units.model_copy(update={"root": ""})})
    target = folder / f"{persons}" / campaign.as_of.isoformat()
    if not target.is_dir():
        write_tables(workspace, campaign, people=persons, seed=2024, target=target)
    return target


def ours(folder: Path, only: tuple[str, ...] = ()) -> int:
    """Judge with the catalogue (or some of it); of the whole catalogue, findings, outcomes and persons are written too. Returns the rows judged."""
    workspace = Workspace(ROOT)
    campaign = workspace.campaign()
    con = store.connect(folder, memory=MEMORY)
    prepare(con, workspace, campaign, same_person=False)
    checks = [check for check in catalogue(campaign) if check.id != "U08" and (not only or check.id in only)]
    for table in VIEW_OF:
        if chosen := [check for check in checks if check.table == table]:
            judge(con, table, chosen)
    if not only:
        collect(con, tuple(checks), [])
        with tempfile.TemporaryDirectory() as written:
            store.write_all(con, store.FINDINGS, "SELECT * FROM found", Path(written))
            store.write_all(con, store.OUTCOMES, "SELECT * FROM outcome_counts", Path(written))
            store.write_all(con, store.PERSONS, PERSONS, Path(written))
    return int(con.execute("SELECT count(*) FROM outcome_beneficiaries").fetchall()[0][0])


def duplicates(folder: Path) -> int:
    """Look for probable duplicates; returns the pairs proposed."""
    campaign = Workspace(ROOT).campaign()
    return len(propose(store.connect(folder, memory=MEMORY), campaign).pairs)


def _frame(folder: Path) -> pd.DataFrame:
    files = sorted((folder / "beneficiaries").rglob("*.parquet"))
    columns = ["person_id", "unit", "policy_code", "full_name", "birth_text", "birth_year", "sex", "number", "phone", "amount"]
    return pd.concat([pd.read_parquet(file, columns=columns) for file in files], ignore_index=True)


def _rules(frame: pd.DataFrame) -> dict[str, pd.Series]:
    numbered = frame["number"].notna()
    return {
        "C01": frame["full_name"].isna(),
        "C02": frame["birth_text"].isna(),
        "C04": ~numbered,
        "C06": frame["sex"].isna(),
        "C07": frame["phone"].isna(),
        "V08": (2024 - frame["birth_year"]) > 120,
        "V13": frame["phone"].notna() & ~frame["phone"].fillna("").str.fullmatch(r"0[35789][0-9]{8}|02[0-9]{9}"),
        "V15": frame["amount"].fillna(0) <= 0,
        "U01": numbered & (frame.groupby(["person_id", "unit", "policy_code"], dropna=False)["person_id"].transform("size") > 1),
        "U02": numbered & (frame.groupby("person_id")["unit"].transform("nunique") > 1),
    }


def in_pandas(folder: Path) -> int:
    """Judge ten checks in plain pandas."""
    frame = _frame(folder)
    return sum(int(bad.sum()) for bad in _rules(frame).values())


def in_pandera(folder: Path) -> int:
    """Judge the same ten checks as a pandera schema, all failures collected."""
    import pandera.pandas as pa
    from pandera.errors import SchemaErrors

    frame = _frame(folder)
    checks = [pa.Check(lambda given, name=name: ~_rules(given)[name], name=name) for name in TEN]
    try:
        pa.DataFrameSchema(checks=checks).validate(frame, lazy=True)
    except SchemaErrors as errors:
        return len(errors.failure_cases)
    return 0


WAYS = {
    "all checks": ours,
    "ten checks": lambda folder: ours(folder, TEN),
    "duplicates": duplicates,
    "ten in pandas": in_pandas,
    "ten in pandera": in_pandera,
}


def peak() -> int:
    """Return this process's peak memory in MB; ru_maxrss would tell the parent's where that was larger."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.split("VmHWM:")[1].split()[0]) // 1024


def measure(way: str, folder: Path) -> dict[str, float]:
    """Run one way in a process of its own; returns seconds and peak memory in MB, or nothing when it did not get through."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.checks", "--run", way, "--folder", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return dict(json.loads(done.stdout.splitlines()[-1])) if done.returncode == 0 else {}


def main() -> None:
    """Print one row per way and size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, help="where the stores are kept; a temporary folder otherwise")
    parser.add_argument("--persons", type=int, nargs="+", default=[293_500])
    parser.add_argument("--way", action="append", choices=list(WAYS))
    parser.add_argument("--run")
    given = parser.parse_args()
    if given.run:
        start = time.perf_counter()
        WAYS[given.run](given.folder)
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds, work = time.perf_counter() - start, used.ru_utime + used.ru_stime
        print(json.dumps({"seconds": round(seconds, 2), "cpu": round(work, 1), "peak_mb": peak()}))
        return
    print("| persons | way | seconds | processor seconds | peak MB |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as temporary:
        for persons in given.persons:
            folder = draw(persons, given.folder or Path(temporary))
            for way in given.way or WAYS:
                told = measure(way, folder)
                cells = [told.get("seconds", "did not get through"), told.get("cpu", ""), told.get("peak_mb", "")]
                print("| " + " | ".join(map(str, [f"{persons:,}", way, *cells])) + " |", flush=True)


if __name__ == "__main__":
    main()
