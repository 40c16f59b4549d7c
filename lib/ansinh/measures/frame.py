"""What every measure stands on: named places and banks beside the store's views, and one way to count persons along an axis.

`prepare` is called once on an open store; measures are then pure functions of (connection, campaign, unit).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.disclosure import Counts
from ansinh.identity import names
from ansinh.identity.banks import Banks

TOTAL = "total"
"""Code of the row that sums up the others."""
ELSEWHERE = ""
"""Code of the row for persons whose place, group or sex the lists do not tell."""
KEYS = ("code", "name")

AGES: tuple[tuple[str, str, str], ...] = (
    ("0-15", "Dưới 16 tuổi", "age < 16"),
    ("16-59", "Từ 16 đến 59 tuổi", "age BETWEEN 16 AND 59"),
    ("60-79", "Từ 60 đến 79 tuổi", "age BETWEEN 60 AND 79"),
    ("80+", "Từ 80 tuổi", "age >= 80"),
)
CHANNELS = {"branch": "Tại chi nhánh", "mobile_point": "Điểm lưu động", "post": "Bưu điện", "online": "Trực tuyến", "vneid": "VNeID"}
OWNERS = {"own": "Chính người thụ hưởng", "receiver": "Người nhận thay hợp pháp", "unclear": "Chưa rõ chủ tài khoản"}
SEXES = {"female": "Nữ", "male": "Nam"}
AXES = ("total", "place", "village", "group", "sex", "age", "bank", "channel", "owner")

_STANDING = """
CREATE TEMP VIEW standing AS
WITH person_findings AS (
    SELECT person_id,
        min(check_id) FILTER (severity <> 'warns') AS gravest, arg_min(who, check_id) FILTER (severity <> 'warns') AS gravest_who,
        min(check_id) FILTER (check_id LIKE 'A%') AS register_finding, arg_min(who, check_id) FILTER (check_id LIKE 'A%') AS register_who,
        min(check_id) FILTER ("table" = 'accounts' AND severity <> 'warns') AS account_finding,
        arg_min(who, check_id) FILTER ("table" = 'accounts' AND severity <> 'warns') AS account_who
    FROM findings WHERE person_id <> '' GROUP BY person_id),
stated AS (
    SELECT p.*, f.gravest, f.gravest_who, f.register_finding, f.register_who, f.account_finding, f.account_who,
        CASE WHEN p.usable_account THEN 'usable' WHEN p.declined THEN 'declined' WHEN p.blocker IS NOT NULL THEN 'data'
            WHEN p.has_account THEN 'unusable' WHEN NOT p.verified THEN 'unverified' ELSE 'not_opened' END AS state,
        CASE WHEN NOT p.complete THEN 'complete' WHEN NOT p.verified THEN 'verified' WHEN NOT p.clean THEN 'clean'
            WHEN NOT p.has_account THEN 'account' WHEN NOT p.usable_account THEN 'usable'
            WHEN p.payment <> 'account' THEN 'paid' ELSE 'reached' END AS stopped_at
    FROM persons p LEFT JOIN person_findings f USING (person_id))
SELECT *,
    CASE state WHEN 'data' THEN blocker WHEN 'unusable' THEN coalesce(account_finding, 'unusable') WHEN 'unverified' THEN coalesce(register_finding, 'unverified')
        ELSE state END AS cause,
    CASE state WHEN 'data' THEN blocker_who WHEN 'unusable' THEN coalesce(account_who, 'bank') WHEN 'unverified' THEN coalesce(register_who, 'police')
        WHEN 'not_opened' THEN 'bank' ELSE '' END AS actor,
    CASE stopped_at WHEN 'complete' THEN coalesce(blocker, 'incomplete') WHEN 'verified' THEN coalesce(register_finding, 'unverified')
        WHEN 'clean' THEN coalesce(gravest, 'unclean') WHEN 'account' THEN if(declined, 'declined', 'not_opened')
        WHEN 'usable' THEN coalesce(account_finding, 'unusable') WHEN 'paid' THEN 'payment_' || payment ELSE '' END AS stop_cause,
    CASE stopped_at WHEN 'complete' THEN coalesce(blocker_who, 'commune') WHEN 'verified' THEN coalesce(register_who, 'police')
        WHEN 'clean' THEN coalesce(gravest_who, 'commune') WHEN 'account' THEN if(declined, 'commune', 'bank')
        WHEN 'usable' THEN coalesce(account_who, 'bank') WHEN 'paid' THEN 'department' ELSE '' END AS stop_who
FROM stated
"""
"""Each person once, with one state, one cause and one actor, so that causes add up to the gap exactly (docs/measures.md)."""


@dataclass(frozen=True)
class Axis:
    """How persons are split: the SQL of a row's code, and the rows in their order (code, name), also those without persons."""

    code: str
    rows: tuple[tuple[str, str], ...]


def prepare(con: duckdb.DuckDBPyConnection, workspace: Workspace, campaign: Campaign) -> duckdb.DuckDBPyConnection:
    """Lay the register of places, the banks' names and the view `standing` beside the store's views; returns `con`."""
    register = workspace.register(campaign)
    rows: list[tuple[str, str, str, str, str]] = []
    for unit in workspace.units(campaign):
        rows.append((unit.code, unit.name, unit.slug, "", ""))
        if campaign.units.part == "commune":
            rows += [(unit.code, unit.name, unit.slug, part.code, part.name) for part in register.under(unit.code, "commune")]
    _lay(con, "places", ("unit", "unit_name", "slug", "part", "part_name"), rows)
    banks = Banks.read(workspace.params / "banks.csv")
    _lay(con, "bank_names", ("code", "name"), sorted((bank.code, bank.short_name) for bank in banks.banks))
    con.execute(_STANDING)
    return con


def _lay(con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    con.execute(f"CREATE TEMP TABLE {table} (ord INTEGER, {', '.join(f'{column} VARCHAR' for column in columns)})")
    con.register("laid", pd.DataFrame([(at, *row) for at, row in enumerate(rows)], columns=["ord", *columns]))
    con.execute(f"INSERT INTO {table} SELECT * FROM laid")
    con.unregister("laid")


def where(unit: str, alias: str = "") -> str:
    """Return the SQL condition for one unit's rows; "" is the whole campaign. Raises nothing: the code is bound as a parameter."""
    column = f"{alias}.unit" if alias else "unit"
    return f"{column} = $unit" if unit else "true"


def ask(
    con: duckdb.DuckDBPyConnection, sql: str, unit: str, what: str, parameters: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """Run one measure's query with $unit bound where it occurs."""
    bound = dict(parameters or {})
    if unit and "$unit" in sql:
        bound["unit"] = unit
    return store.query(con, sql, bound, what=what)


def axis(con: duckdb.DuckDBPyConnection, campaign: Campaign, unit: str, by: str) -> Axis:
    """Return one axis of AXES for a unit ("" the whole campaign); raises KeyError for an axis that does not exist."""
    if by == "total":
        return Axis("''", ())
    if by == "place":
        return _places(con, campaign, unit)
    if by == "village":
        return _villages(con, unit)
    if by == "group":
        return Axis("coalesce(policy_group, '')", tuple((group.id, group.short) for group in campaign.groups))
    if by == "age":
        return Axis("CASE " + " ".join(f"WHEN {test} THEN '{code}'" for code, _, test in AGES) + " ELSE '' END", tuple((c, n) for c, n, _ in AGES))
    if by == "bank":
        banks = ask(con, f"SELECT DISTINCT b.code, b.name FROM bank_names b JOIN persons p ON p.account_bank = b.code WHERE {where(unit, 'p')} ORDER BY 2, 1", unit, "banks")
        return Axis("coalesce(account_bank, '')", tuple(zip(banks.code, banks.name, strict=True)))
    words, column = {"sex": (SEXES, "sex"), "channel": (CHANNELS, "account_channel"), "owner": (OWNERS, "account_owner")}[by]
    return Axis(f"coalesce({column}, '')", tuple(words.items()))


def _places(con: duckdb.DuckDBPyConnection, campaign: Campaign, unit: str) -> Axis:
    if not unit:
        found = ask(con, "SELECT unit AS code, unit_name AS name FROM places WHERE part = '' ORDER BY ord", unit, "places")
        return Axis("unit", tuple(zip(found.code, found.name, strict=True)))
    if campaign.units.part == "village":
        return _villages(con, unit)
    found = ask(con, f"SELECT part AS code, part_name AS name FROM places WHERE part <> '' AND {where(unit)} ORDER BY ord", unit, "places")
    return Axis("coalesce(commune, '')", tuple(zip(found.code, found.name, strict=True)))


def _villages(con: duckdb.DuckDBPyConnection, unit: str) -> Axis:
    found = ask(con, f"SELECT DISTINCT village FROM persons WHERE village IS NOT NULL AND village <> '' AND {where(unit)}", unit, "villages")
    ordered = sorted(found.village, key=lambda text: (names.sort_key(text), text))
    return Axis("coalesce(village, '')", tuple((text, text) for text in ordered))


def spread(
    con: duckdb.DuckDBPyConnection,
    campaign: Campaign,
    unit: str,
    by: str,
    columns: Mapping[str, str],
    *,
    view: str = "standing",
    among: str = "true",
) -> pd.DataFrame:
    """Return one row per place, group, … with the SQL aggregates `columns` (additive over persons), then the row of the total.

    Rows of the axis without persons stand with zeros; persons the axis cannot place stand in a row of their own, so the rows add
    up to the total. Columns: code, name, the aggregates as Int64, total (True in the last row). `among` narrows the persons.
    """
    chosen = axis(con, campaign, unit, by)
    listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    found = ask(
        con, f"SELECT {chosen.code} AS code, {listed} FROM {view} WHERE {where(unit)} AND {among} GROUP BY 1", unit, f"persons by {by}"
    ).set_index("code")
    rows = [] if by == "total" else [(code, name) for code, name in chosen.rows]
    known = {code for code, _ in rows}
    outside = found[~found.index.isin(known)].sum()
    frame = pd.DataFrame(rows, columns=list(KEYS))
    for name in columns:
        frame[name] = frame["code"].map(found[name]).fillna(0).astype("Int64")
    if by != "total" and len(found[~found.index.isin(known)]) > 0:
        frame.loc[len(frame)] = [ELSEWHERE, _nowhere(by), *(int(outside[name]) for name in columns)]
    whole = [int(found[name].sum()) for name in columns] if len(found) else [0] * len(columns)
    frame.loc[len(frame)] = [TOTAL, "Tổng số", *whole]
    for name in columns:
        frame[name] = frame[name].astype("Int64")
    frame["total"] = [False] * (len(frame) - 1) + [True]
    return frame


def _nowhere(by: str) -> str:
    return "Chưa rõ hoặc ngoài địa bàn" if by in ("place", "village") else "Chưa rõ"


def counted(frame: pd.DataFrame, counts: Mapping[str, str | None], **more: object) -> Counts:
    """Return the frame of `spread` as Counts; a single row of the total is not a sum of others and is not flagged."""
    total = None if len(frame) == 1 else "total"
    return Counts(frame, keys=KEYS, counts=counts, total=total, **more)  # type: ignore[arg-type]


def coded(
    found: pd.DataFrame, rows: Sequence[tuple[str, ...]], keys: Sequence[str], columns: Sequence[str], *, total: str = ""
) -> pd.DataFrame:
    """Return `found` (first key as column code) laid on fixed rows of key texts, zero where nothing was found; rows keep their order.

    A code found but not among `rows` is appended under its own code, so that nothing is lost. `total` names a last row that sums up.
    """
    index = found.set_index("code") if "code" in found.columns else found
    extra = [(str(code), str(code), *[""] * (len(keys) - 2)) for code in sorted(set(index.index) - {row[0] for row in rows})]
    frame = pd.DataFrame([*rows, *extra], columns=list(keys))
    for name in columns:
        frame[name] = frame[keys[0]].map(index[name]).fillna(0).astype("Int64")
    if total:
        sums = [int(frame[name].sum()) for name in columns]
        frame.loc[len(frame)] = [TOTAL, total, *[""] * (len(keys) - 2), *sums]
        frame["total"] = [False] * (len(frame) - 1) + [True]
        for name in columns:
            frame[name] = frame[name].astype("Int64")
    return frame
