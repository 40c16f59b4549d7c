"""Counts the values of a file that could not be read, column by column, and the words of categories that may be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from ansinh.identity import names
from ansinh.intake.known import NotRead

UNREAD = "unread"
"""Rule of a value that could not be read: it is null, and the original stands in `mends`."""
NOT_READ = frozenset({UNREAD, "assumed"})
"""Rules that say a value was not understood."""

SHOWN = 3
"""Words shown of a column."""
SEEN = 3
"""Rows a word must stand in to be shown."""
LONGEST = 30
"""Letters of a word that may be shown."""
DISTINCT = 30
"""A column with more different words than this holds no category but remarks or names: none is shown."""

Mend = tuple[int, str, str, str, str, float | None]


class Tally:
    """Goes along with the blocks of a file. A word is shown only where it cannot be personal (`_may_be_shown`)."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._filled: Counter[str] = Counter()
        self._headings: dict[str, str] = {}
        self._words: dict[str, Counter[str]] = {}
        self._personal: set[str] = set()

    def add(self, mends: Iterable[Mend], filled: Mapping[str, int], headings: Mapping[str, str], people: Collection[str | None]) -> None:
        """Count a block: its mends, the filled cells of each category, column → heading, and the keys of its persons' names."""
        self._filled.update(filled)
        before = sum(self._counts.values())
        for _, column, original, _, rule, _ in mends:
            if rule not in NOT_READ:
                continue
            self._counts[column] += 1
            self._headings.setdefault(column, headings.get(column, column))
            if column in filled:
                words = self._words.setdefault(column, Counter())
                if len(words) <= DISTINCT or original in words:
                    words[original] += 1
        if sum(self._counts.values()) > before and self._words:
            whole = {key for key in people if key}
            called = whole | {key.rpartition(" ")[2] for key in whole}
            self._personal |= {word for words in self._words.values() for word in words if names.key(word) in called}

    def told(self) -> tuple[NotRead, ...]:
        """Return the columns with values that were not read, categories first."""
        found = [
            NotRead(self._headings[column], count, self._filled[column], column in self._filled, self._shown(column))
            for column, count in self._counts.items()
        ]
        return tuple(sorted(found, key=lambda item: (not item.category, -item.count, item.heading)))

    def _shown(self, column: str) -> tuple[str, ...]:
        words = self._words.get(column, Counter())
        if len(words) > DISTINCT:
            return ()
        often = sorted(((-count, word) for word, count in words.items() if count >= SEEN and self._may_be_shown(word)))
        return tuple(word for _, word in often[:SHOWN])

    def _may_be_shown(self, word: str) -> bool:
        """Tell whether a word can be nobody's name or number: short, without digits, no name of the list, not capitalised throughout."""
        parts = word.split()
        capitalised = len(parts) > 1 and all(part[0].isupper() for part in parts)
        return len(word) <= LONGEST and not any(map(str.isdigit, word)) and not capitalised and word not in self._personal
