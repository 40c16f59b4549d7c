"""What filled-in working papers say of the whole: an estimate with its bound, by stratum and overall, and the conclusion."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ansinh.campaign import Campaign, Workspace
from ansinh.casework import restricted
from ansinh.casework.papers import AMOUNT, KEY, RIGHT, SAMPLE, UNSEEN, VERDICT, WRONG
from ansinh.casework.sample import Item, Sample, folder
from ansinh.errors import UserError
from ansinh.intake import values
from ansinh.intake.sheets import read_sheets
from ansinh.measures import sampling
from ansinh.measures.sampling import Bound, Misstatement, Stratum


@dataclass(frozen=True)
class StratumResult:
    """One stratum and its own bounds."""

    stratum: Stratum
    share: Bound


@dataclass(frozen=True)
class Result:
    """An evaluated sample: shares of wrong items by stratum and overall, misstatement in VND of a monetary sample, and the conclusion.

    unseen   items that could not be verified; they are counted as wrong.
    tolerated True when the upper bound does not exceed what is tolerable.
    """

    sample: Sample
    strata: tuple[StratumResult, ...]
    share: Bound | None
    money: Misstatement | None
    unseen: int
    tolerated: bool

    def json(self) -> str:
        """The result for machines and for the notebook audit_sample; without names and keys."""
        asked = {name: value for name, value in asdict(self.sample).items() if name not in ("items", "strata")}
        content = {
            "sample": asked | {"items": len(self.sample.items)},
            "strata": [asdict(found) for found in self.strata],
            "share": asdict(self.share) if self.share else None,
            "money": asdict(self.money) if self.money else None,
            "unseen": self.unseen,
            "tolerated": self.tolerated,
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True)
class _Verdict:
    word: str
    right: int | None


def evaluate(workspace: Workspace, campaign: Campaign, papers: Path) -> Result:
    """Evaluate filled-in papers and keep the result beside the sample's record.

    Every row must have its verdict; the papers' rows must be the sample's. Raises UserError naming the row and the remedy.
    """
    if not papers.is_file():
        raise UserError(f"There is no file {papers.name}. Check the path.")
    rows = _rows(papers)
    ids = {row[SAMPLE] for row in rows}
    if len(ids) != 1:
        raise UserError(
            f"{papers.name}: its rows belong to {len(ids)} samples. Evaluate the papers of one sample, unchanged but for the yellow columns."
        )
    sample = _sample(workspace, campaign, ids.pop(), papers)
    result = _result(sample, _verdicts(papers.name, rows, sample))
    restricted.make_folder(folder(workspace, campaign))
    restricted.write(folder(workspace, campaign) / f"{sample.id}.result.json", result.json().encode())
    return result


def _rows(papers: Path) -> list[dict[str, str]]:
    for sheet in read_sheets(papers):
        headings = [values.plain(cell) for cell in sheet.rows[0]] if sheet.rows else []
        if {SAMPLE, KEY, VERDICT} <= set(headings):
            rows = [dict(zip(headings, map(values.plain, row), strict=False)) for _, block in sheet.blocks(1) for row in block]
            return [row for row in rows if row.get(KEY)]
    raise UserError(f"{papers.name} holds no working papers. Its sheet must have the columns {SAMPLE}, {KEY} and {VERDICT}.")


def _sample(workspace: Workspace, campaign: Campaign, id: str, papers: Path) -> Sample:
    """Read the record of a sample: the restricted one, else the one beside the papers."""
    known = folder(workspace, campaign) / f"{id}.json"
    beside = papers.with_suffix(".json")
    for path in (known, beside):
        if id.isalnum() and path.is_file():
            sample = Sample.read(path)
            if sample.id == id and sample.campaign == campaign.name:
                return sample
    raise UserError(f"{papers.name}: the record of its sample is not there. Put the .json file that was written with it beside it.")


def _verdicts(name: str, rows: Sequence[Mapping[str, str]], sample: Sample) -> dict[str, _Verdict]:
    found: dict[str, _Verdict] = {}
    expected = {item.key for item in sample.items}
    for number, row in enumerate(rows, 2):
        if row[KEY] not in expected or row[KEY] in found:
            raise UserError(f"{name}, row {number}: this row is not of the sample, or stands twice. Take the papers as they were drawn.")
        word = row[VERDICT]
        if word and word not in (RIGHT, WRONG, UNSEEN):
            raise UserError(f"{name}, row {number}: the column {VERDICT} must say {RIGHT}, {WRONG} or {UNSEEN}.")
        right, _ = values.amount(row.get(AMOUNT, ""))
        if row.get(AMOUNT) and not isinstance(right, int):
            raise UserError(f"{name}, row {number}: the column {AMOUNT} is no amount in VND.")
        found[row[KEY]] = _Verdict(word, right if isinstance(right, int) else None)
    _complete(name, found, sample)
    return found


def _complete(name: str, found: Mapping[str, _Verdict], sample: Sample) -> None:
    """Raise UserError naming the rows without a verdict, those left blank and those that are not in the file apart."""
    blank = [(number, item.key) for number, item in enumerate(sample.items, 1) if item.key in found and not found[item.key].word]
    missing = [(number, item.key) for number, item in enumerate(sample.items, 1) if item.key not in found]
    if not blank and not missing:
        return
    said = [f"{name}: {len(blank) + len(missing)} of {len(sample.items)} rows have no verdict."]
    if blank:
        said.append(f"Left blank: {_named(blank)}. Fill in every row; write {UNSEEN} where nobody was met.")
    if missing:
        said.append(f"Missing from the file: {_named(missing)}. Take these rows from the papers as they were drawn; none may be left out.")
    raise UserError(" ".join(said))


def _named(rows: Sequence[tuple[int, str]]) -> str:
    """Name rows by their running number and key, as the papers do; the first ten of many."""
    more = f" and {len(rows) - _FEW} more" if len(rows) > _FEW else ""
    return ", ".join(f"STT {number} ({key})" for number, key in rows[:_FEW]) + more


_FEW = 10


def _result(sample: Sample, verdicts: Mapping[str, _Verdict]) -> Result:
    unseen = sum(verdict.word == UNSEEN for verdict in verdicts.values())
    if sample.interval:
        return _money(sample, verdicts, unseen)
    examined = Counter(item.stratum for item in sample.items)
    errors = Counter(item.stratum for item in sample.items if verdicts[item.key].word != RIGHT)
    strata = [Stratum(name, size, examined[name], errors[name]) for name, size in sample.strata.items()]
    share = (
        sampling.stratified(strata, sample.confidence)
        if sample.design == "stratified"
        else sampling.hypergeometric(strata[0].errors, strata[0].examined, strata[0].population, sample.confidence)
    )
    return Result(sample, _each(strata, sample), share, None, unseen, share.upper <= sample.tolerable)


def _each(strata: Sequence[Stratum], sample: Sample) -> tuple[StratumResult, ...]:
    return tuple(
        StratumResult(found, sampling.hypergeometric(found.errors, found.examined, found.population, sample.confidence))
        for found in strata
        if found.examined
    )


def _money(sample: Sample, verdicts: Mapping[str, _Verdict], unseen: int) -> Result:
    """A wrong item without its right amount, and one that could not be verified, is wrong as a whole."""

    def right(item: Item) -> int:
        verdict = verdicts[item.key]
        return item.book if verdict.word == RIGHT else verdict.right if verdict.right is not None and verdict.word == WRONG else 0

    pairs = [(item.certain, (item.book, right(item))) for item in sample.items]
    money = sampling.stringer(
        [pair for certain, pair in pairs if not certain], [pair for certain, pair in pairs if certain], sample.interval, sample.confidence
    )
    return Result(sample, (), None, money, unseen, math.floor(money.upper) <= sample.tolerable * sample.book)
