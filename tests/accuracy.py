"""Precision and recall of each check and of the duplicate room against demo cities' truth.

    python -m tests.accuracy --people 30000 --seed 11 --seed 12 --mix 0 --mix 1   unseen cities and mixtures of defects, and their spread
    python -m tests.accuracy --workspace . --write                                the workspace's own demo city; writes params/accuracy and PAIRS

"True" is what tests/expected.py, a second writing of every check in plain pandas over the truth, says should be found: what was planted
and what follows from it. Records are compared by file, sheet and row; account and payment rows by the number on them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd

from ansinh import store
from ansinh.campaign import DEMO_MARKER, Campaign, Workspace
from ansinh.checks.catalogue import catalogue
from ansinh.checks.same_person import propose
from ansinh.demo import defects, signature
from ansinh.errors import UserError
from tests.expected import expected

PLACE = ["source_file", "source_sheet", "source_row"]
UNIT_OF = {"beneficiaries": "record", "accounts": "account row", "payments": "payment row"}
MEASURE = "ansinh demo; ansinh intake; ansinh check; python -m tests.accuracy --workspace . --write"
"""What measures the shipped demo at its full size, and writes the figures that pages show."""
PAIRS = Path(__file__).with_name("accuracy.pairs.md")
"""The shipped demo's figures of the same person, as docs/accuracy.md shows them; those of the checks stand in params/accuracy."""
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99)


def linked(workspace: Workspace, campaign: Campaign) -> pd.DataFrame:
    """Return the store's records beside the truth's: record_id, person_id, person (true key), slip kind."""
    con = store.connect(workspace.store(campaign, campaign.as_of))
    records = store.query(con, "SELECT record_id, person_id, source_file, source_sheet, source_row FROM beneficiaries")
    truth = pd.read_parquet(workspace.truth(campaign) / "records.parquet")[["record", "person", *PLACE]]
    return records.merge(truth, on=PLACE)


def accuracy(workspace: Workspace, campaign: Campaign) -> pd.DataFrame:
    """Return one row per check: what is compared, planted, expected, found, both, precision and recall (shares; null over nobody)."""
    con = store.connect(workspace.store(campaign, campaign.as_of))
    found = store.query(con, 'SELECT check_id AS "check", row_id AS record_id FROM findings')
    planted = pd.read_parquet(workspace.truth(campaign) / "defects.parquet").groupby("check").size()
    wanted = expected(workspace, campaign)
    places = linked(workspace, campaign)[["record_id", "record"]].rename(columns={"record": "row"})
    numbers = [
        store.query(con, f"SELECT {key} AS record_id, number AS row FROM {table}")
        for table, key in (("accounts", "account_id"), ("payments", "payment_id"))
    ]
    told = found.merge(pd.concat([places, *numbers]), on="record_id").groupby("check")["row"].agg(set)
    rows = []
    for check in catalogue(campaign):
        want, have = wanted[check.id], told.get(check.id, set())
        rows.append((check.id, UNIT_OF[check.table], int(planted.get(check.id, 0)), len(want), len(have), len(want & have)))
    table = pd.DataFrame(rows, columns=["check", "level", "planted", "expected", "found", "both"]).set_index("check")
    return table.assign(precision=table["both"] / table["found"], recall=table["both"] / table["expected"])


def duplicates(workspace: Workspace, campaign: Campaign) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (per threshold: pairs true, proposed, precision, recall, F1; per kind of slip at the default: pairs, recall)."""
    con = store.connect(workspace.store(campaign, campaign.as_of))
    records = linked(workspace, campaign)
    people = records.groupby("person")["person_id"].unique()
    true = {pair: person for person, ids in people[people.str.len() > 1].items() for pair in combinations(sorted(ids), 2)}
    rows = []
    kinds = pd.DataFrame()
    proposed = propose(con, campaign, threshold=min(THRESHOLDS)).pairs
    for threshold in THRESHOLDS:
        pairs = proposed[proposed["probability"] >= threshold]
        told = {tuple(sorted(pair)) for pair in zip(pairs["person_l"], pairs["person_r"], strict=True)}
        both = len(told & set(true))
        precision, recall = both / max(len(told), 1), both / max(len(true), 1)
        rows.append((threshold, len(true), len(told), precision, recall, 2 * both / max(len(told) + len(true), 1)))
        if threshold == 0.9:
            planted = pd.read_parquet(workspace.truth(campaign) / "defects.parquet").query("check in ('U05', 'U08')")
            kind = planted.merge(records[["record", "person"]], on="record", suffixes=("_", "")).set_index("person")["defect"]
            frame = pd.DataFrame(
                [(kind.get(person, "a spoilt number"), pair in told) for pair, person in true.items()], columns=["kind", "met"]
            )
            kinds = frame.groupby("kind")["met"].agg(["size", "mean"])
    return pd.DataFrame(rows, columns=["threshold", "true", "proposed", "precision", "recall", "f1"]), kinds


@contextmanager
def mixed(mix: int) -> Iterator[None]:
    """Plant defects in another mixture: every share times a random factor (log-normal, half to double for most); 0 leaves them."""
    shares, doubles, slips = defects.DEFECTS, dict(defects.DUPLICATES), defects.SLIPS
    factor = np.random.default_rng(mix).lognormal(0, 0.7, 100)
    if mix:
        defects.DEFECTS = tuple(replace(defect, share=defect.share * by) for defect, by in zip(shares, factor, strict=False))
        defects.DUPLICATES.update({check: share * by for (check, share), by in zip(doubles.items(), factor[50:], strict=False)})
        defects.SLIPS = tuple((slip, share * by) for (slip, share), by in zip(slips, factor[70:], strict=False))
    try:
        yield
    finally:
        defects.DEFECTS, defects.SLIPS = shares, slips
        defects.DUPLICATES.update(doubles)


def make_city(folder: Path, people: int, seed: int, jobs: int = 2, mix: int = 0) -> tuple[Workspace, Campaign]:
    """Write, load and judge a demo city of its own."""
    from ansinh.checks import run
    from ansinh.intake import load
    from ansinh.pipeline import write_demo
    from tests.conftest import lay_workspace

    workspace = lay_workspace(folder)
    campaign = workspace.campaign()
    assert campaign.demo is not None
    campaign = campaign.model_copy(update={"demo": campaign.demo.model_copy(update={"people": people, "seed": seed})})
    with mixed(mix):
        write_demo(workspace, campaign, jobs=jobs, progress=None)
    load(workspace, campaign, jobs=jobs)
    run(workspace, campaign)
    return workspace, campaign


def _share(value: float) -> str:
    return f"{value:.3f}" if value == value else "–"


def report(name: str, table: pd.DataFrame, pairs: pd.DataFrame, kinds: pd.DataFrame) -> str:
    """Return the figures of one city as Markdown."""
    return f"## {name}\n\n{checks_told(table)}\n\n{pairs_told(pairs, kinds)}\n"


def checks_told(table: pd.DataFrame) -> str:
    """Return the figures of the checks as a table in Markdown."""
    lines = ["| check | compared by | planted | true | found | precision | recall |", "| --- | --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| {check} | {row['level']} | {row['planted']} | {row['expected']} | {row['found']} | {_share(row['precision'])} | {_share(row['recall'])} |"
        for check, row in table.iterrows()
    ]
    return "\n".join(lines)


def pairs_told(pairs: pd.DataFrame, kinds: pd.DataFrame) -> str:
    """Return the figures of the same person as two tables in Markdown."""
    lines = ["| threshold | true pairs | proposed | precision | recall | F1 |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row.threshold} | {row.true} | {row.proposed} | {row.precision:.3f} | {row.recall:.3f} | {row.f1:.3f} |"
        for row in pairs.itertuples()
    ]
    lines += ["", "| how the second record differs | pairs | recall |", "| --- | --- | --- |"]
    lines += [f"| {kind.replace('_', ' ')} | {row['size']:.0f} | {row['mean']:.3f} |" for kind, row in kinds.iterrows()]
    return "\n".join(lines)


def published(params: Path, campaign: str) -> pd.DataFrame:
    """Return the figures kept of a campaign's demo, one row per check, with the people and seed they were measured on."""
    return pd.read_csv(params / "accuracy" / f"{campaign}.csv").set_index("check")


def measured(workspace: Workspace, campaign: Campaign) -> tuple[int, int]:
    """Return people and seed of the city that stands; raises UserError when nothing says which city that is."""
    marker = workspace.data(campaign) / DEMO_MARKER
    if not marker.is_file():
        raise UserError(
            f"{marker} does not say which city was measured. Write it with `ansinh demo`, then `ansinh intake` and `ansinh check`."
        )
    told = json.loads(marker.read_text(encoding="utf-8"))
    return told["people"], told["seed"]


def must_be_the_campaigns(workspace: Workspace, campaign: Campaign) -> None:
    """Raise UserError when the city that stands is not the one the campaign's file asks for, made by today's code."""
    people, seed = measured(workspace, campaign)
    assert campaign.demo is not None
    if (people, seed) != (campaign.demo.people, campaign.demo.seed):
        raise UserError(
            f"Not written: measured were {people:,} persons of seed {seed}, the campaign has {campaign.demo.people:,} of seed {campaign.demo.seed}. "
            f"Measure it at its full size: {MEASURE}"
        )
    told = json.loads((workspace.data(campaign) / DEMO_MARKER).read_text(encoding="utf-8"))
    if told["made_by"] != signature(workspace, campaign)["made_by"]:
        raise UserError(f"Not written: the city that stands was made by other code. Measure today's: {MEASURE}")


def write_published(workspace: Workspace, campaign: Campaign, table: pd.DataFrame) -> None:
    """Keep the figures where the method page reads them, with the size and seed they were measured on."""
    people, seed = measured(workspace, campaign)
    folder = workspace.params / "accuracy"
    folder.mkdir(exist_ok=True)
    told = table.round(4).reset_index().assign(people=people, seed=seed)
    told.to_csv(folder / f"{campaign.name}.csv", index=False, lineterminator="\n")


def main() -> None:
    """Print the figures as Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--people", type=int, default=30_000)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--mix", type=int, action="append")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if given.workspace:
        workspace = Workspace.find(given.workspace)
        try:
            of_workspace(workspace, write=given.write)
        except UserError as error:
            sys.exit(str(error))
        return
    tables, pairs = [], []
    for seed, mix in product(given.seed or [11, 12], given.mix or [0]):
        with tempfile.TemporaryDirectory() as folder:
            workspace, campaign = make_city(Path(folder) / "city", given.people, seed, mix=mix)
            tables.append(accuracy(workspace, campaign))
            found, kinds = duplicates(workspace, campaign)
            pairs.append(found)
            print(report(f"{given.people:,} persons, seed {seed}, mixture {mix}", tables[-1], found, kinds), flush=True)
    print(spread(tables, pairs))


def of_workspace(workspace: Workspace, write: bool) -> None:
    """Print the figures of the workspace's demo city, and keep them with `write`; raises UserError when it is not the campaign's own."""
    campaign = workspace.campaign()
    if write:
        must_be_the_campaigns(workspace, campaign)
    people, seed = measured(workspace, campaign)
    table, (pairs, kinds) = accuracy(workspace, campaign), duplicates(workspace, campaign)
    print(report(f"{people:,} persons, seed {seed}", table, pairs, kinds))
    if write:
        write_published(workspace, campaign, table)
        PAIRS.write_text(pairs_told(pairs, kinds) + "\n", encoding="utf-8")


def spread(tables: list[pd.DataFrame], pairs: list[pd.DataFrame]) -> str:
    """Return Markdown: each check over all cities together and in the worst of them; then the proposed pairs."""
    whole = pd.concat(tables).groupby(level=0, sort=False)
    sums = whole[["expected", "found", "both"]].sum()
    worst = whole[["precision", "recall"]].min()
    lines = [
        "| check | true | found | precision | recall | worst precision | worst recall |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for check, row in sums.iterrows():
        shares = (row["both"] / row["found"] if row["found"] else np.nan, row["both"] / row["expected"] if row["expected"] else np.nan)
        told = " | ".join(_share(share) for share in (*shares, *worst.loc[check]))
        lines.append(f"| {check} | {row['expected']} | {row['found']} | {told} |")
    lines += ["", "| threshold | true pairs | proposed | precision | recall | worst precision | worst recall |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for threshold, rows in pd.concat(pairs).groupby("threshold"):
        both = (rows["precision"] * rows["proposed"]).sum()
        shares = (both / rows["proposed"].sum(), both / rows["true"].sum(), rows["precision"].min(), rows["recall"].min())
        lines.append(f"| {threshold} | {rows['true'].sum()} | {rows['proposed'].sum()} | " + " | ".join(map(_share, shares)) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
