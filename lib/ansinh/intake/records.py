"""Rows of one table → canonical columns, mends and quarantine, column by column with each distinct value read once."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import pandas as pd

from ansinh.campaign import Campaign
from ansinh.identity import dates, legacy, names
from ansinh.identity.banks import Banks
from ansinh.intake import values
from ansinh.intake.headings import Table, is_data
from ansinh.intake.places import Places
from ansinh.intake.sheets import Row, Sheet
from ansinh.store import NO_UNIT
from ansinh.units import search_key

Reader = values.Reader

READERS: Mapping[str, Mapping[str, Reader]] = {
    "beneficiaries": {
        "full_name": values.name,
        "number": values.number,
        "number_issued": values.day,
        "address": values.text,
        "village": values.text,
        "commune_text": values.text,
        "policy_code": values.text,
        "policy_text": values.text,
        "amount": values.amount,
        "status": values.chosen(values.STATES, "active"),
        "phone": values.phone,
        "receiver_name": values.name,
        "receiver_relation": values.text,
        "receiver_number": values.number,
        "declined_reason": values.text,
        "payment_method": values.chosen(values.METHODS),
        "note": values.text,
    },
    "register_matches": {
        "number": values.number,
        "full_name": values.name,
        "result": values.chosen(values.RESULTS),
        "checked_on": values.day,
        "note": values.text,
    },
    "accounts": {
        "number": values.number,
        "full_name": values.name,
        "account_number": values.account,
        "holder_name": values.text,
        "bank_text": values.text,
        "channel": values.chosen(values.CHANNELS),
        "status": values.chosen(values.ACCOUNT_STATES),
        "note": values.text,
    },
    "payments": {
        "period": values.period,
        "number": values.number,
        "full_name": values.name,
        "policy_code": values.text,
        "amount": values.amount,
        "method": values.chosen(values.METHODS),
        "result": values.chosen(values.PAYMENT_RESULTS),
        "return_reason": values.text,
        "paid_on": values.day,
        "account_number": values.account,
    },
    "corrections": {
        "row_key": values.verbatim,
        "check_id": values.verbatim,
        "field": values.verbatim,
        "found_value": values.verbatim,
        "value": values.verbatim,
        "answer": values.verbatim,
        "note": values.verbatim,
    },
}
"""Kind of list → canonical column → reader."""

HEADING_OF = {
    "accounts": {"channel": "channel_text"},
    "payments": {"method": "payment_method"},
    "corrections": {"field": "mended_field", "value": "right_value", "note": "answer_note"},
}
"""Kind of list → canonical column → field of params/headings.yml, where they differ."""
UNREAD = "unread"
"""Rule of a value that could not be read: it is null, and the original stands in `mends`."""


def sheet_encoding(columns: Iterable[Sequence[object]]) -> str | None:
    """Return tcvn3 or vni when a sheet is written so: single cells are ambiguous, many together are not."""
    votes: Counter[str | None] = Counter()
    for cells in columns:
        votes.update(legacy.detect(cell) for cell in cells[:VOTERS] if isinstance(cell, str) and not cell.isascii())
    total = sum(votes.values())
    votes.pop(None, None)
    encoding, count = next(iter(votes.most_common(1)), (None, 0))
    return encoding if count >= 3 and count > total * 0.2 else None


NO_IDENTITY = ("no_identity", "Dòng không có họ tên và không có số định danh nên không biết là của ai. Bổ sung rồi gửi lại.")
NO_KEY = ("no_key", "Dòng không có mã dòng nên không biết sửa bản ghi nào. Lấy lại tệp gốc, không xóa cột Mã dòng.")
"""Reason code and reason of rows that cannot be understood."""
VOTERS = 300
"""Cells of each column that vote on a sheet's encoding."""


@dataclass
class Understood:
    """What one sheet gave: canonical rows, mends, quarantine, and how many data rows were read."""

    rows: pd.DataFrame
    mends: pd.DataFrame
    quarantine: pd.DataFrame
    read: int
    notes: list[str] = field(default_factory=list)


class SheetReader:
    """Reads the sheets of one file into canonical rows."""

    def __init__(self, kind: str, path: PurePosixPath, campaign: Campaign, places: Places, banks: Banks) -> None:
        self.kind, self.path, self.campaign = kind, path, campaign
        self.places, self.banks = places, banks
        self.unit = places.unit_of_file(path)
        self._mends: list[pd.DataFrame] = []
        self._positions: list[int] = []
        self._cells: dict[str, list[object]] = {}
        self._encoding: str | None = None

    def read(self, sheet: Sheet, table: Table) -> Iterator[Understood]:
        """Read one sheet with its table, block by block; rows read = rows kept + rows quarantined in each."""
        heading = sheet.rows[table.heading_rows[-1]]
        self._encoding = None
        for first, rows in sheet.blocks(table.first):
            data = [(number, row) for number, row in enumerate(rows, first + 1) if is_data(row, table, heading)]
            yield self._block(sheet.name, data, table)

    def _block(self, sheet: str, data: list[tuple[int, Row]], table: Table) -> Understood:
        kept, quarantine = self._part(data, table, sheet)
        self._positions = [number for number, _ in kept]
        self._cells = {name: [row[column] if column < len(row) else None for _, row in kept] for name, column in table.columns.items()}
        self._mends = []
        if self.kind != "corrections":  # our own sheet, in Unicode
            self._encoding = self._encoding or sheet_encoding(self._cells.values())
        frame = pd.DataFrame({"source_row": self._positions})
        for column, reader in READERS[self.kind].items():
            # As objects: a column of texts and nothings must keep its nothings.
            frame[column] = pd.Series(self._column(column, reader), dtype=object)
        getattr(self, f"_{self.kind}")(frame, sheet)
        frame["source_file"], frame["source_sheet"] = str(self.path), sheet
        if self.kind == "beneficiaries" and table.extra:
            frame["extra"] = [
                json.dumps({name: values.plain(row[at]) for name, at in table.extra.items() if at < len(row)}, ensure_ascii=False)
                for _, row in kept
            ]
        mends = pd.concat(self._mends, ignore_index=True) if self._mends else pd.DataFrame()
        if len(mends):
            mends["source_file"], mends["source_sheet"], mends["kind"] = str(self.path), sheet, self.kind
        return Understood(frame, mends, quarantine, len(data))

    def _part(self, data: list[tuple[int, Row]], table: Table, sheet: str) -> tuple[list[tuple[int, Row]], pd.DataFrame]:
        """Part the rows that can be understood from those that cannot, each with its reason."""
        kept, held = [], []
        wanted = {
            "beneficiaries": ("full_name", "number"),
            "register_matches": ("number", "full_name"),
            "accounts": ("account_number", "number", "full_name"),
            "payments": ("number", "full_name"),
            "corrections": ("row_key",),
        }[self.kind]
        columns = [table.columns[name] for name in wanted if name in table.columns]
        for number, row in data:
            if any(column < len(row) and values.plain(row[column]) for column in columns):
                kept.append((number, row))
            else:
                held.append((number, row))
        frame = pd.DataFrame({"source_row": [number for number, _ in held]})
        frame["cells"] = [json.dumps([values.plain(cell) for cell in row], ensure_ascii=False) for _, row in held]
        frame["kind"], frame["unit"] = self.kind, self.unit or NO_UNIT
        frame["reason"], frame["reason_text"] = NO_KEY if self.kind == "corrections" else NO_IDENTITY
        frame["source_file"], frame["source_sheet"] = str(self.path), sheet
        return kept, frame

    def _column(self, column: str, reader: Reader) -> list[object]:
        cells = self._cells.get(HEADING_OF.get(self.kind, {}).get(column, column))
        if cells is None:
            return [None if column not in ("status", "result") else reader("")[0]] * len(self._positions)
        return self._each(column, cells, reader)

    def _each(self, column: str, cells: list[object], reader: Reader) -> list[object]:
        """Read cells, each distinct one once; keep original and value where a rule mended it."""
        known: dict[tuple[type, object], values.Read] = {}
        found = []
        mended: list[tuple[int, str, str, str]] = []
        for position, cell in zip(self._positions, cells, strict=True):
            key = (type(cell), cell)
            if key not in known:
                value, rule = self._modern(cell, reader)
                known[key] = (value, rule or (UNREAD if value is None and values.plain(cell) else ""))
            value, rule = known[key]
            found.append(value)
            if rule:
                mended.append((position, values.plain(cell), _shown(value), rule))
        if mended:
            frame = pd.DataFrame(mended, columns=["source_row", "original", "value", "rule"])
            frame["field"] = column
            self._mends.append(frame)
        return found

    def _modern(self, cell: object, reader: Reader) -> values.Read:
        if self._encoding and isinstance(cell, str) and not cell.isascii() and max(cell) <= "\xff":
            return reader(legacy.to_unicode(cell, self._encoding))[0], self._encoding
        return reader(cell)

    def _beneficiaries(self, frame: pd.DataFrame, sheet: str) -> None:
        self._birth(frame)
        frame["sex"] = self._sex()
        frame["name_key"] = [names.key(text) if text else None for text in frame["full_name"]]
        frame["unit"] = self._units(frame)
        named = self._modern(sheet, values.text)[0]
        texts = frame["commune_text"] if frame["commune_text"].notna().any() else pd.Series(named, index=frame.index)
        frame["commune_text"] = texts
        places = [self.places.commune(unit, str(text or "")) for unit, text in zip(frame["unit"], texts, strict=True)]
        frame["commune"] = [code for code, _ in places]
        self._told(frame, "commune", texts, [rule for _, rule in places])
        capacity = self._cells.get("capacity", [None] * len(frame))
        frame["incapable"] = [bool(values.plain(cell)) and "mat" in search_key(values.plain(cell)) for cell in capacity]
        declined = [search_key(values.plain(cell)) for cell in self._cells.get("declined_text", [None] * len(frame))]
        frame["declined"] = [bool(text) and text != "khong" for text in declined]
        frame["declined_confirmed"] = [text.startswith(("co ", "da ")) or text in ("co", "x") for text in declined]
        groups = {
            text: self._group(code, text) for code, text in set(zip(frame["policy_code"], frame["policy_text"], strict=True)) if not code
        }
        frame["policy_group"] = [
            self.campaign.group_of(code) if code else groups[text]
            for code, text in zip(frame["policy_code"], frame["policy_text"], strict=True)
        ]

    def _group(self, code: str | None, text: str | None) -> str:
        folded = search_key(text or "")
        for group in self.campaign.groups:
            if folded and any(search_key(name) in folded or folded in search_key(name) for name in (group.name, group.short)):
                return group.id
        return "other"

    def _register_matches(self, frame: pd.DataFrame, sheet: str) -> None:
        self._birth(frame)
        frame["name_key"] = [names.key(text) if text else None for text in frame["full_name"]]
        frame["result_text"] = [values.plain(cell) or None for cell in self._cells.get("result", [None] * len(frame))]
        frame["unit"] = self._units(frame)

    def _accounts(self, frame: pd.DataFrame, sheet: str) -> None:
        self._birth(frame)
        frame["name_key"] = [names.key(text) if text else None for text in frame["full_name"]]
        frame["holder_key"] = [names.key(text) if text else None for text in frame["holder_name"]]
        frame["bank"] = [self.banks.find(text)[0] if text else None for text in frame["bank_text"]]
        opened = self._each("opened_at", self._cells.get("opened", [None] * len(frame)), values.moment)
        frame["opened_at"] = pd.Series(opened, index=frame.index, dtype="datetime64[s]")
        midnight = frame["opened_at"].dt.normalize() == frame["opened_at"]
        frame["opened_precision"] = midnight.map({True: "day", False: "second"}).where(frame["opened_at"].notna(), None)
        frame["unit"] = self._units(frame)

    def _payments(self, frame: pd.DataFrame, sheet: str) -> None:
        self._birth(frame)
        frame["name_key"] = [names.key(text) if text else None for text in frame["full_name"]]
        frame["period"] = frame["period"].fillna(self.campaign.period)
        frame["unit"] = self._units(frame)

    def _corrections(self, frame: pd.DataFrame, sheet: str) -> None:
        frame["unit"] = self.unit or NO_UNIT

    def _units(self, frame: pd.DataFrame) -> list[str]:
        texts = self._cells.get("unit_text")
        if self.unit is not None or texts is None:
            return [self.unit or NO_UNIT] * len(frame)
        known = {text: self.places.unit_named(text) or NO_UNIT for text in {values.plain(cell) for cell in texts}}
        return [known[values.plain(cell)] for cell in texts]

    def _birth(self, frame: pd.DataFrame) -> None:
        cells = self._cells.get("birth", [None] * len(frame))
        latest = self.campaign.as_of
        found = self._each("birth_date", cells, _birth_reader(latest))
        frame["birth_date"] = [item.date if item else None for item in found]  # type: ignore[attr-defined]
        frame["birth_year"] = pd.array([item.year if item else None for item in found], dtype="Int64")  # type: ignore[attr-defined]
        frame["birth_precision"] = [item.precision if item else None for item in found]  # type: ignore[attr-defined]
        if self.kind == "beneficiaries":
            frame["birth_text"] = [values.plain(cell) or None for cell in cells]

    def _sex(self) -> list[object]:
        if "sex" in self._cells:
            return self._each("sex", self._cells["sex"], values.chosen(values.SEXES))
        male = self._cells.get("sex_male", [None] * len(self._positions))
        female = self._cells.get("sex_female", [None] * len(self._positions))
        return [_two_columns(values.plain(first), values.plain(second)) for first, second in zip(male, female, strict=True)]

    def _told(self, frame: pd.DataFrame, column: str, originals: pd.Series, rules: list[str]) -> None:
        rows = [at for at, rule in enumerate(rules) if rule]
        if rows:
            told = pd.DataFrame(
                {"source_row": frame["source_row"].iloc[rows], "original": originals.iloc[rows], "value": frame[column].iloc[rows]}
            )
            self._mends.append(told.assign(rule=[rules[at] for at in rows], field=column))


def _shown(value: object) -> str:
    return dates.format(value) if isinstance(value, dates.PartialDate) else values.plain(value)


def _two_columns(male: str, female: str) -> str | None:
    if bool(male) == bool(female):
        return None
    return "male" if male else "female"


def _birth_reader(latest: dt.date) -> Callable[[object], values.Read]:
    def read(cell: object) -> values.Read:
        found = dates.parse(cell if isinstance(cell, (int, float, dt.date)) else values.plain(cell), latest=latest)
        return found, found.rule if found else ""

    return read
