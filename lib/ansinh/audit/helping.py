"""What helps an auditor on: the help page, made of docstrings, and the near name when one is mistyped."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansinh.show import escape

CLOSE = 0.6
"""Likeness (difflib's ratio) from which another name is offered."""


def summary(thing: object) -> str:
    """Return the first sentence of a docstring."""
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def calls_of(area: type) -> list[str]:
    """Return the names of an area's own public calls, in the order they are written."""
    return [name for name, member in vars(area).items() if inspect.isfunction(member) and not name.startswith("_")]


def signature(call: object) -> str:
    """Return the arguments of a call as they are written, without self and types."""
    parameters = list(inspect.signature(call).parameters.values())[1:]  # type: ignore[arg-type]
    return ", ".join(item.name if item.default is item.empty else f"{item.name}={item.default!r}" for item in parameters)


def near(name: str, known: Iterable[str], synonyms: Mapping[str, str] | None = None) -> str:
    """Return " Did you mean …?" when a known name, or another word for one, is close to `name`; else what there is."""
    words = {known_name: known_name for known_name in known} | dict(synonyms or {})
    found = difflib.get_close_matches(name, words, n=1, cutoff=CLOSE)
    if not found:
        return f" There are: {', '.join(sorted(set(words.values())))}."
    called = words[found[0]]
    return f" Did you mean {called!r}?" if called == found[0] else f" Did you mean {found[0]!r}? It is called {called!r} here."


@dataclass(frozen=True)
class Guide:
    """The help page: areas with their sentence, and each area's calls with theirs; shows itself, and may be published."""

    areas: Mapping[str, str]
    classes: Mapping[str, type]
    own: tuple[tuple[str, str], ...] = ()
    """Calls of the audit itself, with their sentence."""

    def rows(self) -> list[tuple[str, str]]:
        """Return (call, sentence) of everything, an area before its calls."""
        rows = list(self.own)
        for name, sentence in self.areas.items():
            rows.append((f"audit.{name}", sentence))
            for call in calls_of(self.classes[name]):
                method = getattr(self.classes[name], call)
                rows.append((f"audit.{name}.{call}({signature(method)})", summary(method)))
        return rows

    @property
    def text(self) -> str:
        """The page as plain text."""
        rows = self.rows()
        width = max(len(call) for call, _ in rows)
        return "\n".join(f"{call:<{width}}  {sentence}" for call, sentence in rows)

    @property
    def html(self) -> str:
        """The page as a table."""
        cells = "".join(f"<tr><th scope='row'><code>{escape(call)}</code></th><td>{escape(said)}</td></tr>" for call, said in self.rows())
        return f"<table class='as-table as-words'><tbody>{cells}</tbody></table>"

    def markdown(self) -> str:
        """Return the page as Markdown (docs/audit.md)."""
        lines = ["| call | what it shows |", "| --- | --- |"]
        lines += [f"| `{call}` | {sentence} |".replace("||", "|") for call, sentence in self.rows()]
        return "\n".join(lines) + "\n"

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html
