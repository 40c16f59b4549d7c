"""Precision and recall of each check and of the duplicate room against demo cities' truth.

    python -m tests.accuracy --people 30000 --seed 11 --seed 12       several unseen cities, written to a temporary folder
    python -m tests.accuracy --workspace . --write                    the workspace's own demo city; writes params/accuracy

Checks on beneficiary lists are compared record by record (file, sheet, row); register, account and payment checks person by
person, duplicates too; proposed pairs beside, at several thresholds. What planting one defect brings with it (a spoilt number is also not found by the police)
counts against precision: the figures are unflattering by design.
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import combinations
from pathlib import Path

import pandas as pd

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.checks.same_person import propose

PLACE = ["source_file", "source_sheet", "source_row"]
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99)


def linked(workspace: Workspace, campaign: Campaign) -> pd.DataFrame:
    """Return the store's records beside the truth's: record_id, person_id, person (true key), slip kind."""
    con = store.connect(workspace.store(campaign, campaign.as_of))
    records = store.query(con, "SELECT record_id, person_id, source_file, source_sheet, source_row FROM beneficiaries")
    truth = pd.read_parquet(workspace.truth(campaign) / "records.parquet")[["record", "person", *PLACE]]
    return records.merge(truth, on=PLACE)


def accuracy(workspace: Workspace, campaign: Campaign) -> pd.DataFrame:
    """Return one row per check: what is compared, planted, found, both, precision and recall (shares)."""
    con = store.connect(workspace.store(campaign, campaign.as_of))
    found = store.query(con, 'SELECT check_id AS "check", "table", row_id AS record_id, person_id FROM findings')
    planted = pd.read_parquet(workspace.truth(campaign) / "defects.parquet")
    records = linked(workspace, campaign)
    several = records.groupby("person")["person_id"].transform("nunique") > 1
    payers = store.query(con, "SELECT payment_id, number FROM payments")
    rows = []
    for check in sorted(planted["check"].unique()):
        wanted, told = planted[planted["check"] == check], found[found["check"] == check]
        if check == "U08":
            # The same person under two numbers is U05's finding, so U08 leaves it out.
            others = set(planted.loc[planted["check"] == "U05", "person"])
            level, want = "person", set(records.loc[several, "person"]) - others
            have = set(told.merge(records, on="record_id")["person"])
        elif check == "K12":
            level, want = "number", strangers(workspace, campaign)
            have = set(told.merge(payers, left_on="record_id", right_on="payment_id")["number"])
        elif check.startswith("U"):
            level, want = "person", set(wanted["person"])
            have = set(told.merge(records[["person_id", "person"]].drop_duplicates(), on="person_id")["person"])
        elif (wanted["table"] == "beneficiaries").all():
            level, want = "record", set(wanted["record"])
            have = set(told.merge(records, on="record_id")["record"])
        else:
            level, want = "person", set(wanted["person"])
            have = set(told.merge(records[["person_id", "person"]].drop_duplicates(), on="person_id")["person"])
        rows.append((check, level, len(want), len(have), len(want & have)))
    table = pd.DataFrame(rows, columns=["check", "level", "planted", "found", "both"]).set_index("check")
    return table.assign(precision=table["both"] / table["found"], recall=table["both"] / table["planted"])


def strangers(workspace: Workspace, campaign: Campaign) -> set[str]:
    """Return the numbers on the payment lists that are nobody's on the lists."""
    folder = workspace.truth(campaign)
    return set(pd.read_parquet(folder / "payments.parquet")["number"]) - set(pd.read_parquet(folder / "persons.parquet")["number"])


def duplicates(workspace: Workspace, campaign: Campaign) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (per threshold: pairs true, proposed, precision, recall, F1; per kind of slip at the default: pairs, recall)."""
    con = store.connect(workspace.store(campaign, campaign.as_of))
    records = linked(workspace, campaign)
    people = records.groupby("person")["person_id"].unique()
    true = {pair: person for person, ids in people[people.str.len() > 1].items() for pair in combinations(sorted(ids), 2)}
    rows = []
    kinds = pd.DataFrame()
    for threshold in THRESHOLDS:
        pairs = propose(con, campaign, threshold=threshold).pairs
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


def make_city(folder: Path, people: int, seed: int, jobs: int = 2) -> tuple[Workspace, Campaign]:
    """Write, load and judge a demo city of its own."""
    from ansinh.checks import run
    from ansinh.intake import load
    from ansinh.pipeline import write_demo
    from tests.conftest import lay_workspace

    workspace = lay_workspace(folder)
    campaign = workspace.campaign()
    assert campaign.demo is not None
    campaign = campaign.model_copy(update={"demo": campaign.demo.model_copy(update={"people": people, "seed": seed})})
    write_demo(workspace, campaign, jobs=jobs, progress=None)
    load(workspace, campaign, jobs=jobs)
    run(workspace, campaign)
    return workspace, campaign


def report(name: str, table: pd.DataFrame, pairs: pd.DataFrame, kinds: pd.DataFrame) -> str:
    """Return the figures of one city as Markdown."""
    lines = [f"## {name}", "", "| check | compared by | planted | found | precision | recall |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| {check} | {row['level']} | {row['planted']} | {row['found']} | {row['precision']:.3f} | {row['recall']:.3f} |"
        for check, row in table.iterrows()
    ]
    lines += ["", "| threshold | true pairs | proposed | precision | recall | F1 |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row.threshold} | {row.true} | {row.proposed} | {row.precision:.3f} | {row.recall:.3f} | {row.f1:.3f} |"
        for row in pairs.itertuples()
    ]
    lines += ["", "| how the second record differs | pairs | recall |", "| --- | --- | --- |"]
    lines += [f"| {kind.replace('_', ' ')} | {row['size']:.0f} | {row['mean']:.3f} |" for kind, row in kinds.iterrows()]
    return "\n".join([*lines, ""])


def write_published(workspace: Workspace, campaign: Campaign, table: pd.DataFrame) -> None:
    """Keep the figures where the method page reads them, with the size and seed they were measured on."""
    assert campaign.demo is not None
    folder = workspace.params / "accuracy"
    folder.mkdir(exist_ok=True)
    told = table.round(4).reset_index().assign(people=campaign.demo.people, seed=campaign.demo.seed)
    told.to_csv(folder / f"{campaign.name}.csv", index=False, lineterminator="\n")


def main() -> None:
    """Print the figures as Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--people", type=int, default=30_000)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if given.workspace:
        workspace = Workspace.find(given.workspace)
        campaign = workspace.campaign()
        table = accuracy(workspace, campaign)
        print(report(f"{campaign.demo.people:,} persons, seed {campaign.demo.seed}", table, *duplicates(workspace, campaign)))  # type: ignore[union-attr]
        if given.write:
            write_published(workspace, campaign, table)
        return
    for seed in given.seed or [11, 12]:
        with tempfile.TemporaryDirectory() as folder:
            workspace, campaign = make_city(Path(folder) / "city", given.people, seed)
            print(report(f"{given.people:,} persons, seed {seed}", accuracy(workspace, campaign), *duplicates(workspace, campaign)))


if __name__ == "__main__":
    main()
