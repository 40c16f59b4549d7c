"""Which canonical column of which kind of list is read by what, and from which of the fields that headings mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansinh import store
from ansinh.intake import values
from ansinh.intake.values import Reader
from ansinh.intake.words import Category, Words

READERS: Mapping[str, Mapping[str, Reader | Category]] = {
    "beneficiaries": {
        "full_name": values.name,
        "number": values.number,
        "number_issued": values.day,
        "address": values.text,
        "village": values.text,
        "commune_text": values.text,
        "policy_code": values.code,
        "policy_text": values.text,
        "amount": values.amount,
        "status": Category("status", empty="active", otherwise="active"),
        "phone": values.phone,
        "receiver_name": values.name,
        "receiver_relation": values.text,
        "receiver_number": values.number,
        "declined_reason": values.text,
        "payment_method": Category("payment_method"),
        "note": values.text,
    },
    "register_matches": {
        "number": values.number,
        "full_name": values.name,
        "result": Category("register_result", empty="not_checked"),
        "checked_on": values.day,
        "note": values.text,
    },
    "accounts": {
        "number": values.number,
        "full_name": values.name,
        "account_number": values.account,
        "holder_name": values.text,
        "bank_text": values.text,
        "channel": Category("channel"),
        "status": Category("account_status", empty="active"),
        "note": values.text,
    },
    "payments": {
        "period": values.period,
        "number": values.number,
        "full_name": values.name,
        "policy_code": values.code,
        "amount": values.amount,
        "method": Category("payment_method"),
        "result": Category("payment_result", empty="paid"),
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
"""Kind of list → canonical column → reader. A list of persons has a full_name, and is read further for what all persons have."""

SEX = Category("sex")
"""How a column of a person's sex is read; where there is none, columns «Nam» and «Nữ» may tell."""

OURS = frozenset({"corrections"})
"""Kinds of list that we have laid out ourselves: they are in Unicode, whatever they quote looks like."""

FIELDS_OF: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "beneficiaries": {"amount": ("amount", "paid_amount")},
    "accounts": {"channel": ("channel_text",)},
    "payments": {"amount": ("paid_amount", "amount"), "method": ("payment_method",)},
    "corrections": {"field": ("mended_field",), "value": ("right_value",), "note": ("answer_note",)},
}
"""Kind → canonical column → fields of params/headings.yml it may come from, the best first; elsewhere both have one name."""

_MADE_OF = {
    "full_name": ("full_name", "given_name"),
    "number": ("number", "old_number"),
    "birth_date": ("birth", "birth_male", "birth_female", "birth_year"),
    "sex": ("sex", "sex_male", "birth_male"),
    "opened_at": ("opened",),
    "bank": ("bank_text",),
}
"""Canonical column → fields it is made of, where these are called otherwise."""

_PERSON = (
    "given_name",
    "family_name",
    "old_number",
    "birth",
    "birth_male",
    "birth_female",
    "birth_day",
    "birth_month",
    "birth_year",
    "stt",
)
_ABOUT = ("full_name", "sex", "number", "address", "village", "phone", "commune_text", "policy_code", "amount", "paid_amount")
_MORE = {
    "beneficiaries": ("sex", "sex_male", "sex_female", "capacity", "declined_text", "unit_text"),
    "register_matches": ("unit_text",),
    "accounts": ("opened", "unit_text"),
    "payments": ("bank_text", "unit_text"),
    # A worklist says whom and what a row is about to whoever fills it in; intake knows that already.
    "corrections": (*_ABOUT, "payment_method", "account_number", "holder_name", "priority", "reason", "remedy", "proposal"),
}

_SOMEBODY: Mapping[str, Callable[[object], bool]] = {"number": values.has_digit, "full_name": values.names_somebody}
NEEDED: Mapping[str, Mapping[str, Callable[[object], bool]]] = {
    "beneficiaries": _SOMEBODY,
    "register_matches": _SOMEBODY,
    "accounts": {"account_number": values.has_digit, **_SOMEBODY},
    "payments": _SOMEBODY,
    "corrections": {"row_key": lambda cell: not values.blank(cell)},
}
"""Kind → columns of which a row must have one, and when it has it: without, nobody knows whose it is, and it waits."""
BORN = ("birth", "birth_male", "birth_female", "birth_year")
"""Columns that show that even a name in brackets is somebody's."""
_NO_IDENTITY = ("no_identity", "Dòng không có họ tên và không có số định danh nên không biết là của ai. Bổ sung rồi gửi lại.")
_WAITS = {
    "corrections": ("no_key", "Dòng không có mã dòng nên không biết sửa bản ghi nào. Lấy lại tệp gốc, không xóa cột Mã dòng."),
}

TABLE_OF: Mapping[str, store.Table] = {
    "beneficiaries": store.BENEFICIARIES,
    "register_matches": store.REGISTER_MATCHES,
    "accounts": store.ACCOUNTS,
    "payments": store.PAYMENTS,
    "corrections": store.CORRECTIONS,
}


def readers(kind: str, words: Words) -> dict[str, Reader]:
    """Return canonical column → reader for a kind of list, with the words that categories are read by."""
    return {name: words.reader(how) if isinstance(how, Category) else how for name, how in READERS[kind].items()}


def reason_of(kind: str) -> tuple[str, str]:
    """Return the code, and the words, of why a row without what is needed waits."""
    return _WAITS.get(kind, _NO_IDENTITY)


def field_for(kind: str, column: str, there: Mapping[str, object]) -> str:
    """Return the field a canonical column is read from, given the fields `there` are."""
    choices = FIELDS_OF.get(kind, {}).get(column, (column,))
    return next((name for name in choices if name in there), choices[0])


def fields_for(kind: str, column: str) -> tuple[str, ...]:
    """Return the fields of headings a canonical column may come from, the usual one first, also where it is made of several."""
    return (*_MADE_OF.get(column, ()), *FIELDS_OF.get(kind, {}).get(column, ()), column)


def used_fields(kind: str, there: Mapping[str, int]) -> frozenset[str]:
    """Return the fields of headings a kind of list reads; a known field outside it is kept as extra."""
    return frozenset({field_for(kind, column, there) for column in READERS[kind]} | {*_PERSON, *_MORE[kind]})
