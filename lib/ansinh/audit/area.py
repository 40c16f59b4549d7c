"""What the areas of an audit share: their scope, disclosure control, the words for rows, and the way back from what they show."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, wraps
from typing import Any, ClassVar, NoReturn

from ansinh.audit.figure import Figure, Origin
from ansinh.audit.helping import Guide, calls_of, near, summary
from ansinh.campaign import Campaign
from ansinh.disclosure import Counts, Released
from ansinh.errors import NoSuchCall
from ansinh.identity.banks import Banks
from ansinh.measures import Scope, coverage, protection
from ansinh.show import Shown, paragraph

ROWS = {f"by_{word}": "by_row" for word in ("unit", "district", "commune", "ward", "part", "village", "place")}
"""Whatever lies below the place audited is a row: a city's units, a district's communes, a commune's villages."""


class Area:
    """One area of an audit, with what all areas share. Every public method that shows something returns a `Figure`."""

    synonyms: ClassVar[Mapping[str, str]] = {}
    """What people look for by another name → the call that answers it."""

    def __init_subclass__(cls) -> None:
        """Let what each call shows know where it came from."""
        for name, method in list(vars(cls).items()):
            if inspect.isfunction(method) and not name.startswith("_") and method.__annotations__.get("return") == "Shown":
                setattr(cls, name, _with_origin(name, method))

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __getattr__(self, name: str) -> NoReturn:
        # Reached only when nothing else has the name.
        raise NoSuchCall(f"audit.{self._name} has no {name!r}.{near(name, calls_of(type(self)), self.synonyms)}")

    def __dir__(self) -> list[str]:
        return calls_of(type(self))

    @property
    def _name(self) -> str:
        return type(self).__name__.lower()

    def __repr__(self) -> str:
        return f"audit.{self._name} of {self.scope.name}: {', '.join(calls_of(type(self)))}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        guide = Guide({self._name: summary(type(self))}, {self._name: type(self)})
        return {"text/html": guide.html, "text/plain": guide.text}

    @property
    def campaign(self) -> Campaign:
        """The campaign's settings."""
        return self.scope.campaign

    def release(self, counts: Counts) -> Released:
        """Pass raw counts through disclosure control."""
        return protection.released(self.scope, counts)

    @cached_property
    def empty(self) -> bool:
        """Whether nobody stands on the lists of this place."""
        return self.release(coverage.whole(self.scope)).value("persons") == 0

    @property
    def row_word(self) -> str:
        """What a row of this scope's tables is called."""
        if self.scope.unit is None and self.campaign.units.level == "district":
            return "Quận, huyện, thị xã"
        return "Thôn, tổ dân phố" if self.scope.column == "village" else "Xã, phường, thị trấn"

    def bank_names(self, codes: Iterable[str]) -> list[str]:
        """Return the banks' short names, as params/banks.csv has them; no code is an unknown bank."""
        banks = Banks.read(self.scope.workspace.params / "banks.csv")
        found = {code: bank.short_name for code in codes if code and (bank := banks.get(code))}
        return [found.get(code, code) or "Chưa xác định" for code in codes]

    def links(self, released: Released, page: str) -> list[str]:
        """Return the address of each row's own page, "" where it has none."""
        if self.scope.unit is not None:
            return [""] * len(released.frame)
        slugs = {unit.code: unit.slug for unit in self.scope.workspace.units(self.campaign)}
        return [f"don-vi/{slugs[code]}/{page}.html" if code in slugs else "" for code in released.frame["code"]]


NOBODY = "Chưa có người thụ hưởng nào trong số liệu."


def nobody(scope: Scope) -> Shown:
    """Say that there is nobody to count, and where to look for the reason."""
    return paragraph(
        f"{scope.name}: chưa có người thụ hưởng nào trong số liệu. Xem mục đối chiếu dữ liệu nguồn ở cuối trang: tệp có thể chưa gửi hoặc không đọc được.",
        "as-answer",
    )


def _with_origin(name: str, method: Callable[..., Shown]) -> Callable[..., Shown]:
    @wraps(method)
    def call(self: Area, *arguments: Any, **named: Any) -> Shown:
        # An area keeps no table between calls: the scope keeps their answers, and notes what each call asked.
        before = len(self.scope.asked)
        shown = method(self, *arguments, **named)
        queries = tuple(dict.fromkeys(self.scope.asked[before:]))
        return Figure(shown.html, shown.text, queries, origin=Origin(type(self), self.scope, name))

    return call
