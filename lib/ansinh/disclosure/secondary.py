"""Which further counts must be withheld so that no withheld count can be worked out from what is shown.

Method: complementary cell suppression with interval protection (L. Willenborg, T. de Waal, Elements of Statistical Disclosure
Control, Springer 2001, ch. 4; A. Hundepool et al., Statistical Disclosure Control, Wiley 2012, ch. 4), over all linked tables at once.
Every count is a cell; every margin, part and rest is an equation. The reader is taken to know the rule: a rounded count stands for its
range, "≤ 7" for 1 to 7, an empty cell for 0. Bounds are propagated through all equations; while a small count has fewer than WIDTH
possible values, the cheapest shown cell that binds it is withheld too. docs/disclosure.md says what this promises.
"""

from __future__ import annotations

import contextlib
import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

import numpy as np
import scipy  # its graphs are loaded on first use: notebooks of districts decide nothing

from ansinh.campaign import Disclosure
from ansinh.disclosure.tables import HIDDEN, Counts, cell_names, primary_marks

WIDTH = 3
"""Possible values that must remain for a count that is not shown."""
PATIENCE = 12
"""Rounds after which twice as many cells are withheld at a time."""
ANY = 1e9
"""More persons than any place has."""


class Board:
    """All cells that will be shown, with the equations between them; raw counts, never shown."""

    def __init__(self, rule: Disclosure) -> None:
        """Begin an empty board under a disclosure rule."""
        self.rule = rule
        self._at: dict[str, int] = {}
        self._of_place: dict[str, list[str]] = defaultdict(list)
        self._raw: list[int] = []
        self._shown: list[bool] = []
        self._hidden: set[int] = set()
        self._few: set[int] = set()
        self._equations: dict[tuple[int, tuple[int, ...]], None] = {}
        self._orders: dict[tuple[int, int], None] = {}
        self._day = ""
        self._past: set[int] = set()

    @contextlib.contextmanager
    def earlier(self, day: str, withheld: Collection[str]) -> Iterator[None]:
        """Lay what was shown on an earlier day beside today's: meanwhile every name is one of that day, shown but for `withheld`.

        What was shown then cannot be withheld any more; today's cells are withheld instead where both together tell too much.
        """
        before = len(self._raw)
        self._day = f"{day}@"
        yield
        self._past |= set(range(before, len(self._raw)))
        self._hidden |= {self._at[self._day + name] for name in withheld if self._day + name in self._at}
        self._day = ""

    def never_falls(self, day: str, before: str, now: str) -> None:
        """Tell the reader's knowledge that a count of an earlier day is at most one of today's; nothing is told where it did fall."""
        first, second = self._at.get(f"{day}@{before}"), self._at.get(now)
        if first is not None and second is not None and self._raw[first] <= self._raw[second]:
            self._orders[first, second] = None

    def unchanged(self, day: str, name: str) -> None:
        """Tell the reader's knowledge that a count is what it was on an earlier day, where it is."""
        first, second = self._at.get(f"{day}@{name}"), self._at.get(name)
        if first is not None and second is not None and self._raw[first] == self._raw[second]:
            self._orders |= {(first, second): None, (second, first): None}

    def add(self, counts: Counts) -> None:
        """Add a table as it will be released: its cells, its margins, and the rest of every part. Raises ValueError when a name counts twice."""
        protected = [column for column in counts.counts if column not in counts.open]
        if not protected or counts.frame.empty:
            return
        names = {column: [self._day + name for name in cells] for column, cells in cell_names(counts).items()}
        marks = {column: cells.tolist() for column, cells in primary_marks(counts, self.rule).items()}
        for column in protected:
            for name, value, mark in zip(names[column], counts.frame[column], marks[column], strict=True):
                cell = self._cell(name, int(value), shown=True)
                if mark == HIDDEN:
                    self._hidden.add(cell)
            self._margin(counts, names[column])
        for column, whole in counts.counts.items():
            if whole is not None and column in protected:
                self._rests(counts, names[column], marks[column], names[whole])
        for whole, parts in counts.sums:
            for row, name in enumerate(names[whole]):
                self._relate(name, [names[part][row] for part in parts])

    def _margin(self, counts: Counts, names: list[str]) -> None:
        """Let the rows add up to the place's own cell."""
        own = f"{self._day}{counts.place}||{names[0].rsplit('|', 1)[1]}"
        rows = [name for name in names if name != own]
        if rows and own in self._at and (counts.total or counts.margin):
            self._relate(own, rows)

    def _rests(self, counts: Counts, names: list[str], marks: list[str], wholes: list[str]) -> None:
        """Let every part and its rest be the whole; rows' rests add up as the parts do."""
        rests = []
        for name, mark, whole in zip(names, marks, wholes, strict=True):
            rest = f"{name} lacks of {whole.rsplit('|', 1)[1]}"
            rests.append(rest)
            cell = self._cell(rest, self._raw[self._at[whole]] - self._raw[self._at[name]], shown=False)
            if mark == HIDDEN:
                self._few.add(cell)
            self._relate(whole, [name, rest])
        self._margin(counts, rests)

    def _cell(self, name: str, raw: int, shown: bool) -> int:
        at = self._at.setdefault(name, len(self._raw))
        if at == len(self._raw):
            self._raw.append(raw)
            self._shown.append(shown)
            self._of_place[name.split("|", 1)[0]].append(name)
        elif self._raw[at] != raw:
            raise ValueError(f"Two tables count differently under the name {name}: {self._raw[at]} and {raw}.")
        self._shown[at] |= shown
        return at

    def raw(self, name: str) -> int | None:
        """Return the raw count of a cell, None for one that is in no table."""
        at = self._at.get(self._day + name)
        return None if at is None else self._raw[at]

    def names_at(self, place: str) -> list[str]:
        """Return the names of all cells in tables that belong to a place, in the order they came."""
        return [name.removeprefix(self._day) for name in self._of_place[self._day + place] if self._shown[self._at[name]]]

    def relate(self, whole: str, parts: Sequence[str]) -> None:
        """Tell the reader's knowledge that `parts` add up to `whole`; what they leave is a further part that no table has.

        Cells in no table are left out of `parts`; nothing is told when `whole` is in none, or when the parts exceed it.
        """
        self._relate(self._day + whole, [self._day + part for part in parts])

    def _relate(self, whole: str, parts: Sequence[str]) -> None:
        known = [part for part in parts if part in self._at]
        if whole not in self._at or not known:
            return
        rest = self._raw[self._at[whole]] - sum(self._raw[self._at[part]] for part in known)
        if rest < 0:
            return
        cells = [self._at[part] for part in known]
        if rest:
            cells.append(self._cell(f"{whole} besides {len(known)} of {known[0]}", rest, shown=False))
        self._equations[(self._at[whole], tuple(cells))] = None

    def protect(self, decided: Collection[str] = (), elsewhere: Collection[str] = ()) -> frozenset[str]:
        """Return the names of all cells to be shown as withheld ("…"): those that leave few, and those that bind others, small ones too.

        `decided` are withheld already; `elsewhere` are cells other pages show or withhold, which cannot be withheld here.
        Afterwards every count from 1 to the threshold, and every such rest, has at least WIDTH possible values for a reader who knows
        all shown cells, all equations and the rule, unless what other pages or earlier days have shown tells it already.
        """
        if not self.rule.threshold or not self._raw:
            return frozenset()
        raw = np.array(self._raw, dtype=float)
        small = (raw >= 1) & (raw <= self.rule.threshold)
        hidden = np.zeros(len(raw), dtype=bool)
        hidden[sorted(self._hidden | {self._at[name] for name in decided if name in self._at})] = True
        free = np.ones(len(raw), dtype=bool)
        free[[self._at[name] for name in sorted(elsewhere) if name in self._at]] = False
        past = np.zeros(len(raw), dtype=bool)
        past[sorted(self._past)] = True
        free &= ~past
        equations, need = list(self._equations), min(WIDTH, self.rule.threshold)
        # Today by itself first, then beside earlier days: what those have told cannot be taken back.
        self._withhold(_Network(equations, [], len(raw)), small & ~past, hidden, free, raw, need)
        if past.any():
            beside = _Network(equations, list(self._orders), len(raw))
            self._withhold(beside, small & ~self._lost(beside, raw, hidden, need), hidden, free, raw, need)
        return frozenset(name for name, at in self._at.items() if self._shown[at] and hidden[at] and not past[at])

    def _withhold(self, network: _Network, small: np.ndarray, hidden: np.ndarray, free: np.ndarray, raw: np.ndarray, need: int) -> None:
        """Withhold further cells (set them in `hidden`) until every small count has `need` values.

        A count is given up when nothing is left to withhold that tells anything of it: what is known of it is known from elsewhere.
        """
        few = self._known_few(network, raw, small, need)
        for tried in itertools.count():
            low, high = network.bounds(*self._told(raw, hidden, few))
            narrow = np.flatnonzero(small & (high - low < need - 1))
            shown = np.array(self._shown) & ~hidden & free
            reached = network.reaches(shown)
            small[narrow[~reached[narrow]]] = False
            # One cell at a time withholds least; where that does not end, more at a time.
            many = 2 ** (tried // PATIENCE)
            chosen = {near for cell in narrow[reached[narrow]] for near in network.cheapest(int(cell), shown, raw, many)}
            if not chosen:
                return
            hidden[sorted(chosen)] = True

    def _known_few(self, network: _Network, raw: np.ndarray, small: np.ndarray, need: int) -> list[int]:
        """Return the rests a reader is taken to know as few, from the mark "…" at their part.

        The mark does not say why it stands there. Where taking all of them as few would narrow a small count even if nothing else were
        shown (seven communes that each lack one, in a unit that lacks seven), no further withholding helps, and they are not taken so.
        """
        few, nothing = set(self._few), np.ones(len(raw), dtype=bool)
        while few:
            low, high = network.bounds(*self._told(raw, nothing, sorted(few)))
            narrow = [int(cell) for cell in np.flatnonzero(small & (high - low < need - 1))]
            doubtful = few & set(narrow) or few & {near for cell in narrow for near in network.near(cell)}
            if not doubtful:
                break
            few -= doubtful
        return sorted(few)

    def _lost(self, network: _Network, raw: np.ndarray, hidden: np.ndarray, need: int) -> np.ndarray:
        """Return which cells of earlier days are too well known without anything of today: withholding today's cannot help them."""
        past = np.zeros(len(raw), dtype=bool)
        past[sorted(self._past)] = True
        low, high = network.bounds(*self._told(raw, hidden | ~past, sorted(self._few & self._past)))
        return past & (high - low < need - 1)

    def _told(self, raw: np.ndarray, hidden: np.ndarray, few: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return what each cell alone tells: its lowest and highest possible value."""
        base, threshold = self.rule.rounding, self.rule.threshold
        rounded = ((raw + base // 2) // base) * base
        low = np.where(raw == 0, 0, np.maximum(rounded - base // 2, threshold + 1))
        high = np.where(raw == 0, 0, rounded + (base - 1) - base // 2)
        small = (raw >= 1) & (raw <= threshold)
        low, high = np.where(small, 1, low), np.where(small, threshold, high)
        unknown = hidden | ~np.array(self._shown)
        low, high = np.where(unknown, 0, low), np.where(unknown, ANY, high)
        low[few], high[few] = np.maximum(low[few], 1), np.minimum(high[few], threshold)
        return low, high


class _Network:
    """Equations and orders as arrays, for propagating bounds, and as a graph, for finding what binds a cell."""

    def __init__(self, equations: list[tuple[int, tuple[int, ...]]], orders: list[tuple[int, int]], cells: int) -> None:
        self._whole = np.array([whole for whole, _ in equations], dtype=int)
        self._part = np.array([part for _, parts in equations for part in parts], dtype=int)
        self._of = np.array([at for at, (_, parts) in enumerate(equations) for _ in parts], dtype=int)
        self._less = np.array([less for less, _ in orders], dtype=int)
        self._more = np.array([more for _, more in orders], dtype=int)
        self._members = [*((whole, *parts) for whole, parts in equations), *orders]
        self._in: dict[int, list[int]] = defaultdict(list)
        for at, members in enumerate(self._members):
            for cell in members:
                self._in[cell].append(at)
        first = np.array([members[0] for members in self._members for _ in members], dtype=int)
        every = np.array([member for members in self._members for member in members], dtype=int)
        links = scipy.sparse.coo_array((np.ones(len(every)), (first, every)), shape=(cells, cells))
        self._linked = scipy.sparse.csgraph.connected_components(links, directed=False)[1]

    def bounds(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the bounds after every equation has told all it can (interval propagation to its fixed point)."""
        for _ in range(1000):
            lows = np.bincount(self._of, low[self._part], len(self._whole))
            highs = np.bincount(self._of, high[self._part], len(self._whole))
            next_low, next_high = low.copy(), high.copy()
            np.maximum.at(next_low, self._whole, lows)
            np.minimum.at(next_high, self._whole, highs)
            np.maximum.at(next_low, self._part, low[self._whole][self._of] - (highs[self._of] - high[self._part]))
            np.minimum.at(next_high, self._part, high[self._whole][self._of] - (lows[self._of] - low[self._part]))
            np.maximum.at(next_low, self._more, low[self._less])
            np.minimum.at(next_high, self._less, high[self._more])
            if np.array_equal(next_low, low) and np.array_equal(next_high, high):
                break
            low, high = next_low, next_high
        return low, high

    def near(self, cell: int) -> set[int]:
        """Return the cells that share an equation with `cell`."""
        return {member for equation in self._in[cell] for member in self._members[equation]}

    def reaches(self, shown: np.ndarray) -> np.ndarray:
        """Return which cells some chain of equations and orders links to a shown one."""
        return np.isin(self._linked, np.unique(self._linked[shown]))

    def cheapest(self, cell: int, shown: np.ndarray, raw: np.ndarray, many: int = 1) -> list[int]:
        """Return up to `many` shown cells of the smallest counts that share an equation with `cell`, or with the withheld cells next to it.

        Cells that count nobody come last. Raises ValueError when no chain leads to a shown one (`reaches`).
        """
        seen, front = {cell}, [cell]
        while front:
            near = sorted({member for at in front for member in self.near(at)} - seen)
            found = [member for member in near if shown[member]]
            if found:
                return sorted(found, key=lambda member: (raw[member] == 0, raw[member], member))[:many]
            seen.update(near)
            front = near
        raise ValueError("no shown cell is linked to this one")
