"""The rows of worklists: each finding with each field that mends it, and each person who could have an account and has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

import duckdb

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.casework.recipients import Kind
from ansinh.checks import SEVERITIES
from ansinh.checks.catalogue import catalogue
from ansinh.checks.check import KEY_OF, Check
from ansinh.errors import EngineError
from ansinh.identity import citizen_number
from ansinh.intake import keys
from ansinh.intake.fields import BY_NAME, Field, field_of

OPEN = "MO-TK"
"""In the place of a check's id: the person is ready for an account and has none."""
OPEN_TITLE, OPEN_REMEDY = (
    "Chưa có tài khoản, dữ liệu đã sẵn sàng",
    "Hướng dẫn, hỗ trợ mở tài khoản; người không đăng ký thì lấy xác nhận và ghi lý do.",
)
PRIORITY = {"blocks_account": 1, "open": 2, "blocks_payment": 3, "warns": 4}
PRIORITY_WORDS = {1: SEVERITIES["blocks_account"], 2: "Chưa có tài khoản", 3: SEVERITIES["blocks_payment"], 4: SEVERITIES["warns"]}
MENDED = ("Đã sửa", "Đúng rồi, không phải sửa", "Chưa xác minh được", "Đã chuyển đơn vị khác")
OPENED = ("Đã mở tài khoản", "Hẹn lại", "Không đăng ký", "Không liên hệ được")


@dataclass(frozen=True)
class Task:
    """One row of a worklist: whom it goes to (`part`: commune, village, bank or unit), what it is about and what is asked."""

    unit: str
    part: tuple[str, ...]
    priority: int
    key: str
    check_id: str
    reason: str
    remedy: str
    about: tuple[str, ...]
    field: Field | None
    found: str
    answers: tuple[str, ...]
    proposal: str
    order: tuple[Any, ...] = made(repr=False)


class Rows:
    """Reads the tasks of one campaign's snapshot, unit by unit."""

    def __init__(self, workspace: Workspace, campaign: Campaign, secret: str) -> None:
        """Open the judged store; raises NotReady when there is none."""
        self._checks = {check.id: check for check in catalogue(campaign)}
        self.con = store.connect(workspace.store(campaign, campaign.as_of))
        wanted = {
            "beneficiaries": "SELECT row_id FROM findings UNION SELECT record_id FROM first_records JOIN findings USING (person_id)"
            " UNION SELECT record_id FROM first_records JOIN persons USING (person_id) WHERE ready AND NOT has_account AND NOT declined",
            "accounts": "SELECT row_id FROM findings",
            "payments": "SELECT row_id FROM findings",
            "register_matches": "SELECT match_id FROM decisive",
        }
        # What is listed is read once into memory: it is asked for unit by unit, and is a small part of the city.
        self._run(_FIRST + _DECISIVE)
        for table, needed in wanted.items():
            own = keys.ID_OF[table]
            self._run(f"CREATE TEMP TABLE keyed_{table} AS SELECT * FROM ({keys.keyed(table, table, secret)}) WHERE {own} IN ({needed})")
        self._run("CREATE TEMP TABLE listed AS SELECT * FROM findings")
        self._run(_WITHOUT_ACCOUNT)
        self._run(_NAMESAKES)
        found = self.con.execute(
            "SELECT DISTINCT who, \"table\", unit FROM listed UNION SELECT 'open', '', unit FROM without_account"
        ).fetchall()
        self._present = {(str(who), str(table), str(unit)) for who, table, unit in found}

    def _run(self, sql: str) -> None:
        try:
            self.con.execute(sql)
        except duckdb.Error as error:
            raise EngineError(f"The engine could not prepare the worklists ({type(error).__name__}).") from None

    def _rows(self, sql: str, unit: str, who: str = "") -> Iterator[dict[str, Any]]:
        try:
            found = self.con.execute(sql, [unit, who] if who else [unit])
            names = [column[0] for column in found.description or ()]
            yield from (dict(zip(names, row, strict=True)) for row in found.fetchall())
        except duckdb.Error as error:
            raise EngineError(f"The engine could not read the worklists' rows ({type(error).__name__}).") from None

    def tasks(self, kind: Kind, unit: str) -> list[Task]:
        """Return the tasks of one kind of recipient in one unit, in the order they are worked off."""
        found = list(self._findings(kind, unit))
        if kind.open:
            found += self._without_account(kind, unit)
        return sorted(found, key=lambda task: task.order)

    def _findings(self, kind: Kind, unit: str) -> Iterator[Task]:
        matches = {row["person_id"]: row for row in self._rows(_MATCHES, unit)} if kind.who == "police" else {}
        for table in (name for name in KEY_OF if (kind.who, name, unit) in self._present):
            for row in self._rows(_FINDINGS[table], unit, kind.who):
                check = self._checks.get(row["check_id"])
                if check is not None:
                    yield from self._asked(kind, row, check, matches.get(row["person_id"]))

    def _asked(self, kind: Kind, row: dict[str, Any], check: Check, match: dict[str, Any] | None) -> Iterator[Task]:
        """Yield one task for each field that would mend the finding, one that asks for an answer where none would."""
        asked = [
            (found, match if found.table == "register_matches" else row) for found in (field_of(name, check.table) for name in check.mends)
        ]
        able = [(found, of) for found, of in asked if of is not None]
        if check.dimension == "completeness":
            # What is there is not missing: of several fields only the empty ones are asked for.
            able = [(found, of) for found, of in able if not found.show(of)] or able
        either: list[tuple[Field | None, dict[str, Any]]] = [*able] or [(None, row)]
        for found, of in either:
            priority = PRIORITY[row["severity"]]
            yield _task(kind, row, priority, check.id, check.title, check.remedy, found, of, MENDED)

    def _without_account(self, kind: Kind, unit: str) -> Iterator[Task]:
        asked = BY_NAME["beneficiaries", "declined"] if kind.who == "commune" else None
        for row in self._rows(_WITHOUT, unit) if ("open", "", unit) in self._present else ():
            yield _task(kind, row, PRIORITY["open"], OPEN, OPEN_TITLE, OPEN_REMEDY, asked, row, OPENED)


def _task(
    kind: Kind,
    row: dict[str, Any],
    priority: int,
    id: str,
    reason: str,
    remedy: str,
    asked: Field | None,
    of: dict[str, Any],
    answers: tuple[str, ...],
) -> Task:
    home = row["home_commune"] or ""
    part = {"unit": (row["unit"],), "commune": (home,), "village": (home, row["village"] or ""), "bank": (row.get("bank") or "",)}[kind.by]
    about = tuple(column.show(row) for column in kind.columns)
    order = (priority, row["village"] or "", row["name_key"] or "", row["row_key"], id, of["row_key"], asked.label if asked else "")
    found = asked.show(of) if asked else ""
    proposal = PROPOSALS[id](row) if id in PROPOSALS else ""
    return Task(row["unit"], part, priority, of["row_key"], id, reason, remedy, about, asked, found, answers, proposal, order)


def _with_zeros(row: dict[str, Any]) -> str:
    return citizen_number.repair(row["number"], row["birth_year"], row["sex"]) or ""


def _namesake(row: dict[str, Any]) -> str:
    """Name the list's record of who may be meant: a number spoilt on the list is no reason to stop a payment."""
    if not row["namesake_file"]:
        return ""
    at = ", ".join(part for part in (row["namesake_file"], row["namesake_sheet"], f"dòng {row['namesake_row']}") if part)
    return f"Có người cùng họ tên trong danh sách ({at}), chưa có khoản chi nào. Đối chiếu số định danh của hai dòng trước khi dừng chi."


PROPOSALS: Mapping[str, Callable[[dict[str, Any]], str]] = {"V05": _with_zeros, "K12": _namesake}
"""Check → what the program proposes for a row, "" where it has nothing to propose."""


# A person's first record says where the person lives; the decisive result is the one the checks judge by.
_FIRST = """
CREATE TEMP TABLE first_records AS SELECT person_id, arg_min(record_id, (unit, coalesce(commune, '~'), record_id)) AS record_id FROM beneficiaries GROUP BY person_id;
"""
_DECISIVE = """
CREATE TEMP TABLE decisive AS
SELECT person_id, arg_max(match_id, (CASE result WHEN 'deceased' THEN 3 WHEN 'not_checked' THEN 0 WHEN 'matched' THEN 1 ELSE 2 END, match_id)) AS match_id
FROM register_matches WHERE person_id <> '' GROUP BY person_id;
"""
_WITHOUT_ACCOUNT = """
CREATE TEMP TABLE without_account AS
SELECT person_id, unit, commune AS home_commune FROM persons WHERE ready AND NOT has_account AND NOT declined
"""
# Of the list's persons without a payment, those who alone bear the name of a payment to nobody, in the same unit.
_NAMESAKES = """
CREATE TEMP TABLE namesakes AS
WITH named AS (SELECT DISTINCT y.unit, y.name_key FROM keyed_payments y JOIN listed f ON f.row_id = y.payment_id WHERE f.check_id = 'K12'),
paid AS (SELECT DISTINCT person_id FROM payments WHERE person_id <> '')
SELECT unit, name_key, min_by(source_file, place) AS namesake_file, min_by(source_sheet, place) AS namesake_sheet, min_by(source_row, place) AS namesake_row
FROM (SELECT *, (source_file, source_sheet, source_row) AS place FROM beneficiaries SEMI JOIN named USING (unit, name_key) ANTI JOIN paid USING (person_id))
GROUP BY unit, name_key HAVING count(DISTINCT person_id) = 1
"""
_MATCHES = "SELECT m.* FROM keyed_register_matches m WHERE m.unit = ?"
_WITHOUT = """
SELECT b.*, p.home_commune FROM without_account p JOIN first_records r USING (person_id) JOIN keyed_beneficiaries b USING (record_id) WHERE p.unit = ?
"""
_HOME = ", h.village, h.address, h.phone, h.commune_text"
_FINDINGS = {
    table: f"""
SELECT f.check_id, f.severity, f.commune AS home_commune, t.*{"" if table == "beneficiaries" else _HOME}{", n.* EXCLUDE (unit, name_key)" if table == "payments" else ""}
FROM listed f JOIN keyed_{table} t ON t.{key} = f.row_id
{"" if table == "beneficiaries" else "LEFT JOIN first_records r ON r.person_id = f.person_id LEFT JOIN keyed_beneficiaries h ON h.record_id = r.record_id"}
{"LEFT JOIN namesakes n ON n.unit = t.unit AND n.name_key = t.name_key" if table == "payments" else ""}
WHERE f."table" = '{table}' AND f.unit = ? AND f.who = ?"""
    for table, key in KEY_OF.items()
}
