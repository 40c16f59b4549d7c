"""Admit the SQL of a campaign's own check: one condition over one documented view, and nothing else can be said.

DuckDB's own parser reads the text; the tree may hold columns of the view, constants, comparisons and the functions listed here.
No subquery, no other table, no function that reads files, settings, the clock or chance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import duckdb

from ansinh.checks.check import VIEW_OF
from ansinh.checks.views import lay_empty
from ansinh.errors import CampaignError

OPERATORS = frozenset({"+", "-", "*", "/", "//", "%", "||", "~~", "!~~", "~~*", "!~~*", "~"})
FUNCTIONS = OPERATORS | {
    *("abs", "ceil", "coalesce", "contains", "date_diff", "date_part", "date_sub", "day", "floor", "greatest", "isodow", "least", "left"),
    *("length", "list_contains", "lower", "ltrim", "month", "nullif", "prefix", "regexp_full_match", "regexp_matches", "replace", "right"),
    *("round", "rtrim", "starts_with", "strip_accents", "substr", "substring", "suffix", "trim", "upper", "year", "is_distinct_from"),
    *("jaro_winkler_similarity", "damerau_levenshtein", "levenshtein", "ends_with", "list_value", "len"),
}
"""Functions a condition may call: arithmetic, text, dates and lists; all give the same answer for the same row, and no text grows."""

FIXED: dict[str, tuple[int, ...]] = {
    **{"regexp_matches": (1, 2), "regexp_full_match": (1, 2), "date_diff": (0,), "date_sub": (0,), "date_part": (0,), "replace": (1, 2)},
    **{"~~": (1,), "!~~": (1,), "~~*": (1,), "!~~*": (1,), "round": (1,)},
}
"""Function → places of arguments that must be constants: what a column could hold there would fail on some row."""

LONGEST = 2_000
"""Signs of a condition: more is no rule an auditor reads, and millions would take the engine minutes."""

LEAVES = {"CONSTANT", "COLUMN_REF", "TYPE"}
INNER = {"COMPARISON", "CONJUNCTION", "OPERATOR", "FUNCTION", "CASE", "CAST", "BETWEEN"}


def admit(condition: str, table: str, place: str) -> None:
    """Admit `condition` over the view of `table`, or raise CampaignError naming `place`, what is not allowed and the remedy."""
    refusal = _refusal(condition, table)
    if refusal:
        raise CampaignError(
            f'{place}: {refusal} Write one condition over the columns of {VIEW_OF[table]}, such as "age < 16 AND receiver_name IS NULL".'
        )


@lru_cache(maxsize=256)
def _refusal(condition: str, table: str) -> str:
    if not condition.strip():
        return "it is empty."
    for mark in (";", "--", "/*"):
        if mark in condition:
            return f"{mark!r} is not allowed."
    if len(condition) > LONGEST:
        return f"it is longer than {LONGEST:,} signs."
    view = VIEW_OF[table]
    con = duckdb.connect(":memory:", config={"enable_external_access": "false", "lock_configuration": "true"})
    tree = json.loads(con.execute("SELECT json_serialize_sql(?)", [f"SELECT ({condition}) FROM {view}"]).fetchall()[0][0])
    if tree.get("error"):
        return "it is not valid SQL."
    if len(tree["statements"]) != 1 or not _bare(tree["statements"][0]["node"], view):
        return "it says more than a condition."
    lay_empty(con)
    columns = {row[0] for row in con.execute(f"DESCRIBE {view}").fetchall()}
    for node in _nodes(tree["statements"][0]["node"]["select_list"]):
        if refusal := _unspeakable(node, columns):
            return refusal
    return _unbound(con, condition, view) or _failing(con, condition, view)


def _unspeakable(node: dict[str, Any], columns: set[str]) -> str:
    """Return why one node of the tree may not stand in a condition, "" when it may."""
    if node["class"] not in LEAVES | INNER or node["type"] == "OPERATOR_TRY":
        return f"it uses {_kind(node)}, which is not allowed."
    # The engine reads current_date and current_user as columns first: only names of the view's own columns may stand.
    if node["class"] == "COLUMN_REF" and (len(node["column_names"]) > 1 or node["column_names"][0].lower() not in columns):
        return f"it does not fit the view: it has no column {'.'.join(node['column_names'])}."
    if node["class"] == "CAST" and not node["try_cast"] and node["child"]["class"] != "CONSTANT":
        return "a cast of a column fails on the first value that does not fit; write TRY_CAST."
    if node["class"] != "FUNCTION":
        return ""
    name = node["function_name"].lower()
    if name not in FUNCTIONS or node["schema"] or node["catalog"]:
        return f"the function {node['function_name']} is not allowed."
    given = [argument["expression"] for argument in node["arguments"]]
    if any(at < len(given) and given[at]["class"] != "CONSTANT" for at in FIXED.get(name, ())):
        return f"in {node['function_name']} the pattern, part or text to put in must be a constant."
    if name == "replace" and len(_text(given[2])) > len(_text(given[1])):
        return "replace may not put in more than it takes out."
    return ""


def _text(constant: dict[str, Any]) -> str:
    return str(constant["literal"]["text"])


def _bare(node: dict[str, Any], view: str) -> bool:
    """Tell whether the tree is SELECT <one expression> FROM <the view> and has no other clause."""
    if node["type"] != "SELECT_NODE" or len(node["select_list"]) != 1 or node["from_table"].get("table_name") != view:
        return False
    clauses = ("where_clause", "having", "qualify", "sample")
    lists = ("modifiers", "group_expressions", "group_sets")
    return all(node.get(name) is None for name in clauses) and not any(node.get(name) for name in lists)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Walk the expression nodes of a serialised tree."""
    if isinstance(value, dict):
        if "class" in value:
            yield value
        for child in value.values():
            yield from _nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from _nodes(child)


def _kind(node: dict[str, Any]) -> str:
    return str(node["class"]).lower().replace("_", " ")


def _unbound(con: duckdb.DuckDBPyConnection, condition: str, view: str) -> str:
    """Return what does not fit the view's columns and types, "" when all does: the condition is bound over a view without rows."""
    try:
        result = con.execute(f"SELECT ({condition}) AS fails FROM {view}").description
    except duckdb.Error as error:
        told = str(error).split("\n")[0].removeprefix("Binder Error: ")
        return f"it does not fit the view: {told}"
    return "" if str(result[0][1]) == "BOOLEAN" else "it is no condition: its value must be true or false."


PROBES = {
    "VARCHAR": ("'x'", "''", "'0'"),
    "DATE": ("DATE '1950-03-05'", "DATE '0001-01-01'", "DATE '9999-12-31'"),
    "BOOLEAN": ("true", "false", "true"),
}


def _failing(con: duckdb.DuckDBPyConnection, condition: str, view: str) -> str:
    """Return that the condition fails on a row, "" when it does not: it is tried on rows of nothing, of usual and of extreme values."""
    told = con.execute(f"DESCRIBE {view}").fetchall()
    rows = [f"SELECT {', '.join(f'NULL::{type} AS {name}' for name, type, *_ in told)}"]
    for at, number in enumerate((1, 0, 10**12)):
        values = (
            PROBES[type][at] if type in PROBES else str(min(number, 200)) if type == "INTEGER" else number if type == "BIGINT" else "NULL"
            for _, type, *_ in told
        )
        rows.append(
            "SELECT " + ", ".join(f"TRY_CAST({value} AS {type}) AS {name}" for value, (name, type, *_) in zip(values, told, strict=True))
        )
    try:
        con.execute(f"SELECT ({condition}) AS fails FROM ({' UNION ALL '.join(rows)}) {view}").fetchall()
    except duckdb.Error as error:
        why = re.split(r"[.]? Use|\n", str(error))[0]
        return f"it fails on some rows ({why}); narrow it, or write TRY_CAST or nullif."
    return ""
