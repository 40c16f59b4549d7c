"""What the areas of an audit share: their scope, disclosure control and the words for rows."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ansinh.campaign import Campaign
from ansinh.disclosure import Counts, Released
from ansinh.identity.banks import Banks
from ansinh.measures import Scope, protection
from ansinh.show import Shown, paragraph


def _told_by_its_sql(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of an area whose `Shown` also carries the queries put while it was made, each once."""

    @functools.wraps(method)
    def made(self: Area, *arguments: Any, **options: Any) -> Any:
        before = len(self.scope.asked)
        shown = method(self, *arguments, **options)
        return replace(shown, sql=tuple(dict.fromkeys(self.scope.asked[before:]))) if isinstance(shown, Shown) else shown

    return made


class Area:
    """One area of an audit, with what all areas share. Whatever a public method shows knows the SQL that made it."""

    def __init_subclass__(cls) -> None:
        """Let every public method tell its queries: an area keeps no table between calls, the scope keeps their answers."""
        for name, method in list(vars(cls).items()):
            if inspect.isfunction(method) and not name.startswith("_"):
                setattr(cls, name, _told_by_its_sql(method))

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @property
    def campaign(self) -> Campaign:
        """The campaign's settings."""
        return self.scope.campaign

    def release(self, counts: Counts) -> Released:
        """Pass raw counts through disclosure control."""
        return protection.released(self.scope, counts)

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


def nobody(scope: Scope) -> Shown:
    """Say that there is nobody to count, and where to look for the reason."""
    return paragraph(
        f"{scope.name}: chưa có người thụ hưởng nào trong số liệu. Xem mục đối chiếu dữ liệu nguồn ở cuối trang: tệp có thể chưa gửi hoặc không đọc được.",
        "as-answer",
    )
