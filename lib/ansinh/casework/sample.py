"""Draw an audit sample for verification in the field: by a seed, from a population whose hash is kept, with working papers.

Who is drawn follows from the seed alone: items stand in the order of sha256(seed|id), and the first of each stratum are taken; any
program can repeat it. What a sample was drawn by lies in data/<campaign>/samples and beside the papers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from ansinh import access, store
from ansinh.campaign import Campaign, Workspace
from ansinh.casework import papers, restricted
from ansinh.errors import EngineError, NotReady, UserError
from ansinh.intake import keys
from ansinh.measures import sampling

DESIGNS = ("simple", "stratified", "monetary")
PERSONS, RECORDS = "persons", "records"
CLEAN, FLAWED = "dữ liệu sạch", "có lỗi cản trở"
"""The two strata of risk: without and with a finding that blocks account opening or payment."""
VERSION = 1


@dataclass(frozen=True)
class Item:
    """One drawn item: its row key, stratum, book amount in VND, and whether it was taken for certain."""

    key: str
    stratum: str
    book: int
    certain: bool


@dataclass(frozen=True)
class Sample:
    """All that a sample was drawn by, and what was drawn; without names. `population` counts items, `book` VND."""

    id: str
    campaign: str
    as_of: str
    unit: str
    design: str
    counts: str
    confidence: float
    tolerable: float
    expected: float
    seed: int
    population: int
    population_sha256: str
    book: int
    interval: int
    start: int
    errors_allowed: int
    strata: Mapping[str, int]
    items: tuple[Item, ...]

    def json(self) -> str:
        """The sample for machines."""
        return json.dumps({"version": VERSION} | asdict(self), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def read(cls, path: Path) -> Sample:
        """Read what `json` wrote; raises UserError when it is something else."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content.pop("version") != VERSION:
                raise UserError(f"{path.name} was written by another version of An Sinh. Draw the sample anew.")
            return cls(**(content | {"items": tuple(Item(**item) for item in content["items"])}))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise UserError(f"{path.name} is no record of a sample. Take the file that `ansinh sample` wrote.") from None


@dataclass(frozen=True)
class Drawn:
    """What was drawn and where its papers lie."""

    sample: Sample
    workbook: Path


def folder(workspace: Workspace, campaign: Campaign) -> Path:
    """Return where the records of a campaign's samples and their results lie. Restricted."""
    return workspace.data(campaign) / "samples"


def draw(
    workspace: Workspace,
    campaign: Campaign,
    out: Path,
    *,
    seed: int,
    design: str = "stratified",
    unit: str = "",
    confidence: float = 0.95,
    tolerable: float = 0.05,
    expected: float = 0.01,
    password: str = "",
    reason: str = "Lấy mẫu kiểm toán để xác minh thực địa",
) -> Drawn:
    """Draw a sample of one unit ("" is the whole campaign), write its papers below `out` and one line into the access log.

    simple and stratified (part × risk) count persons; monetary counts records with a monthly amount, drawn by that amount. tolerable and
    expected are shares of persons or of VND. Same store, seed and assumptions: same sample. Raises UserError for what cannot be so.
    """
    place = restricted.target(workspace, campaign, out)
    if design not in DESIGNS:
        raise UserError(f"--design {design}: there is no such design. Designs: {', '.join(DESIGNS)}.")
    if unit and unit not in {found.code for found in workspace.units(campaign)}:
        raise UserError(f"--unit {unit}: {campaign.name} has no such unit. Codes are text with leading zeros.")
    if not store.has_findings(workspace.store(campaign, campaign.as_of)):
        raise NotReady(f"There are no findings of {campaign.name} as of {campaign.as_of}. Run `ansinh check {campaign.name}` first.")
    _Pool.check_folder(place)
    pool = _Pool(workspace, campaign, unit, design == "monetary", seed)
    if not pool.rows:
        raise UserError("There is nobody to draw from in this unit. Name another.")
    plan = (
        _monetary(pool, confidence, tolerable, expected)
        if design == "monetary"
        else _persons(pool, design, confidence, tolerable, expected)
    )
    asked: dict[str, Any] = {"campaign": campaign.name, "as_of": campaign.as_of.isoformat(), "unit": unit, "design": design, "seed": seed}
    asked |= {"confidence": confidence, "tolerable": tolerable, "expected": expected, "population_sha256": pool.sha256}
    id = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12]
    chosen = [(row, stratum, certain) for row, stratum, certain in plan.pop("chosen")]
    items = tuple(Item(row["row_key"], stratum, row["book"], certain) for row, stratum, certain in chosen)
    counts = RECORDS if design == "monetary" else PERSONS
    sample = Sample(id=id, counts=counts, population=len(pool.rows), book=pool.book, items=items, **asked, **plan)
    access.log(workspace, campaign, action=f"sample {design}", unit=unit, rows=len(items), reason=reason)
    return _written(workspace, campaign, place, sample, [row for row, _, _ in chosen], password)


def _written(
    workspace: Workspace, campaign: Campaign, place: Path, sample: Sample, rows: Sequence[Mapping[str, Any]], password: str
) -> Drawn:
    name = f"mau-{sample.unit or 'toan-bo'}-{sample.id}"
    for where in (place, folder(workspace, campaign)):
        restricted.make_folder(where)
        file = where / (f"{name}.json" if where == place else f"{sample.id}.json")
        restricted.write(file, sample.json().encode())
    workbook = place / f"{name}.xlsx"
    restricted.write(workbook, papers.papers(campaign, sample, rows), password)
    return Drawn(sample, workbook)


class _Pool:
    """The population a sample is drawn from, in the order of the seed."""

    def __init__(self, workspace: Workspace, campaign: Campaign, unit: str, monetary: bool, seed: int) -> None:
        self.seed = seed
        con = store.connect(workspace.store(campaign, campaign.as_of))
        secret = keys.secret(workspace, campaign, make=True)
        part = campaign.units.part if unit else "unit"
        keyed = f"({keys.keyed('beneficiaries', 'beneficiaries', secret)})"
        source = _RECORDS if monetary else _PERSONS
        where = "p.unit = $unit" if unit else "$unit = ''"
        sql = source.format(keyed=keyed, part=part, where=where) + " ORDER BY sha256($seed || '|' || id), id"
        try:
            found = con.execute(sql, {"unit": unit, "seed": str(seed)})
            names = [column[0] for column in found.description or ()]
            self.rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except duckdb.Error as error:
            raise EngineError(f"The engine could not read the population ({type(error).__name__}).") from None
        self.book = sum(row["book"] for row in self.rows)
        names_of = {found.code: found.name for found in workspace.register(campaign).units}
        for row in self.rows:
            row["part_name"] = names_of.get(row["part"], row["part"]) or "chưa rõ"
        digest = hashlib.sha256()
        for row in sorted(self.rows, key=lambda row: row["id"]):
            digest.update(f"{row['id']}|{row['part']}|{row['clean']}|{row['book']}\n".encode())
        self.sha256 = digest.hexdigest()

    @staticmethod
    def check_folder(place: Path) -> None:
        """Raise UserError when the folder holds anything but samples: it will be closed to all but its owner."""
        if place.exists() and any(not path.name.startswith("mau-") for path in place.iterdir()):
            raise UserError("--out holds other things. Name a new or empty folder, or one with samples only: it is closed to all but you.")


def _persons(pool: _Pool, design: str, confidence: float, tolerable: float, expected: float) -> dict[str, Any]:
    """Plan and draw a sample of persons; a stratified one takes at least two of each stratum."""
    size = sampling.attribute_size(confidence, tolerable, expected, population=len(pool.rows))
    strata: dict[str, list[dict[str, Any]]] = {}
    for row in pool.rows:
        name = f"{row['part_name']}, {CLEAN if row['clean'] else FLAWED}" if design == "stratified" else "toàn bộ"
        strata.setdefault(name, []).append(row)
    ordered = dict(sorted(strata.items()))
    taken = sampling.allocate([len(rows) for rows in ordered.values()], size.items, least=2)
    chosen = [(row, name, False) for (name, rows), count in zip(ordered.items(), taken, strict=True) for row in rows[:count]]
    counts = {name: len(rows) for name, rows in ordered.items()}
    return {"strata": counts, "interval": 0, "start": 0, "errors_allowed": size.errors, "chosen": chosen}


def _monetary(pool: _Pool, confidence: float, tolerable: float, expected: float) -> dict[str, Any]:
    """Plan and draw a monetary-unit sample: every interval-th VND after a start of the seed; what is as large as an interval for certain."""
    if not pool.book:
        raise UserError("The records of this unit have no amounts, so none can be drawn by amount. Take --design simple.")
    _, interval = sampling.monetary_size(pool.book, confidence, tolerable, expected)
    certain = [row for row in pool.rows if row["book"] >= interval]
    rest = [row for row in pool.rows if row["book"] < interval]
    start = int(hashlib.sha256(f"{pool.seed}|start".encode()).hexdigest(), 16) % interval + 1
    chosen, passed, due = [], 0, start
    for row in rest:
        passed += row["book"]
        if due <= passed:
            chosen.append((row, "theo số tiền", False))
            due += interval
    strata = {"theo số tiền": len(rest), "lấy toàn bộ": len(certain)}
    return {
        "strata": strata,
        "interval": interval,
        "start": start,
        "errors_allowed": 0,
        "chosen": [*((row, "lấy toàn bộ", True) for row in certain), *chosen],
    }


_PERSONS = """
SELECT p.person_id AS id, coalesce(p.{part}, '') AS part, p.clean, p.amount AS book, b.row_key, b.full_name, b.birth_text, b.birth_date, b.birth_year, b.sex, b.number, b.village, b.address,
    b.commune_text, b.phone, f.codes, f.amounts
FROM persons p JOIN (SELECT person_id, arg_min(record_id, (unit, coalesce(commune, '~'), record_id)) AS record_id,
        list(policy_code ORDER BY unit, coalesce(commune, '~'), record_id) AS codes, list(amount ORDER BY unit, coalesce(commune, '~'), record_id) AS amounts
    FROM beneficiaries GROUP BY person_id) f
    USING (person_id) JOIN {keyed} b USING (record_id)
WHERE {where}"""
_RECORDS = """
SELECT p.record_id AS id, coalesce(p.{part}, '') AS part, coalesce(q.clean, false) AS clean, p.amount AS book, p.row_key, p.full_name, p.birth_text, p.birth_date, p.birth_year, p.sex, p.number,
    p.village, p.address, p.commune_text, p.phone, [p.policy_code] AS codes, [p.amount] AS amounts
FROM {keyed} p LEFT JOIN persons q USING (person_id)
WHERE p.amount > 0 AND p.status = 'active' AND {where}"""
