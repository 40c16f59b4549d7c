"""Row keys: how a worklist names a row so that its return finds it, and nobody reads a person out of it.

A key is letter-content-position. Content names the row wherever it stands in its list, by what no correction changes (a record's id,
else the person as the row names them); position names file, sheet and row. Both are keyed hashes: without the campaign's secret
nothing can be tried against them, as could be against a plain hash of a personal number.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.intake.lasting import NAMED

LETTERS = {"beneficiaries": "B", "register_matches": "M", "accounts": "A", "payments": "P"}
"""Table → first letter of its rows' keys."""
TABLES = {letter: table for table, letter in LETTERS.items()}
CONTENT, POSITION = 15, 8
"""Hexadecimal digits of the two halves: 60 bits name a row, 32 tell whether it still stands in its place."""
KEY = re.compile(rf"([{''.join(TABLES)}])-([0-9A-F]{{{CONTENT}}})-([0-9A-F]{{{POSITION}}})")

_PERSON = "coalesce(number, ''), coalesce(name_key, ''), coalesce(birth_date::VARCHAR, ''), coalesce(birth_year::VARCHAR, '')"
_NTH = "row_number() OVER (PARTITION BY number, name_key, birth_date, birth_year ORDER BY source_file, source_sheet, source_row)"


def path(workspace: Workspace, campaign: Campaign) -> Path:
    """Return where the campaign's secret lies: restricted, to be kept as long as lists are out."""
    return workspace.data(campaign) / "row.key"


def secret(workspace: Workspace, campaign: Campaign, *, make: bool = False) -> str:
    """Return the campaign's secret, "" when there is none yet; `make` draws one (256 random bits, mode 0600)."""
    file = path(workspace, campaign)
    if make and not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:
            opened.write(secrets.token_hex(32))
        try:
            os.link(draft, file)  # the first of two processes wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="ascii").strip() if file.is_file() else ""


def keyed(table: str, relation: str, secret: str) -> str:
    """Return SQL for every row of `relation` (a canonical table, or the same rows before linking) with its key.

    Columns: those of the relation, then content and position (halves of the key) and row_key.
    """
    own = "record_id" if table == "beneficiaries" else f"concat_ws('|', {_PERSON}, {_NTH})"
    place = "concat_ws('|', source_file, source_sheet, source_row)"
    content, position = _hash(secret, table, own, CONTENT), _hash(secret, f"{table} at", place, POSITION)
    return f"""SELECT *, '{LETTERS[table]}-' || content || '-' || position AS row_key
        FROM (SELECT *, {content} AS content, {position} AS position FROM {relation})"""


def _hash(secret: str, what: str, value: str, digits: int) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", secret):
        raise ValueError("a secret is 64 hexadecimal digits")
    inner = f"sha256('{secret}|{what}|' || {value})"
    return f"upper(substr(sha256('{secret}|' || {inner}), 1, {digits}))"


ID_OF = {table: rule.id for table, rule in NAMED.items()}
"""Table → its id column."""

assert set(ID_OF) == set(LETTERS) <= set(store.TABLES)
