"""The few errors a user meets, each with its exit code.

A message is one sentence that names the file, sheet, row, column or parameter, and one that says the remedy.
It never carries a person's value (name, number, account, phone): messages travel into logs.
"""

from __future__ import annotations


class AnsinhError(Exception):
    """Any error with words meant for the user; shown without a traceback."""

    exit_code = 3

    def _render_traceback_(self) -> list[str]:
        """Show the words alone in a notebook too (IPython asks for this by name)."""
        return [f"{type(self).__name__}: {self}"]


class NoSuchCall(AnsinhError, AttributeError):
    """A name that an audit or one of its areas does not have; the message says which is near."""

    exit_code = 2


class UserError(AnsinhError):
    """Something the user gave is not right, and the user can mend it."""

    exit_code = 2


class CampaignError(UserError):
    """The campaign file says something that is not allowed."""


class UnknownUnit(UserError):
    """A unit's code or name that the campaign's register does not know."""


class SourceError(UserError):
    """A source file that cannot be read at all."""


class NotReady(UserError):
    """A step needs an earlier one, which has not run for this campaign and as-of date."""


class Busy(UserError):
    """Another process works on the same campaign."""


class GateRefusal(AnsinhError):
    """The gate found something that must not be published; the old site stays."""

    exit_code = 1


class UnitsFailed(AnsinhError):
    """The rest was built, but some units failed or were refused."""

    exit_code = 1


class EngineError(AnsinhError):
    """A query failed inside the engine; the message names the query, never a value."""
