"""How the period's payment reached the people (D5): persons and VND, by account, in cash, returned, not yet."""

from __future__ import annotations

from ansinh.disclosure import Counts
from ansinh.measures.scope import Scope, one_row

COUNTS = {
    "persons": "count(*)",
    "paid_people": "count(*) FILTER (payment <> 'none')",
    "by_account": "count(*) FILTER (payment = 'account')",
    "in_cash": "count(*) FILTER (payment = 'cash')",
    "returned_people": "count(*) FILTER (payment = 'returned')",
    "holders_paid": "count(*) FILTER (usable_account AND payment IN ('account', 'cash', 'returned'))",
    "holders_by_account": "count(*) FILTER (usable_account AND payment = 'account')",
    "holders_in_cash": "count(*) FILTER (usable_account AND payment = 'cash')",
}
PARTS = {
    **{"persons": None, "paid_people": "persons", "by_account": "paid_people", "in_cash": "paid_people", "returned_people": "paid_people"},
    **{"holders_paid": "paid_people", "holders_by_account": "holders_paid", "holders_in_cash": "holders_paid"},
}
RATES = {"cashless_rate": ("by_account", "paid_people"), "holders_rate": ("holders_by_account", "holders_paid")}
AMOUNTS = {"vnd_account": "sum(paid_account)", "vnd_cash": "sum(paid_cash)", "vnd_returned": "sum(returned)"}


def whole(scope: Scope) -> Counts:
    """Return persons and VND of the period for the whole scope, one row."""
    return one_row(
        scope, COUNTS | AMOUNTS, PARTS, RATES, {"vnd_account": "by_account", "vnd_cash": "in_cash", "vnd_returned": "returned_people"}
    )


def rates(scope: Scope) -> Counts:
    """Return persons paid, by account and in cash, per row and in total."""
    chosen = ("persons", "paid_people", "by_account", "in_cash", "returned_people", "holders_paid", "holders_by_account", "holders_in_cash")
    return Counts(scope.by_row({name: COUNTS[name] for name in chosen}), ("code", "name"), PARTS, RATES, total="is_total")
