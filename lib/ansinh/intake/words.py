"""Words officials write where only a few values are possible → canonical value, as params/values.yml declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansinh.errors import UserError
from ansinh.intake import values
from ansinh.intake.values import Read, Reader
from ansinh.units import search_key

VALUES: Mapping[str, tuple[str, ...]] = {
    "sex": ("male", "female"),
    "register_result": (
        *("matched", "name_differs", "birth_differs", "sex_differs", "number_not_found"),
        *("deceased", "moved", "missing_person", "several", "not_checked"),
    ),
    "channel": ("branch", "mobile_point", "post", "online", "vneid"),
    "account_status": ("active", "pending", "locked", "closed", "rejected"),
    "status": ("active", "suspended", "stopped"),
    "payment_method": ("account", "cash"),
    "payment_result": ("paid", "returned", "pending"),
}
"""Field of params/values.yml → the values it may have."""
AND_MORE = ("…", "...")
"""How a word ends that stands for all texts which begin so."""


@dataclass(frozen=True)
class Category:
    """A column with few possible values, read by the words of the field `name`.

    empty      what an empty cell means, None for nothing.
    otherwise  what is assumed of a word that is not known, which its rule then says; None for null.
    """

    name: str
    empty: str | None = None
    otherwise: str | None = None


@dataclass(frozen=True)
class Words:
    """Field → folded word → value: `whole` of whole cells, `begun` of their beginnings."""

    whole: Mapping[str, Mapping[str, str]]
    begun: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls, path: Path) -> Words:
        """Read params/values.yml; raises UserError that names the field, the value and the word that is not right."""
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UserError(f"{_name(path)} is missing. Take it from An Sinh's own params folder.") from None
        except yaml.YAMLError as error:
            at = getattr(error, "problem_mark", None)
            raise UserError(
                f"{_name(path)}{f', line {at.line + 1}' if at else ''} is no YAML. Look for a bracket or quote missing."
            ) from None
        _expect(path, content, VALUES, "field")
        whole: dict[str, dict[str, str]] = {}
        begun: dict[str, dict[str, str]] = {}
        for name, allowed in VALUES.items():
            whole[name], begun[name] = {}, {}
            _expect(path, content[name], allowed, f"value of {name}")
            for value, words in content[name].items():
                for word in _listed(path, name, value, words):
                    _declare(path, name, value, word, begun[name] if word.endswith(AND_MORE) else whole[name])
        return cls(whole, begun)

    def meant(self, name: str, folded: str) -> str | None:
        """Return the value a folded word of the field `name` means: as a whole, else by the longest beginning; None when it is not known."""
        if found := self.whole[name].get(folded):
            return found
        begun, parts = self.begun[name], folded.split(" ")
        return next((begun[start] for end in range(len(parts), 0, -1) if (start := " ".join(parts[:end])) in begun), None)

    def reader(self, category: Category) -> Reader:
        """Return what reads the cells of a column with few possible values."""

        def read(cell: object) -> Read:
            text, rule = values.text(cell)
            folded = search_key(str(text or ""))
            if not folded:
                return category.empty, rule
            meant = self.meant(category.name, folded)
            if meant is None and category.otherwise is not None:
                return category.otherwise, "assumed"
            return meant, rule

        return read


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _expect(path: Path, content: Any, known: Mapping[str, Any] | tuple[str, ...], what: str) -> None:
    """Raise UserError unless `content` maps exactly the `known` names."""
    if not isinstance(content, dict):
        raise UserError(f"{_name(path)}: under each {what} stands what it means, as «name: …». Compare with An Sinh's own file.")
    if strange := [name for name in content if name not in known]:
        raise UserError(f"{_name(path)}: {strange[0]} is no {what}. Known are {', '.join(known)}.")
    if missing := [name for name in known if name not in content]:
        raise UserError(f"{_name(path)}: the {what} {missing[0]} is missing. Put it back, with its words or with [].")


def _listed(path: Path, name: str, value: str, words: Any) -> list[str]:
    if not isinstance(words, list) or not all(isinstance(word, (str, int)) and not isinstance(word, bool) for word in words):
        raise UserError(f"{_name(path)}: {name}, {value} needs a list of words in square brackets; yes, no, on and off stand in quotes.")
    return [str(word).strip() for word in words]


def _declare(path: Path, name: str, value: str, word: str, into: dict[str, str]) -> None:
    folded = search_key(word)
    if not folded:
        raise UserError(f"{_name(path)}: {name}, {value} has a word without a letter or digit. Delete it.")
    if into.setdefault(folded, value) != value:
        raise UserError(f"{_name(path)}: «{word}» stands under {into[folded]} and under {value} of {name}. Leave it under one of them.")
