"""Rows of one table → canonical columns, mends and quarantine, column by column with each distinct value read once."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from ansinh import store
from ansinh.campaign import Campaign
from ansinh.identity import dates, legacy, names
from ansinh.identity.banks import BRANCH_NAMED, BRAND_FIRST, Banks
from ansinh.intake import values
from ansinh.intake.below import Below, Section
from ansinh.intake.columns import BORN, NEEDED, OURS, READERS, SEX, TABLE_OF, field_for, fields_for, readers, reason_of, used_fields
from ansinh.intake.headings import Table
from ansinh.intake.places import Places, called_commune
from ansinh.intake.sheets import Row, Sheet
from ansinh.intake.unread import UNREAD, Tally
from ansinh.intake.words import Category, Words
from ansinh.store import NO_UNIT
from ansinh.units import search_key

LIST_OF_PERSONS = frozenset({"policy_text", "policy_code", "amount", "village", "declined_text"})
"""Fields that no bank knows: a list of accounts that has one is a beneficiary list with the accounts in it."""
AS_NAMED = (1.0, BRANCH_NAMED, BRAND_FIRST)
"""Confidences of banks that were found by a name as it is listed; others were found by likeness."""
VOTERS = 300
"""Cells of each column that vote on a sheet's encoding."""

Column = list[Any]
Kept = list[tuple[int, Row, Section]]


def sheet_encoding(columns: Iterable[Sequence[object]]) -> str | None:
    """Return tcvn3 or vni when a sheet is written so: single cells are ambiguous, many together are not."""
    votes: Counter[str | None] = Counter()
    for cells in columns:
        votes.update(legacy.detect(cell) for cell in cells[:VOTERS] if isinstance(cell, str) and not cell.isascii())
    total = sum(votes.values())
    votes.pop(None, None)
    encoding, count = next(iter(votes.most_common(1)), (None, 0))
    return encoding if count >= 3 and count > total * 0.2 else None


@dataclass
class Understood:
    """What one block of a sheet gave: canonical rows, mends, quarantine (tables of the store's schema), and how many data rows were read."""

    rows: pa.Table
    mends: pa.Table
    quarantine: pa.Table
    read: int


class SheetReader:
    """Reads the sheets of one file into canonical rows; `unread` counts what was not understood in all of them."""

    def __init__(self, kind: str, path: PurePosixPath, campaign: Campaign, places: Places, banks: Banks, words: Words) -> None:
        self.kind, self.path, self.campaign = kind, path, campaign
        self.places, self.banks = places, banks
        self.unread = Tally()
        self._readers, self._sex_reader = readers(kind, words), words.reader(SEX)
        self.unit = self._file_unit = places.unit_of_file(path)
        self.left_out: Counter[str] = Counter()
        self.elsewhere: tuple[str, ...] = ()
        self.rows_nowhere = 0
        self.unnamed: set[str] = set()
        self._mends: list[tuple[int, str, str, str, str, float | None]] = []
        self._positions: list[int] = []
        self._cells: dict[str, Column] = {}
        self._encoding: str | None = None
        self._sheet, self._named = "", ""

    def read(self, sheet: Sheet, table: Table) -> Iterator[Understood]:
        """Read one sheet with its table, block by block; rows read = rows kept + rows quarantined in each.

        Afterwards `left_out` counts the lines below the headings that were no data, `unnamed` names columns without heading,
        `elsewhere` districts in the titles that are not the campaign's, and `rows_nowhere` counts rows that no unit was found for.
        """
        self._encoding, self._sheet = None, sheet.name
        self._named = self._place_of(sheet, table)
        below = Below(table, [sheet.rows[row] for row in table.heading_rows])
        self.left_out, self.unnamed, self.rows_nowhere = below.left_out, set(), 0
        for first, rows in sheet.blocks(table.first):
            yield self._block(self._with_account(list(below.data(first, rows)), table), table)

    def _with_account(self, data: Kept, table: Table) -> Kept:
        """Leave out, of a beneficiary list that is read for its accounts, whoever has none; a bank's own list is taken whole."""
        if self.kind != "accounts" or not LIST_OF_PERSONS & table.columns.keys():
            return data
        at = table.columns["account_number"]
        kept = [row for row in data if at < len(row[1]) and not values.blank(row[1][at])]
        if len(kept) < len(data):
            self.left_out["row without account"] += len(data) - len(kept)
        return kept

    def _place_of(self, sheet: Sheet, table: Table) -> str:
        """Return what names the commune of a whole sheet, "" if nothing does: the sheet, the titles above, the file. Finds the unit too."""
        titles = [str(values.text(cell)[0] or "") for row in sheet.rows[: table.heading_rows[0]] for cell in row if isinstance(cell, str)]
        self.unit = self._file_unit or self.places.unit_in(titles)
        self.elsewhere = () if self.unit else self.places.elsewhere(titles)
        name = str(values.text(sheet.name)[0] or "")
        if self.places.commune(self.unit, name)[0] or called_commune(name):
            return name
        return next((found for text in (*titles, self.path.stem) if (found := self.places.commune_in(self.unit, text))), "")

    def _block(self, data: Kept, table: Table) -> Understood:
        self._lay(data, table)
        kept, quarantine = self._part(data, table)
        if len(kept) < len(data):
            self._lay(kept, table)
        self._mends = []
        if self.kind not in OURS:
            self._encoding = self._encoding or sheet_encoding(self._cells.values())
        columns = {name: self._column(name, reader) for name, reader in self._readers.items()}
        columns["unit"] = self._units()
        self.rows_nowhere += columns["unit"].count(NO_UNIT)
        if "full_name" in columns:
            self._birth(columns)
            columns["name_key"] = [names.key(text) if text else None for text in columns["full_name"]]
            getattr(self, f"_{self.kind}")(columns, kept)
        self._tally(table, columns.get("name_key", ()))
        columns["extra"] = self._extra(kept, table)
        columns["source_row"] = self._positions
        columns["source_file"], columns["source_sheet"] = [str(self.path)] * len(kept), [self._sheet] * len(kept)
        return Understood(conformed(TABLE_OF[self.kind], columns, len(kept)), self._told_mends(), quarantine, len(data))

    def _lay(self, data: Kept, table: Table) -> None:
        """Lay the cells of the known fields out column by column; names and numbers in two columns become one."""
        self._positions = [number for number, _, _ in data]
        columns = list(zip_longest(*(row for _, row, _ in data)))
        cells: dict[str, Column] = {
            name: list(columns[at]) if at < len(columns) else [None] * len(data) for name, at in table.columns.items()
        }
        if "family_name" in cells and "given_name" in cells:
            cells["full_name"] = [
                f"{values.plain(family)} {values.plain(given)}".strip()
                for family, given in zip(cells["family_name"], cells["given_name"], strict=True)
            ]
        if "old_number" in cells:
            now = cells.get("number", [None] * len(data))
            cells["number"] = [old if now in (None, "") else now for now, old in zip(now, cells["old_number"], strict=True)]
        self._cells = cells

    def _part(self, data: Kept, table: Table) -> tuple[Kept, pa.Table]:
        """Part the rows that can be understood from those that cannot, each with its reason."""
        known = self._known(len(data))
        kept = [row for row, knows in zip(data, known, strict=True) if knows]
        held = [row for row, knows in zip(data, known, strict=True) if not knows]
        count, (reason, reason_text) = len(held), reason_of(self.kind)
        columns_held: dict[str, Column] = {
            "source_row": [number for number, _, _ in held],
            "cells": [json.dumps(_headed(row, table), ensure_ascii=False) for _, row, _ in held],
            "kind": [self.kind] * count,
            "unit": [self.unit or NO_UNIT] * count,
            "reason": [reason] * count,
            "reason_text": [reason_text] * count,
            "source_file": [str(self.path)] * count,
            "source_sheet": [self._sheet] * count,
        }
        return kept, conformed(store.QUARANTINE, columns_held, count)

    def _known(self, count: int) -> list[bool]:
        """Tell of each row whether it says whose it is."""
        known = [False] * count
        for name, tells in NEEDED[self.kind].items():
            known = [knows or tells(cell) for knows, cell in zip(known, self._cells.get(name, [None] * count), strict=True)]
        if "full_name" in NEEDED[self.kind] and not all(known):
            there = [self._cells[name] for name in BORN if name in self._cells]
            dated = [any(map(values.has_digit, cells)) for cells in zip(*there, strict=True)] or [False] * count
            cells = self._cells.get("full_name", [None] * count)
            # «(Nguyễn Văn An)», born in 1950, is somebody all the same.
            known = [knows or (born and _bracketed(cell)) for knows, born, cell in zip(known, dated, cells, strict=True)]
        return known

    def _extra(self, kept: Kept, table: Table) -> Column:
        """Return per row the columns this kind of list does not know, as JSON; None where there are none."""
        used = used_fields(self.kind, table.columns)
        spare = dict(table.extra) | {table.texts[name]: at for name, at in table.columns.items() if name not in used}
        if "old_number" in table.columns and "number" in table.columns:
            spare[table.texts["old_number"]] = table.columns["old_number"]
        headed = {*table.columns.values(), *table.extra.values()}
        width = max((len(row) for _, row, _ in kept), default=0)
        for at in range(width):
            if at not in headed and any(at < len(row) and row[at] not in (None, "") for _, row, _ in kept):
                name = f"cột {letters(at)}"
                spare[name] = at
                self.unnamed.add(name)
        if not spare:
            return [None] * len(kept)
        return [
            json.dumps({name: values.plain(row[at]) for name, at in spare.items() if at < len(row)}, ensure_ascii=False)
            for _, row, _ in kept
        ]

    def _tally(self, table: Table, people: Sequence[str | None]) -> None:
        """Count what of this block was not understood."""
        categories = [name for name, how in READERS[self.kind].items() if isinstance(how, Category)]
        categories += ["sex"] if self.kind == "beneficiaries" else []
        cells = {name: self._cells.get(field_for(self.kind, name, self._cells), ()) for name in categories}
        filled = {name: sum(n for cell, n in Counter(column).items() if not values.blank(cell)) for name, column in cells.items()}
        named = {mend[1] for mend in self._mends}
        headings = {name: next((table.texts[of] for of in fields_for(self.kind, name) if of in table.texts), name) for name in named}
        self.unread.add(self._mends, filled, headings, people)

    def _column(self, column: str, reader: values.Reader) -> Column:
        cells = self._cells.get(field_for(self.kind, column, self._cells))
        if cells is None:
            return [None if column not in ("status", "result") else reader("")[0]] * len(self._positions)
        return self._each(column, cells, reader)

    def _each(self, column: str, cells: Column, reader: values.Reader) -> Column:
        """Read cells, each distinct one once; keep original and value where a rule mended it."""
        # 1, 1.0 and True are one key: where kinds of cell are mixed, the kind belongs to the key.
        keys = cells if len(set(map(type, cells))) == 1 else [(type(cell), cell) for cell in cells]
        read = partial(self._modern, reader=reader) if self._encoding else reader
        known: dict[object, object] = {}
        rules: dict[object, str] = {}
        for key, cell in dict(zip(keys, cells, strict=True)).items():
            value, rule = read(cell)
            known[key] = value
            if rule or (value is None and not values.blank(cell)):
                rules[key] = rule or UNREAD
        if rules:
            self._mends += [
                (position, column, values.plain(cell), _shown(known[key]), rules[key], None)
                for position, key, cell in zip(self._positions, keys, cells, strict=True)
                if key in rules
            ]
        return [known[key] for key in keys]

    def _modern(self, cell: object, reader: values.Reader) -> values.Read:
        if self._encoding and isinstance(cell, str) and not cell.isascii() and max(cell) <= "\xff":
            return reader(legacy.to_unicode(cell, self._encoding))[0], self._encoding
        return reader(cell)

    def _beneficiaries(self, columns: dict[str, Column], kept: Kept) -> None:
        columns["sex"] = self._sex()
        self._communes(columns, self._sections(columns, kept))
        empty: Column = [None] * len(kept)
        columns["incapable"] = ["mat" in text for text in _folded(self._cells.get("capacity", empty))]
        declined = _folded(self._cells.get("declined_text", empty))
        columns["declined"] = [bool(text) and text != "khong" for text in declined]
        columns["declined_confirmed"] = [text.startswith(("co ", "da ")) or text in ("co", "x") for text in declined]
        pairs = list(zip(columns["policy_code"], columns["policy_text"], strict=True))
        groups = {pair: self.campaign.group_of(pair[0]) if pair[0] else self._group(pair[1]) for pair in set(pairs)}
        columns["policy_group"] = [groups[pair] for pair in pairs]

    def _sections(self, columns: dict[str, Column], kept: Kept) -> Column:
        """Give rows what only the section line above them says: village and policy; returns each row's commune as such a line names it."""
        told = {section: self._told_by(section) for section in {section for _, _, section in kept}}
        for at, (_, _, section) in enumerate(kept):
            _, village, policy = told[section]
            columns["village"][at] = columns["village"][at] or village
            if policy and not columns["policy_text"][at] and not columns["policy_code"][at]:
                columns["policy_text"][at] = policy
        return [told[section][0] for _, _, section in kept]

    def _told_by(self, section: Section) -> tuple[str | None, str | None, str | None]:
        """Return the commune, village and policy that section lines name; the nearest line wins."""
        commune = village = policy = None
        for title in reversed(section.titles):
            if re.match(r"(thon|xom|to dan pho|tdp|khu|ap) ", search_key(title)):
                village = village or title
            elif self.places.commune(self.unit, title)[0]:
                commune = commune or title
            elif self._group(title) != "other":
                policy = policy or title
        return commune, village, policy

    def _communes(self, columns: dict[str, Column], sections: Column) -> None:
        """Find each row's commune: by its own column, else the section line above it, else what names the whole sheet."""
        texts = [text or section or self._named or None for text, section in zip(columns["commune_text"], sections, strict=True)]
        columns["commune_text"] = texts
        found = [self.places.commune(unit, str(text or "")) for unit, text in zip(columns["unit"], texts, strict=True)]
        # A unit that is a commune need not be named again by its own list.
        own = {unit: self.places.itself_commune(unit) for unit in set(columns["unit"])}
        columns["commune"] = [code if text else own[unit] for (code, _, _), text, unit in zip(found, texts, columns["unit"], strict=True)]
        self._propose("commune", texts, found)

    def _group(self, text: str | None) -> str:
        folded = search_key(text or "")
        for group in self.campaign.groups:
            if folded and any(search_key(name) in folded or folded in search_key(name) for name in (group.name, group.short)):
                return group.id
        return "other"

    def _register_matches(self, columns: dict[str, Column], kept: Kept) -> None:
        columns["result_text"] = [values.plain(cell) or None for cell in self._cells.get("result", [None] * len(kept))]

    def _accounts(self, columns: dict[str, Column], kept: Kept) -> None:
        columns["holder_key"] = [names.key(text) if text else None for text in columns["holder_name"]]
        columns["bank"] = self._banks(columns["bank_text"])
        opened = self._each("opened_at", self._cells.get("opened", [None] * len(kept)), values.moment)
        columns["opened_at"] = opened
        columns["opened_precision"] = [None if at is None else "day" if at.time() == dt.time() else "second" for at in opened]

    def _payments(self, columns: dict[str, Column], kept: Kept) -> None:
        columns["period"] = [period or self.campaign.period for period in columns["period"]]
        texts = self._each("bank", self._cells.get("bank_text", [None] * len(kept)), values.text)
        columns["bank"] = self._banks(texts)
        unknown = zip(self._positions, texts, columns["bank"], strict=True)
        # This table keeps no text of the list beside the code.
        self._mends += [(position, "bank", text, "", UNREAD, None) for position, text, code in unknown if text and not code]

    def _banks(self, texts: Column) -> Column:
        """Return the codes of banks as lists name them, None where none is meant; those found by likeness are told."""
        told = {text: self.banks.find(text) for text in set(texts) if text}
        found = [told.get(text, (None, 0.0)) for text in texts]
        self._propose("bank", texts, [(code, "bank_likeness" if code and sure not in AS_NAMED else "", sure) for code, sure in found])
        return [code for code, _ in found]

    def _units(self) -> Column:
        texts = self._cells.get("unit_text")
        if self.unit is not None or texts is None:
            return [self.unit or NO_UNIT] * len(self._positions)
        plain = [values.plain(values.text(cell)[0]) for cell in texts]
        known = {text: self.places.unit_named(text) or NO_UNIT for text in set(plain)}
        return [known[text] for text in plain]

    def _birth(self, columns: dict[str, Column]) -> None:
        cells = self._cells.get("birth") or self._birth_in_parts() or [None] * len(self._positions)
        found = self._each("birth_date", cells, _birth_reader(self.campaign.as_of))
        columns["birth_date"] = [item.date if item else None for item in found]
        columns["birth_year"] = [item.year if item else None for item in found]
        columns["birth_precision"] = [item.precision if item else None for item in found]
        columns["birth_text"] = [values.plain(cell) or None for cell in cells] if self.kind == "beneficiaries" else []

    def _birth_in_parts(self) -> Column:
        """Join a birth date in columns of its own: under «Nam» or «Nữ», or day, month and year apart."""
        of = self._cells.get
        if "birth_male" in self._cells or "birth_female" in self._cells:
            empty: Column = [None] * len(self._positions)
            return [her if him in (None, "") else him for him, her in zip(of("birth_male", empty), of("birth_female", empty), strict=True)]
        parts = [of(name) for name in ("birth_day", "birth_month", "birth_year")]
        there = [cells for cells in parts if cells]
        if not parts[2]:
            return []
        return ["/".join(text for cell in row if (text := values.plain(cell))) for row in zip(*there, strict=True)]

    def _sex(self) -> Column:
        if "sex" in self._cells:
            return self._each("sex", self._cells["sex"], self._sex_reader)
        empty: Column = [None] * len(self._positions)
        male = self._cells.get("sex_male", self._cells.get("birth_male", empty))
        female = self._cells.get("sex_female", self._cells.get("birth_female", empty))
        both = [(values.plain(him), values.plain(her)) for him, her in zip(male, female, strict=True)]
        for position, (him, her) in zip(self._positions, both, strict=True):
            if him and her:
                self._mends.append((position, "sex", f"{him} | {her}", "", UNREAD, None))
        return [None if bool(him) == bool(her) else "male" if him else "female" for him, her in both]

    def _propose(self, field: str, originals: Column, found: Sequence[tuple[str | None, str, float]]) -> None:
        for position, original, (value, rule, sure) in zip(self._positions, originals, found, strict=True):
            if rule:
                self._mends.append((position, field, original or "", value or "", rule, round(sure, 3)))

    def _told_mends(self) -> pa.Table:
        count = len(self._mends)
        names_of = ("source_row", "field", "original", "value", "rule", "confidence")
        columns: dict[str, Column] = dict(zip(names_of, map(list, zip(*self._mends, strict=True)), strict=True)) if count else {}
        columns |= {"source_file": [str(self.path)] * count, "source_sheet": [self._sheet] * count, "kind": [self.kind] * count}
        return conformed(store.MENDS, columns, count)


def conformed(table: store.Table, columns: Mapping[str, Column], count: int) -> pa.Table:
    """Return columns as a table of the store's schema; ids and links are still null."""
    arrays = [
        pa.array(columns[field.name], type=field.type) if columns.get(field.name) else pa.nulls(count, field.type) for field in table.schema
    ]
    return pa.Table.from_arrays(arrays, schema=table.schema)


def _headed(row: Row, table: Table) -> dict[str, str]:
    """Return a row's cells by the file's headings; a column without one is called by its letters, where it is filled."""
    heads = {at: table.texts[name] for name, at in table.columns.items()} | {at: text for text, at in table.extra.items()}
    told: dict[str, str] = {}
    for at, cell in enumerate(row):
        head, written = heads.get(at, ""), values.plain(cell)
        if head or written:
            told[f"{head} (cột {letters(at)})" if head in told else head or f"cột {letters(at)}"] = written
    return told


def letters(column: int) -> str:
    """Return a column's letters as a spreadsheet shows them: 0 → A, 27 → AB."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _bracketed(cell: object) -> bool:
    written = values.plain(cell)
    return values.in_brackets(written) and values.names_somebody(written[1:-1])


def _folded(cells: Column) -> list[str]:
    """Return cells as texts without case and diacritics, each distinct one folded once."""
    known = {cell: search_key(values.plain(cell)) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _shown(value: object) -> str:
    return dates.format(value) if isinstance(value, dates.PartialDate) else values.plain(value)


def _birth_reader(latest: dt.date) -> Callable[[object], values.Read]:
    def read(cell: object) -> values.Read:
        found = dates.parse(cell if isinstance(cell, (int, float, dt.date)) else values.plain(cell), latest=latest)
        return found, found.rule if found else ""

    return read
