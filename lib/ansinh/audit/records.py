"""Rows that never leave the desk: records behind a figure, masked unless revealed for a reason, and results of free analysis.

Every one carries a mark in its output, so that saving strips what was revealed and sealing refuses all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from ansinh import access
from ansinh.errors import UserError
from ansinh.identity import citizen_number
from ansinh.measures import Scope
from ansinh.show import escape

RESTRICTED = "application/vnd.ansinh.restricted+json"
"""The mark of restricted output: {"kind": "masked" | "revealed" | "analysis"}, as a MIME type of its own and in the output's metadata."""

Kind = Literal["masked", "revealed", "analysis"]

NOTES: dict[Kind, str] = {
    "masked": 'Dùng nội bộ: số định danh đã che. Xem đầy đủ: records(reveal=True, reason="lý do"); việc xem được ghi nhật ký.',
    "revealed": "HẠN CHẾ: dữ liệu cá nhân. Lần xem này đã ghi nhật ký; kết quả bị gỡ khỏi sổ tay khi lưu.",
    "analysis": "Dùng nội bộ: kết quả chưa qua kiểm soát công bố (số nhỏ chưa che), không đưa lên trang.",
}

PERSONAL = ("full_name", "number", "birth_text", "address", "phone", "account_number", "holder_name")
"""Columns that `reveal` opens, as far as the table has them."""


@dataclass(frozen=True, repr=False)
class Records:
    """Rows for the auditor's eyes. `frame` holds those fetched, `total` counts all there are, `sql` lists them.

    `persons` counts the different persons of all these rows, None where a row is nobody's.
    """

    frame: pd.DataFrame
    total: int
    sql: str
    kind: Kind
    persons: int | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, key: Any) -> Any:
        return self.frame[key]

    @property
    def note(self) -> str:
        """How many of how many rows these are, and what may be done with them."""
        whose = "" if self.persons is None else f" của {self.persons} người (số trên trang công bố đã làm tròn)"
        more = " Xem nhiều hơn: limit=…" if len(self.frame) < self.total else ""
        return f"{len(self.frame)} trong {self.total} dòng{whose}.{more} {NOTES[self.kind]}"

    def __repr__(self) -> str:
        return f"{self.frame.to_string(index=False)}\n{self.note}" if len(self.frame) else self.note

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        mark = {"kind": self.kind}
        return {"text/html": self._html(), "text/plain": repr(self), RESTRICTED: mark}, {RESTRICTED: mark}

    def _html(self) -> str:
        head = "".join(f"<th scope='col'>{escape(column)}</th>" for column in self.frame.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{'' if pd.isna(value) is True else escape(value)}</td>" for value in row) + "</tr>"
            for row in self.frame.itertuples(index=False)
        )
        return f"<table class='as-restricted'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{escape(self.note)}</p>"


def fetch(scope: Scope, sql: str, *, limit: int, what: str, reveal: bool, reason: str, personal: Sequence[str] = PERSONAL) -> Records:
    """Return up to `limit` rows of `sql`, whose columns may include those of `personal`: without `reveal` these are masked or left out.

    `reveal` needs a reason and is written to the access log before anything is shown. Raises UserError without one.
    """
    if limit < 1:
        raise UserError(f"limit is {limit}; ask for at least one record.")
    if reveal and not reason.strip():
        raise UserError('To reveal persons say why, for the access log: records(reveal=True, reason="complaint of 12 January").')
    frame = scope.query(f"{sql} LIMIT {int(limit)}", what)
    told = scope.query(
        f"SELECT count(*) AS rows{', count(DISTINCT person_id) AS persons' if 'person_id' in frame else ''} FROM ({sql})", what
    )
    if reveal:
        access.log(scope.workspace, scope.campaign, action=f"reveal {what}", unit=scope.place, rows=len(frame), reason=reason.strip())
    else:
        masked = [citizen_number.mask(number) if isinstance(number, str) else "" for number in frame["number"]]
        frame = frame.drop(columns=[name for name in personal if name in frame]).assign(masked_number=masked)
    persons = int(told["persons"].iloc[0]) if "persons" in told else None
    return Records(frame, int(told["rows"].iloc[0]), sql, "revealed" if reveal else "masked", persons)
