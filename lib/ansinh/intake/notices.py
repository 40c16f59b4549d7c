"""What is noticed of a sheet that was read, in sentences without a value of a list: what it lacks first, what is only extra after it."""

from __future__ import annotations

from collections.abc import Mapping

from ansinh.intake.columns import used_fields
from ansinh.intake.headings import Headings, Table
from ansinh.intake.records import SheetReader
from ansinh.intake.sheets import Sheet
from ansinh.units import search_key

IMPORTANT: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "beneficiaries": {
        "number": ("number", "old_number"),
        "birth": ("birth", "birth_male", "birth_female", "birth_year"),
        "amount": ("amount", "paid_amount"),
        "policy": ("policy_code", "policy_text"),
    },
    "register_matches": {"number": ("number", "old_number"), "result": ("result",)},
    "accounts": {
        "number": ("number", "old_number"),
        "account_number": ("account_number",),
        "holder_name": ("holder_name",),
        "bank": ("bank_text",),
    },
    "payments": {
        "number": ("number", "old_number"),
        "amount": ("paid_amount", "amount"),
        "method": ("payment_method",),
        "result": ("result",),
    },
}
"""Kind of list → what figures rest on → the fields of params/headings.yml that give it."""
ALIKE = 0.34
"""Share of words, 0 to 1, that a heading must have in common with a known one to be told as perhaps meant."""
GENERAL = frozenset({"so", "ten", "ngay", "ma", "va", "cua", "ho", "nguoi", "muc", "dong", "cac", "loai", "noi", "theo"})
"""Words of headings that tell nothing alone."""


def notes(sheet: Sheet, table: Table, reader: SheetReader, headings: Headings) -> list[str]:
    """Return what was noticed: missing and hidden parts, rows without a unit, lines left out, columns kept as extra."""
    used = used_fields(reader.kind, table.columns)
    spare = [*table.extra, *(table.texts[name] for name in table.columns if name not in used), *sorted(reader.unnamed)]
    said = lacking(reader, table, headings)
    said += _nowhere(reader, table)
    said += [f"{sheet.hidden}, read all the same"] if sheet.hidden else []
    left = ", ".join(f"{count} {_several(what, count)}" for what, count in sorted(reader.left_out.items()))
    said += [f"left out as no data: {left}"] if left else []
    said += [f"columns kept as extra: {', '.join(spare)}"] if spare else []
    if reader.kind == "beneficiaries" and "account_number" in table.columns:
        said.append("to read the accounts in it too, name the file under sources.accounts as well")
    return said


def lacking(reader: SheetReader, table: Table, headings: Headings) -> list[str]:
    """Return which important fields no column gives, and which unknown headings may be one of them."""
    wanted = IMPORTANT.get(reader.kind, {})
    missing = {what: fields for what, fields in wanted.items() if not {*fields} & table.columns.keys()}
    if reader.left_out["section line"]:
        missing.pop("policy", None)  # the lines between the rows may say it
    if not missing:
        return []
    said = [f"no column for {', '.join(f'{what} («{headings.usual(fields[0])}»)' for what, fields in missing.items())}"]
    for heading in table.extra:
        meant = _resembles(heading, headings)
        what = next((what for what, fields in missing.items() if meant in fields), "")
        if what:
            said.append(f"«{heading}» may be {what}: if so, add it to {meant} in params/headings.yml")
    return said


def _resembles(heading: str, headings: Headings) -> str:
    """Return the field whose synonyms share most words with an unknown heading, "" when none does."""
    words = _telling(search_key(heading))
    best, field = 0.0, ""
    for synonym, name in headings.synonyms.items():
        others = _telling(synonym)
        share = len(words & others) / max(len(words | others), 1)
        if share > best:
            best, field = share, name
    return field if best >= ALIKE else ""


def _telling(folded: str) -> set[str]:
    return set(folded.split()) - GENERAL


def _nowhere(reader: SheetReader, table: Table) -> list[str]:
    """Return that the titles name a district of elsewhere, and that rows of a beneficiary list remain without a unit.

    Other lists may cover the whole place: their rows are where their persons are.
    """
    if reader.unit is not None:
        return []
    said = [f"the titles name {name}, which is not in this campaign" for name in reader.elsewhere]
    if reader.kind != "beneficiaries" or not reader.rows_nowhere:
        return said
    if "unit_text" in table.columns:
        what = "row is" if reader.rows_nowhere == 1 else "rows are"
        return [*said, f"{reader.rows_nowhere:,} {what} from no unit of this campaign by «{table.texts['unit_text']}»"]
    if said:
        return [*said, "so its rows are from no unit: mend units.root of the campaign file, or take the file out"]
    return ["neither the file's name nor its titles say which unit it is from: begin the file's name with the unit's code"]


def _several(what: str, count: int) -> str:
    return what if count == 1 else what.replace("row ", "rows ", 1) if what.startswith("row ") else f"{what}s"
