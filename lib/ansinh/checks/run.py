"""Judge every row with every check, once for the whole city, and write findings, outcomes and persons."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.checks.catalogue import catalogue
from ansinh.checks.check import KEY_OF, VIEW_OF, Check
from ansinh.checks.status import PERSONS
from ansinh.checks.views import open_views
from ansinh.errors import EngineError, UserError

Progress = Callable[[str, int, int], None]

SAME_PERSON = "U08"
"""The check that needs the whole city compared with itself."""


@dataclass(frozen=True)
class CheckReport:
    """What a run of the checks found: number of checks, findings and persons."""

    checks: int
    findings: int
    persons: int


def run(workspace: Workspace, campaign: Campaign, *, force: bool = False, progress: Progress | None = None) -> CheckReport:
    """Judge the campaign's snapshot and write findings, outcomes and persons into its store; what is judged and unchanged stays.

    Raises NotReady when nothing was loaded, CampaignError when the campaign names a check that does not exist.
    """
    tell = progress or (lambda stage, done, total: None)
    checks = catalogue(campaign)
    target = workspace.store(campaign, campaign.as_of)
    signature = _signature(workspace, campaign, target)
    if not force and store.signed(target, "check", signature):
        return _as_it_stands(target, checks)
    con = open_views(workspace, campaign, same_person=any(check.id == SAME_PERSON for check in checks))
    store.unsign(target, "check")
    for number, table in enumerate(VIEW_OF):
        tell("check: rows judged", number, len(VIEW_OF))
        judge(con, table, [check for check in checks if check.table == table])
    tell("check: rows judged", len(VIEW_OF), len(VIEW_OF))
    _collect(con, checks, _earlier(target))
    findings = store.write_all(con, store.FINDINGS, "SELECT * FROM found", target)
    store.write_all(con, store.OUTCOMES, "SELECT * FROM outcome_counts", target)
    persons = store.write_all(con, store.PERSONS, PERSONS, target)
    if store.signature_of(target, "intake"):
        store.sign(target, "check", signature)
    return CheckReport(len(checks), findings, persons)


def is_judged(workspace: Workspace, campaign: Campaign) -> bool:
    """Tell whether the snapshot is judged, and neither its lists nor the rules have changed since."""
    target = workspace.store(campaign, campaign.as_of)
    return store.signed(target, "check", _signature(workspace, campaign, target))


def _signature(workspace: Workspace, campaign: Campaign, target: Path) -> str:
    """Hash what the findings are made of: the loaded lists, the campaign, the rules and the earlier snapshots."""
    package = Path(__file__).parents[1]
    files = [*sorted((package / "checks").glob("*.py")), package / "store.py", workspace.params / "banks.csv"]
    digest = hashlib.sha256(campaign.model_dump_json(by_alias=True).encode())
    for path in files:
        digest.update(path.read_bytes())
    digest.update(store.signature_of(target, "intake").encode())
    for folder in _earlier(target):
        digest.update(f"{folder.name}|{store.signature_of(folder, 'check')}".encode())
    return digest.hexdigest()


def _as_it_stands(target: Path, checks: tuple[Check, ...]) -> CheckReport:
    con = store.connect(target, [store.FINDINGS, store.PERSONS])
    counts = store.query(
        con, "SELECT (SELECT count(*) FROM findings) AS findings, (SELECT count(*) FROM persons) AS persons", what="the counts"
    )
    return CheckReport(len(checks), int(counts["findings"].iloc[0]), int(counts["persons"].iloc[0]))


def judge(con: duckdb.DuckDBPyConnection, table: str, checks: Iterable[Check]) -> None:
    """Make the temporary table outcome_<table>: one row per judged row, one column per check with its outcome."""
    columns = ", ".join(f'{check.outcome()} AS "{check.id}"' for check in checks)
    _run(
        con,
        f"CREATE TEMP TABLE outcome_{table} AS SELECT {KEY_OF[table]} AS row_id, person_id, unit, coalesce(commune, '') AS commune,"
        f" coalesce(policy_group, '') AS policy_group, {columns} FROM {VIEW_OF[table]}",
    )


def _run(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        con.execute(sql)
    except duckdb.Error as error:
        raise EngineError(f"The engine could not judge the rows ({type(error).__name__}).") from None


def _collect(con: duckdb.DuckDBPyConnection, checks: tuple[Check, ...], earlier: list[Path]) -> None:
    frame = pd.DataFrame(
        [(c.id, c.version, c.table, c.severity, c.who, c.completes) for c in checks],
        columns=["check_id", "check_version", "table", "severity", "who", "completes"],
    )
    con.register("given_checks", frame)
    _run(con, "CREATE TEMP TABLE checks AS SELECT * FROM given_checks")
    reasons = [(check.id, number, reason) for check in checks for number, (_, reason) in enumerate(check.not_applicable, 2)]
    con.register("given_reasons", pd.DataFrame(reasons, columns=["check_id", "code", "reason"]))
    present = [table for table in VIEW_OF if any(check.table == table for check in checks)]
    long = " UNION ALL ".join(
        f"(SELECT row_id, person_id, unit, commune, policy_group, check_id, code FROM (UNPIVOT outcome_{table} ON COLUMNS('^[A-Z][0-9]{{2}}$') INTO NAME check_id VALUE code))"
        for table in present
    )
    _run(con, f"CREATE TEMP TABLE judged AS {long}")
    _run(
        con,
        """CREATE TEMP TABLE outcome_counts AS
        SELECT j.check_id, c.check_version, j.unit, j.commune, j.policy_group,
            CASE j.code WHEN 0 THEN 'passes' WHEN 1 THEN 'fails' ELSE 'not_applicable' END AS outcome,
            coalesce(r.reason, '') AS reason, count(*) AS rows
        FROM judged j JOIN checks c USING (check_id) LEFT JOIN given_reasons r ON r.check_id = j.check_id AND r.code = j.code
        GROUP BY ALL""",
    )
    _run(con, _findings(earlier))


def _findings(earlier: list[Path]) -> str:
    """Return SQL for the findings, with since and state against the earlier snapshots (newest last)."""
    history = "SELECT NULL::VARCHAR AS check_id, NULL::VARCHAR AS row_id, NULL::DATE AS day WHERE false"
    for folder in earlier:
        files = ", ".join(
            "'" + path.as_posix().replace("'", "''") + "'" for path in sorted((folder / "findings").glob("unit=*/part.parquet"))
        )
        history += f" UNION ALL SELECT check_id, row_id, DATE '{folder.name}' FROM read_parquet([{files}])"
    latest = f"DATE '{earlier[-1].name}'" if earlier else "NULL::DATE"
    return f"""CREATE TEMP TABLE found AS
        WITH history AS ({history}), seen AS (SELECT check_id, row_id, min(day) AS first_day, max(day) AS last_day FROM history GROUP BY ALL)
        SELECT j.check_id, c.check_version, c."table", j.row_id, j.person_id, j.unit, nullif(j.commune, '') AS commune, c.severity, c.who,
            coalesce(seen.first_day, s.as_of) AS since,
            CASE WHEN seen.first_day IS NULL THEN 'new' WHEN seen.last_day = {latest} THEN 'standing' ELSE 'reopened' END AS state
        FROM judged j JOIN checks c USING (check_id) CROSS JOIN settings s LEFT JOIN seen ON seen.check_id = j.check_id AND seen.row_id = j.row_id
        WHERE j.code = 1"""


def _earlier(target: Path) -> list[Path]:
    """Return the judged snapshots before this one, oldest first."""
    today = dt.date.fromisoformat(target.name)
    found = []
    for folder in sorted(target.parent.glob("????-??-??")):
        if dt.date.fromisoformat(folder.name) < today and any((folder / "findings").glob("unit=*/part.parquet")):
            found.append(folder)
    return found


def tell(workspace: Workspace, campaign: Campaign, *, only: tuple[str, ...], units: tuple[str, ...] = ()) -> str:
    """Return the SQL and the counts of some checks, for the terminal; nothing is written.

    Raises UserError when a check does not exist.
    """
    chosen = {check.id: check for check in catalogue(campaign)}
    for name in only:
        if name not in chosen:
            raise UserError(f"There is no check {name}. Checks: {', '.join(chosen)}.")
    con = open_views(workspace, campaign, same_person=SAME_PERSON in only)
    lines = []
    for name in only:
        check = chosen[name]
        where = "WHERE list_contains(?, unit)" if units else ""
        counts = store.query(
            con,
            f"SELECT outcome, count(*) AS rows, count(DISTINCT person_id) AS persons FROM"
            f" (SELECT unit, person_id, CASE {check.outcome()} WHEN 0 THEN 'passes' WHEN 1 THEN 'fails' ELSE 'not applicable' END AS outcome FROM {VIEW_OF[check.table]})"
            f" {where} GROUP BY outcome ORDER BY outcome",
            [list(units)] if units else None,
            what=f"check {name}",
        )
        lines += [
            f"{check.id} v{check.version} {check.title} ({check.title_en})",
            f"source: {check.source}",
            f"remedy: {check.remedy}",
            check.sql(),
            counts.to_string(index=False),
            "",
        ]
    return "\n".join(lines)
