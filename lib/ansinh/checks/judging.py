"""Every row judged by every check: findings, outcomes and persons written into the store; or a few checks told on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pandas as pd

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.checks.catalogue import catalogue, nearest
from ansinh.checks.check import KEY_OF, VIEW_OF, Check
from ansinh.checks.status import PERSONS
from ansinh.checks.views import open_views
from ansinh.errors import CampaignError, EngineError, UserError

_OUTCOMES = {0: "passes", 1: "fails"}

SAME_PERSON = "U08"
"""The check that needs the whole city compared with itself."""


def judge_all(
    workspace: Workspace, campaign: Campaign, checks: tuple[Check, ...], earlier: list[Path], tell: Callable[[str, int, int], None]
) -> tuple[int, int]:
    """Judge the campaign's snapshot by these checks and write its findings, outcomes and persons; returns the numbers of findings and persons."""
    target = workspace.store(campaign, campaign.as_of)
    con = open_views(workspace, campaign, same_person=any(check.id == SAME_PERSON for check in checks))
    for number, table in enumerate(VIEW_OF):
        tell("check: rows judged", number, len(VIEW_OF))
        judge(con, table, [check for check in checks if check.table == table])
    tell("check: rows judged", len(VIEW_OF), len(VIEW_OF))
    collect(con, checks, earlier)
    findings = store.write_all(con, store.FINDINGS, "SELECT * FROM found", target)
    store.write_all(con, store.OUTCOMES, "SELECT * FROM outcome_counts", target)
    return findings, store.write_all(con, store.PERSONS, PERSONS, target)


def judge(con: duckdb.DuckDBPyConnection, table: str, checks: Iterable[Check]) -> None:
    """Make the temporary table outcome_<table>: one row per judged row, one column per check with its outcome.

    Raises CampaignError naming a campaign's own check that cannot be computed on some row and the remedy, EngineError for any other.
    """
    chosen = list(checks)
    columns = ", ".join(f'{check.outcome()} AS "{check.id}"' for check in chosen)
    try:
        con.execute(
            f"CREATE TEMP TABLE outcome_{table} AS SELECT {KEY_OF[table]} AS row_id, person_id, unit, coalesce(commune, '') AS commune,"
            f" coalesce(policy_group, '') AS policy_group, {columns} FROM {VIEW_OF[table]}"
        )
    except duckdb.Error as error:
        for check in chosen:
            if check.id.startswith("X") and not _computes(con, check):
                raise CampaignError(
                    f"checks.own {check.id}: the engine cannot compute it on every row ({type(error).__name__}). Narrow `applies`, or write TRY_CAST or nullif."
                ) from None
        raise EngineError(f"The engine could not judge the rows ({type(error).__name__}).") from None


def _computes(con: duckdb.DuckDBPyConnection, check: Check) -> bool:
    try:
        con.execute(f"SELECT sum({check.outcome()}) FROM {VIEW_OF[check.table]}")
    except duckdb.Error:
        return False
    return True


def _run(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        con.execute(sql)
    except duckdb.Error as error:
        raise EngineError(f"The engine could not judge the rows ({type(error).__name__}).") from None


def collect(con: duckdb.DuckDBPyConnection, checks: tuple[Check, ...], earlier: list[Path]) -> None:
    """Make the temporary tables `checks`, `outcome_counts` and `found` of all judged tables; `earlier` are the snapshots before."""
    frame = pd.DataFrame(
        [(c.id, c.version, c.table, c.severity, c.who, c.completes) for c in checks],
        columns=["check_id", "check_version", "table", "severity", "who", "completes"],
    )
    con.register("given_checks", frame)
    _run(con, "CREATE TEMP TABLE checks AS SELECT * FROM given_checks")
    _run(con, f"CREATE TEMP TABLE outcome_counts AS {_counts(checks)}")
    _run(con, _findings(earlier, checks))


def _counts(checks: tuple[Check, ...]) -> str:
    """Return SQL for the rows of each check by outcome, reason, commune and policy group: each judged table is grouped once, wide."""
    parts = []
    for table in VIEW_OF:
        chosen = [check for check in checks if check.table == table]
        if not chosen:
            continue
        codes = [(f"{check.id}_{code}", check, code) for check in chosen for code in range(len(check.not_applicable) + 2)]
        wide = ", ".join(f'count(*) FILTER ("{check.id}" = {code}) AS "{name}"' for name, check, code in codes)
        told = ", ".join(
            f"('{name}', '{check.id}', {check.version}, '{_OUTCOMES.get(code, 'not_applicable')}', {_quoted(check, code)})"
            for name, check, code in codes
        )
        parts.append(
            f"""SELECT check_id, check_version, unit, commune, policy_group, outcome, reason, rows
            FROM (UNPIVOT (SELECT unit, commune, policy_group, {wide} FROM outcome_{table} GROUP BY ALL) ON COLUMNS('^[A-Z][0-9]{{2}}_[0-9]+$') INTO NAME name VALUE rows)
            JOIN (VALUES {told}) told (name, check_id, check_version, outcome, reason) USING (name) WHERE rows > 0"""
        )
    return " UNION ALL ".join(parts)


def _quoted(check: Check, code: int) -> str:
    return "'" + (check.not_applicable[code - 2][1] if code > 1 else "").replace("'", "''") + "'"


def _findings(earlier: list[Path], checks: tuple[Check, ...]) -> str:
    """Return SQL for the findings, with since and state against the earlier snapshots (newest last)."""
    history = "SELECT NULL::VARCHAR AS check_id, NULL::VARCHAR AS row_id, NULL::DATE AS day WHERE false"
    for folder in earlier:
        files = ", ".join(
            "'" + path.as_posix().replace("'", "''") + "'" for path in sorted((folder / "findings").glob("unit=*/part.parquet"))
        )
        history += f" UNION ALL SELECT check_id, row_id, DATE '{folder.name}' FROM read_parquet([{files}])"
    failing = " UNION ALL ".join(
        f"SELECT '{check.id}' AS check_id, row_id, person_id, unit, commune FROM outcome_{check.table} WHERE \"{check.id}\" = 1"
        for check in checks
    )
    latest = f"DATE '{earlier[-1].name}'" if earlier else "NULL::DATE"
    return f"""CREATE TEMP TABLE found AS
        WITH history AS ({history}), seen AS (SELECT check_id, row_id, min(day) AS first_day, max(day) AS last_day FROM history GROUP BY ALL)
        SELECT j.check_id, c.check_version, c."table", j.row_id, j.person_id, j.unit, nullif(j.commune, '') AS commune, c.severity, c.who,
            coalesce(seen.first_day, s.as_of) AS since,
            CASE WHEN seen.first_day IS NULL THEN 'new' WHEN seen.last_day = {latest} THEN 'standing' ELSE 'reopened' END AS state
        FROM ({failing}) j JOIN checks c USING (check_id) CROSS JOIN settings s LEFT JOIN seen ON seen.check_id = j.check_id AND seen.row_id = j.row_id"""


def tell(workspace: Workspace, campaign: Campaign, *, only: tuple[str, ...], units: tuple[str, ...] = ()) -> str:
    """Return the SQL and the counts of some checks, for the terminal; nothing is written.

    Raises UserError when a check or unit does not exist.
    """
    chosen = {check.id: check for check in catalogue(campaign)}
    known = [unit.code for unit in workspace.units(campaign)]
    for code in units:
        if code not in known:
            raise UserError(f"There is no unit {code!r} in {campaign.name}. Write a code such as {known[0]!r}; several with --unit again.")
    for name in only:
        if name not in chosen:
            near = nearest(name, chosen)
            raise UserError(f"There is no check {name}.{f' Did you mean {near}?' if near else ''} Checks: {', '.join(chosen)}.")
    con = open_views(workspace, campaign, same_person=SAME_PERSON in only)
    lines = []
    for name in only:
        check = chosen[name]
        where = "WHERE list_contains(?, unit)" if units else ""
        counts = store.query(
            con,
            f"SELECT outcome, count(*) AS rows, count(DISTINCT person_id) AS persons FROM"
            f" (SELECT unit, person_id, CASE {check.outcome()} WHEN 0 THEN 'passes' WHEN 1 THEN 'fails' ELSE 'not applicable' END AS outcome FROM {VIEW_OF[check.table]})"
            f" {where} GROUP BY outcome",
            [list(units)] if units else None,
            what=f"check {name}",
        )
        # Every outcome has its line: that nothing fails is what one looks for after writing a rule.
        counts = counts.set_index("outcome").reindex(["fails", "not applicable", "passes"], fill_value=0).reset_index()
        lines += [
            f"{check.id} v{check.version} {check.title} ({check.title_en})",
            f"source: {check.source}",
            f"remedy: {check.remedy}",
            check.sql(),
            counts.to_string(index=False),
            "",
        ]
    return "\n".join(lines)
