"""How clean the data are (D1, D2): complete, verified, clean and ready persons; findings by check and by who mends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ansinh import store
from ansinh.checks.catalogue import catalogue
from ansinh.checks.check import SEVERITIES
from ansinh.disclosure import Counts
from ansinh.measures.scope import Scope, one_row

COUNTS = {
    "persons": "count(*)",
    "complete": "count(*) FILTER (complete)",
    "verified": "count(*) FILTER (verified)",
    "clean": "count(*) FILTER (clean)",
    "ready": "count(*) FILTER (ready)",
}
PARTS = {"persons": None, "complete": "persons", "verified": "persons", "clean": "persons", "ready": "persons"}
RATES = {f"{name}_rate": (name, "persons") for name in ("complete", "verified", "clean", "ready")}


def rates(scope: Scope) -> Counts:
    """Return persons, complete, verified, clean and ready, per row and in total."""
    return Counts(scope.by_row(COUNTS), ("code", "name"), PARTS, RATES, total="is_total", place=scope.place, axis=scope.axis)


def whole(scope: Scope) -> Counts:
    """Return the same counts for the whole scope, one row."""
    return one_row(scope, COUNTS, PARTS, RATES)


def by_check(scope: Scope) -> Counts:
    """Return one row per check in force, by severity, gravest first: rows that fail, rows it applies to and rows it does not; unit: rows of the judged table."""
    frame = scope.query(
        f"""SELECT check_id, sum(rows) FILTER (outcome = 'fails') AS failing, sum(rows) FILTER (outcome <> 'not_applicable') AS applicable,
            sum(rows) AS judged FROM outcomes WHERE {scope.where} GROUP BY 1""",
        "findings by check",
    ).set_index("check_id")
    checks = sorted(catalogue(scope.campaign), key=lambda check: list(SEVERITIES).index(check.severity))
    rows = frame.reindex([check.id for check in checks]).fillna(0).astype("int64").reset_index()
    for name in ("title", "severity", "who", "remedy", "dimension"):
        rows[name] = [getattr(check, name) for check in checks]
    rows["version"] = [str(check.version) for check in checks]
    keys = ("check_id", "version", "title", "dimension", "severity", "who", "remedy")
    parts, rates = {"judged": None, "applicable": "judged", "failing": "applicable"}, {"share": ("failing", "applicable")}
    return Counts(rows, keys, parts, rates, unit="records", place=scope.place, axis="check", label=("check_id",))


def by_who(scope: Scope) -> Counts:
    """Return persons with at least one blocking finding, by who mends it; a person may wait for several, so rows do not add up."""
    frame = scope.query(
        f"""SELECT who, count(DISTINCT person_id) AS persons, count(DISTINCT person_id) FILTER (severity = 'blocks_account') AS blocks_account,
            count(DISTINCT person_id) FILTER (severity = 'blocks_payment') AS blocks_payment
        FROM findings WHERE {scope.where} AND severity <> 'warns' AND person_id <> '' GROUP BY 1 ORDER BY 2 DESC, 1""",
        "findings by who mends",
    )
    parts = {"persons": None, "blocks_account": "persons", "blocks_payment": "persons"}
    return Counts(frame, ("who",), parts, place=scope.place, axis="who", means={"persons": "waiting"})


def changes(scope: Scope) -> Counts:
    """Return findings by state against the previous snapshot: new, rule (new because the rule is), standing, reopened, and mended since; unit: records."""
    earlier = previous(scope)
    rules = [change.check_id for change in changed_rules(scope) if change.as_of == scope.campaign.as_of.isoformat() and change.now]
    ruled = ", ".join(f"'{id}'" for id in rules) or "''"
    frame = scope.query(
        f"""SELECT CASE WHEN state = 'new' AND check_id IN ({ruled}) THEN 'rule' ELSE state END AS state, count(*) AS findings
        FROM findings WHERE {scope.where} GROUP BY 1""",
        "changes",
    )
    if earlier is not None:
        sql = f"SELECT check_id, row_id FROM findings WHERE {scope.where}"
        # What a check no longer in force had found is not mended by anybody.
        sql += " AND check_id IN (" + ", ".join(f"'{check.id}'" for check in catalogue(scope.campaign)) + ")"
        with scope.within(earlier, store.FINDINGS) as then:
            frame.loc[len(frame)] = ["mended", _mended(then.query(sql, "earlier findings"), scope.query(sql, "changes"))]
    order = {state: at for at, state in enumerate(("new", "rule", "standing", "reopened", "mended"))}
    frame = frame.sort_values("state", key=lambda states: states.map(order)).reset_index(drop=True)
    return Counts(frame, ("state",), {"findings": None}, unit="records", place=scope.place, axis="state")


def previous(scope: Scope) -> Path | None:
    """Return the store of the judged snapshot before this one, None for the first."""
    *earlier, _ = scope.judged
    return earlier[-1] if earlier else None


def changed_rules(scope: Scope) -> list[RuleChange]:
    """Return the checks whose rule changed between one snapshot and the next, oldest first: a trend that crosses them compares unlike things."""
    found: list[RuleChange] = []
    before: dict[str, int] | None = None
    for folder in scope.judged:
        now = _versions(scope, folder)
        if before is not None:
            changed = (id for id in sorted({*before, *now}) if before.get(id) != now.get(id))
            found += [RuleChange(folder.name, id, before.get(id), now.get(id)) for id in changed]
        before = now
    return found


@dataclass(frozen=True)
class RuleChange:
    """A check whose version differs from the snapshot before; None where it was not, or is no longer, in force."""

    as_of: str
    check_id: str
    then: int | None
    now: int | None


def _versions(scope: Scope, folder: Path) -> dict[str, int]:
    with scope.within(folder, store.OUTCOMES) as then:
        rows = then.query("SELECT check_id, max(check_version) AS version FROM outcomes GROUP BY 1", "the rules of a snapshot")
    return {str(id): int(version) for id, version in zip(rows["check_id"], rows["version"], strict=True)}


def _mended(past: pd.DataFrame, now: pd.DataFrame) -> int:
    merged = past.merge(now, on=["check_id", "row_id"], how="left", indicator=True)
    return int((merged["_merge"] == "left_only").sum())
