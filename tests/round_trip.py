"""Round trip of the demo city: which share of the clean values planted in officials' files arrives equal to the truth.

    python -m tests.round_trip --workspace .                    the workspace's own demo city, loaded before by `ansinh intake`
    python -m tests.round_trip --people 30000 --seed 11         a city of its own, in a temporary folder

A beneficiary record with a planted defect is left out here: what intake must do with those is the checks' accuracy (tests/accuracy.py).
The other lists are compared whole, planted defects and all: intake must bring what stands there.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import pandas as pd

from ansinh import store
from ansinh.campaign import Campaign, Workspace

PLACE = ["source_file", "source_sheet", "source_row"]
LISTED = {
    "full_name": "true_full_name",
    "number": "true_number",
    "birth_date": "true_birth",
    "sex": "true_sex",
    "policy_code": "true_policy_code",
    "amount": "true_amount",
    "commune": "true_commune",
    "village": "village",
    "number_issued": "issued",
    "policy_text": "policy_text",
    "phone": "phone",
    "receiver_name": "receiver_name",
    "receiver_relation": "receiver_relation",
    "receiver_number": "receiver_number",
    "incapable": "incapable",
    "declined": "declined",
    "declined_confirmed": "declined_confirmed",
}
"""Canonical column → column of the truth."""
OTHERS = {
    "register_matches": {
        "number": "number",
        "full_name": "full_name",
        "birth_date": "birth",
        "result": "result",
        "checked_on": "checked_on",
    },
    "accounts": {
        "number": "number",
        "full_name": "full_name",
        "birth_date": "birth",
        "account_number": "account",
        "holder_name": "holder",
        "bank": "bank",
        "opened_at": "opened_at",
        "channel": "channel",
        "status": "account_status",
    },
    "payments": {
        "number": "number",
        "full_name": "full_name",
        "birth_date": "birth",
        "policy_code": "policy_code",
        "amount": "paid",
        "method": "method",
        "result": "outcome",
        "paid_on": "paid_on",
    },
}


def shares(workspace: Workspace, campaign: Campaign) -> pd.DataFrame:
    """Return per list, style of file and field: values compared, values equal, share."""
    truth = workspace.truth(campaign)
    con = store.connect(workspace.store(campaign, campaign.as_of))
    rows = _compared(con, "beneficiaries", LISTED, _clean_records(truth))
    units = {unit.code: unit.slug for unit in workspace.units(campaign)}
    for table, frame in (
        ("register_matches", _placed(_persons(truth), "cong-an", lambda rows: rows["unit"].map(units))),
        ("accounts", _placed(_accounts(truth), "tai-khoan", lambda rows: rows["bank"].replace("", "AGRIBANK").str.lower())),
        ("payments", _placed(pd.read_parquet(truth / "payments.parquet"), "chi-tra", lambda rows: rows["unit"].map(units))),
    ):
        rows += _compared(con, table, OTHERS[table], frame)
    found = pd.DataFrame(rows, columns=["list", "style", "field", "values", "equal"])
    return found.assign(share=found["equal"] / found["values"])


def _clean_records(truth: Path) -> pd.DataFrame:
    records = pd.read_parquet(truth / "records.parquet")
    planted = set(pd.read_parquet(truth / "defects.parquet").query("table == 'beneficiaries'")["record"])
    return records[~records["record"].isin(planted) & (records["origin"] == "list")]


def _persons(truth: Path) -> pd.DataFrame:
    rows = pd.read_parquet(truth / "persons.parquet")
    return rows.assign(checked_on=rows["checked_on"].where(rows["result"] != "not_checked"))


def _accounts(truth: Path) -> pd.DataFrame:
    rows = pd.read_parquet(truth / "accounts.parquet")
    return rows.assign(bank=rows["bank"].replace("?", ""))


def _placed(rows: pd.DataFrame, folder: str, name: object) -> pd.DataFrame:
    """Say where the rows of one kind of list were written: one file per name, in order, below one row of headings."""
    files = name(rows)  # type: ignore[operator]
    at = rows.groupby(files.to_numpy()).cumcount() + 2
    return rows.assign(source_file=folder + "/" + files.astype(str) + ".csv", source_sheet="", source_row=at, style="csv")


def _compared(con: object, table: str, fields: dict[str, str], truth: pd.DataFrame) -> list[tuple[str, str, str, int, int]]:
    columns = ", ".join([*PLACE, *fields])
    read = store.query(con, f"SELECT {columns} FROM {table}")  # type: ignore[arg-type]
    both = truth.merge(read, on=PLACE, how="left", suffixes=("_true", ""), validate="one_to_one")
    rows = []
    for field, true in fields.items():
        source = f"{true}_true" if true in read.columns and true in truth.columns else true
        equal = _text(both[field]) == _text(both[source])
        for style, group in equal.groupby(both["style"]):
            rows.append((table, str(style), field, len(group), int(group.sum())))
    return rows


def _text(column: pd.Series) -> pd.Series:
    """Return values as texts that can be compared: days without their midnight, nothing as an empty text."""
    texts = column.astype("string").fillna("")
    return texts.str.replace(r"(?: 00:00:00)$|\.0$", "", regex=True)


def report(found: pd.DataFrame) -> str:
    """Return the shares as Markdown: one row a field, one column a style; below, the other lists."""
    lists = found[found["list"] == "beneficiaries"]
    styles = list(dict.fromkeys(lists["style"]))
    lines = ["| field | " + " | ".join(styles) + " |", "| --- |" + " --- |" * len(styles)]
    for field, group in lists.groupby("field", sort=False):
        by_style = group.set_index("style")["share"]
        lines.append(f"| `{field}` | " + " | ".join(_percent(by_style[style]) for style in styles) + " |")
    counts = lists.groupby("style")["values"].max()
    lines.append("| records compared | " + " | ".join(f"{counts[style]:,}" for style in styles) + " |")
    lines += ["", "| list | rows compared | fields | equal |", "| --- | --- | --- | --- |"]
    for name, group in found[found["list"] != "beneficiaries"].groupby("list", sort=False):
        worst = ", ".join(f"`{row.field}` {_percent(row.share)}" for row in group.itertuples() if row.share < 1) or "100 %"
        lines.append(f"| {name} | {group['values'].max():,} | {', '.join(f'`{field}`' for field in group['field'])} | {worst} |")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return "100 %" if share == 1 else f"{share:.4%}"


def main() -> None:
    """Print the shares as Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--people", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=11)
    given = parser.parse_args()
    if given.workspace:
        workspace = Workspace.find(given.workspace)
        print(report(shares(workspace, workspace.campaign())))
        return
    from ansinh.intake import load
    from ansinh.pipeline import write_demo
    from tests.conftest import lay_workspace

    with tempfile.TemporaryDirectory() as folder:
        workspace = lay_workspace(Path(folder) / "city")
        campaign = workspace.campaign()
        assert campaign.demo is not None
        campaign = campaign.model_copy(update={"demo": campaign.demo.model_copy(update={"people": given.people, "seed": given.seed})})
        write_demo(workspace, campaign, jobs=2, progress=None)
        load(workspace, campaign, jobs=2)
        print(report(shares(workspace, campaign)))


if __name__ == "__main__":
    main()
