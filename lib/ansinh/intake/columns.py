"""Which canonical column of which kind of list is read by what, and from which of the fields that headings mean."""

from __future__ import annotations

from collections.abc import Mapping

from ansinh import store
from ansinh.intake import values
from ansinh.intake.values import Reader

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
}
"""Kind of list → canonical column → reader."""

FIELDS_OF: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "beneficiaries": {"amount": ("amount", "paid_amount")},
    "accounts": {"channel": ("channel_text",)},
    "payments": {"amount": ("paid_amount", "amount"), "method": ("payment_method",)},
}
"""Kind → canonical column → fields of params/headings.yml it may come from, the best first; elsewhere both have one name."""

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
_MORE = {
    "beneficiaries": ("sex", "sex_male", "sex_female", "capacity", "declined_text", "unit_text"),
    "register_matches": ("unit_text",),
    "accounts": ("opened", "unit_text"),
    "payments": ("unit_text",),
}

NEEDED: Mapping[str, tuple[str, ...]] = {
    "beneficiaries": ("full_name", "number"),
    "register_matches": ("number", "full_name"),
    "accounts": ("account_number", "number", "full_name"),
    "payments": ("number", "full_name"),
}
"""Kind → columns of which a row must have one: without, nobody knows whose it is, and it waits."""

TABLE_OF: Mapping[str, store.Table] = {
    "beneficiaries": store.BENEFICIARIES,
    "register_matches": store.REGISTER_MATCHES,
    "accounts": store.ACCOUNTS,
    "payments": store.PAYMENTS,
}


def field_for(kind: str, column: str, there: Mapping[str, int]) -> str:
    """Return the field a canonical column is read from, given the fields `there` are."""
    choices = FIELDS_OF.get(kind, {}).get(column, (column,))
    return next((name for name in choices if name in there), choices[0])


def used_fields(kind: str, there: Mapping[str, int]) -> frozenset[str]:
    """Return the fields of headings a kind of list reads; a known field outside it is kept as extra."""
    return frozenset({field_for(kind, column, there) for column in READERS[kind]} | {*_PERSON, *_MORE[kind]})
