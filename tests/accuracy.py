"""Precision and recall of each check against the demo city's truth, as docs/accuracy.md: python -m tests.accuracy [workspace]."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from ansinh import store
from ansinh.campaign import Campaign, Workspace

PLACE = ["check", "source_file", "source_sheet", "source_row"]


def accuracy(workspace: Workspace, campaign: Campaign) -> pd.DataFrame:
    """Return one row per check on beneficiary lists: planted and found records, those in both, precision and recall (shares)."""
    con = store.connect(workspace.store(campaign, campaign.as_of))
    sql = "SELECT f.check_id AS check, b.source_file, b.source_sheet, b.source_row FROM findings f JOIN beneficiaries b ON b.record_id = f.row_id"
    found = store.query(con, sql)
    planted = pd.read_parquet(workspace.truth(campaign) / "defects.parquet").query("table == 'beneficiaries'")[PLACE].drop_duplicates()
    both = found.merge(planted, on=PLACE)
    counts = pd.DataFrame(
        {"planted": planted.groupby("check").size(), "found": found.groupby("check").size(), "both": both.groupby("check").size()}
    )
    counts = counts.loc[planted["check"].unique()].fillna(0).astype(int).sort_index()
    return counts.assign(precision=counts["both"] / counts["found"], recall=counts["both"] / counts["planted"])


def main() -> None:
    """Print the table as Markdown."""
    workspace = Workspace.find(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    campaign = workspace.campaign()
    print("| check | planted | found | precision | recall |\n| --- | --- | --- | --- | --- |")
    for check, row in accuracy(workspace, campaign).iterrows():
        print(f"| {check} | {row['planted']:.0f} | {row['found']:.0f} | {row['precision']:.3f} | {row['recall']:.3f} |")


if __name__ == "__main__":
    main()
