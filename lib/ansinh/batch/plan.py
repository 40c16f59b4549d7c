"""Which notebook runs for which unit, and what each of these jobs depends on."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import UserError
from ansinh.units import Unit

PARAMETERS = ("campaign", "unit", "as_of")
CITY = "city"
"""Folder of the notebooks that run for the whole campaign."""
COMMUNE = "commune"
"""Level of the notebooks that run for a commune, on request."""
DESK = "desk"
"""Level of the notebooks for work by hand: never a page."""
LIBRARIES = (
    "pandas",
    "numpy",
    "scipy",
    "matplotlib",
    "duckdb",
    "pyarrow",
    "babel",
    "ipython",
    "ipykernel",
    "nbformat",
    "nbclient",
    "papermill",
)
"""Libraries that compute or draw: another version makes another job."""


@dataclass(frozen=True)
class Job:
    """One notebook for one unit ("" for the whole campaign): source, result, page declaration and what it depends on.

    `home` is the reported unit the unit lies in, or is.
    """

    notebook: str
    unit: str
    home: str
    source: Path
    target: Path
    page: dict[str, Any]
    parameters: dict[str, str]
    key: str

    @property
    def label(self) -> str:
        """The job in a few words."""
        return f"{self.notebook} {self.unit or CITY}"


def key_file(job: Job) -> Path:
    """Return where the key of a sealed notebook is kept, beside it."""
    return job.target.with_name(f".{job.notebook}.key")


def plan(workspace: Workspace, campaign: Campaign, notebooks: tuple[str, ...] = (), units: tuple[str, ...] = ()) -> list[Job]:
    """Return the jobs of a campaign's snapshot, city notebooks first (they take longest).

    `notebooks` and `units` narrow them; a commune notebook runs for the communes named, and for all communes of the units named.
    Raises UserError for a notebook or unit that does not exist, or a notebook whose parameters are not exactly campaign, unit and as_of.
    """
    reported = {unit.code: unit for unit in workspace.units(campaign)}
    communes = _communes(workspace, campaign)
    for code in units:
        if code not in reported and code not in communes:
            raise UserError(
                f"--unit {code}: {campaign.name} has no such unit. Codes are text with leading zeros, such as {next(iter(reported))}."
            )
    skipped = {item.unit for item in campaign.exceptions if item.skip}
    chosen = [reported[code] for code in (units or reported) if code in reported and code not in skipped]
    below = [unit for unit in communes.values() if not units or unit.code in units or unit.parent in units]
    common = _common(workspace, campaign)
    jobs = []
    for name in notebooks or (*campaign.notebooks.city, *campaign.notebooks.unit):
        source = workspace.notebooks / f"{name}.ipynb"
        if not source.is_file():
            raise UserError(
                f"There is no notebook {name}. Notebooks: {', '.join(sorted(path.stem for path in workspace.notebooks.glob('*.ipynb')))}."
            )
        page = declaration(source)
        if page["level"] == DESK:
            raise UserError(f"The notebook {name} is for work by hand and makes no page. Open it with `ansinh lab`.")
        if page["level"] == CITY:
            if not units or notebooks:
                jobs.append(_job(workspace, campaign, name, source, page, None, common))
        else:
            for unit in below if page["level"] == COMMUNE else chosen:
                jobs.append(_job(workspace, campaign, name, source, page, unit, common))
    return jobs


def _communes(workspace: Workspace, campaign: Campaign) -> dict[str, Unit]:
    """Return all communes of the campaign by code: below the reported units, or these themselves where no level lies between."""
    register = workspace.register(campaign)
    return {unit.code: unit for unit in register.under(campaign.units.root, COMMUNE)}


def requested(workspace: Workspace, campaign: Campaign) -> list[Job]:
    """Return the jobs outside the default batch that were run on request and are still true: their pages are published too."""
    default = {*campaign.notebooks.city, *campaign.notebooks.unit}
    others = sorted(path.stem for path in workspace.notebooks.glob("*.ipynb") if path.stem not in default)
    folder = workspace.runs(campaign, campaign.as_of)
    ran = tuple(name for name in others if next(folder.glob(f"*/{name}.ipynb"), None))
    return [job for job in plan(workspace, campaign, ran) if job.notebook in ran and is_done(job)] if ran else []


def last_good(job: Job) -> Path | None:
    """Return the newest sealed notebook of a failed job: set aside in this snapshot, else of an earlier one; None when there is none."""
    aside = set_aside(job)
    if aside.is_file():
        return aside
    snapshots = job.target.parents[1]
    earlier = [folder for folder in snapshots.parent.glob("????-??-??") if folder.name < snapshots.name]
    found = [path for folder in sorted(earlier, reverse=True) if (path := folder / job.target.parent.name / job.target.name).is_file()]
    return found[0] if found else None


def set_aside(job: Job) -> Path:
    """Return where the last good notebook of a failed job is kept."""
    return job.target.with_name(f".{job.notebook}.last")


def is_done(job: Job) -> bool:
    """True when the sealed notebook stands in its place and nothing it depends on has changed."""
    file = key_file(job)
    return job.target.is_file() and file.is_file() and file.read_text(encoding="utf-8") == job.key


def weight(job: Job) -> tuple[bool, int]:
    """Return what sorts jobs by the time they take: the whole campaign's first, then by how many cells compute."""
    cells = _read(job.source, job.source.stat().st_mtime_ns).cells
    return job.page["level"] == CITY, sum(cell.cell_type == "code" for cell in cells)


@lru_cache(maxsize=64)
def _read(path: Path, stamp: int) -> nbformat.NotebookNode:
    # Not validated here: papermill does that when it runs the notebook, and the schema takes long to compile.
    return nbformat.v4.reads(path.read_text(encoding="utf-8"))


def declaration(source: Path) -> dict[str, Any]:
    """Return a notebook's page declaration (metadata key `ansinh`); raises UserError when it or the parameters are not as agreed."""
    notebook = _read(source, source.stat().st_mtime_ns)
    page = notebook.metadata.get("ansinh")
    if not page or not {"level", "address", "title"} <= set(page):
        raise UserError(f"{source.name}: its metadata need a key ansinh with level, address and title.")
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    names = tuple(line.split("=")[0].strip() for line in tagged[0].source.splitlines() if "=" in line) if tagged else ()
    if names != PARAMETERS:
        raise UserError(f"{source.name}: the cell tagged parameters must set exactly {', '.join(PARAMETERS)}, in this order.")
    return dict(page)


def _job(
    workspace: Workspace, campaign: Campaign, name: str, source: Path, page: dict[str, Any], unit: Unit | None, common: dict[str, Any]
) -> Job:
    code = unit.code if unit else ""
    slug = unit.slug if unit else CITY
    words = {"unit": slug, "name": unit.name if unit else campaign.place, "place": campaign.place}
    told = {key: value.format(**words) if isinstance(value, str) else value for key, value in page.items()}
    parameters = {"campaign": campaign.name, "unit": code, "as_of": campaign.as_of.isoformat()}
    target = workspace.runs(campaign, campaign.as_of) / slug / f"{name}.ipynb"
    home = unit.parent if unit and unit.level != campaign.units.level else code
    key = _key(workspace, campaign, source, parameters, home, tuple(page.get("reads", ())), common)
    return Job(name, code, home, source, target, told, parameters, key)


def _key(
    workspace: Workspace,
    campaign: Campaign,
    source: Path,
    parameters: dict[str, str],
    unit: str,
    reads: tuple[str, ...],
    common: dict[str, Any],
) -> str:
    """Return all that the job depends on, each thing by its hash, so that a stale page is impossible and its reason can be told."""
    folder = workspace.store(campaign, campaign.as_of)
    own = {
        "notebook": _file(source, source.stat().st_mtime_ns),
        "parameters": parameters,
        "store": _store(folder, unit),
        "history": _history(folder, unit),
        "reads": {
            name: {path.name: _file(path, path.stat().st_mtime_ns) for path in _results(workspace, campaign, name)} for name in reads
        },
    }
    return json.dumps(common | own, sort_keys=True, indent=0)


def _common(workspace: Workspace, campaign: Campaign) -> dict[str, Any]:
    """Return what all jobs of a campaign depend on: its settings, the files beside them, our code and the libraries."""
    return {
        "campaign": {key: _short(value) for key, value in campaign.model_dump(mode="json", by_alias=True, exclude=WITHOUT).items()},
        "synthetic": campaign.synthetic,
        "settings": _settings(workspace.params),
        "code": code_hash(),
        "libraries": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions of the libraries that compute or draw."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def _short(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def changed(job: Job) -> list[str]:
    """Return in words what a sealed notebook depended on that is not as it was, "" names left out; nothing when all is."""
    file = key_file(job)
    before = _flat(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}
    now = _flat(json.loads(job.key))
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _flat(parts: dict[str, Any], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parts.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{above}{name}: ")
        else:
            found[f"{above}{name}"] = str(value)
    return found


def _history(folder: Path, unit: str) -> dict[str, dict[str, str]]:
    """Hash what pages show of earlier snapshots: persons, findings and outcomes of each, and what was withheld of them."""
    earlier = [other for other in sorted(folder.parent.glob("????-??-??")) if other.name < folder.name and store.has_findings(other)]
    shown = (store.PERSONS.name, store.FINDINGS.name, store.OUTCOMES.name, store.WITHHELD.name)
    return {other.name: _store(other, unit, shown) for other in earlier}


def read_beside(workspace: Workspace, campaign: Campaign) -> list[Path]:
    """Return what any of the notebooks reads beside the store."""
    read = {name for source in workspace.notebooks.glob("*.ipynb") for name in declaration(source).get("reads", ())}
    return [path for name in sorted(read) for path in _results(workspace, campaign, name)]


def _results(workspace: Workspace, campaign: Campaign, name: str) -> list[Path]:
    """Return the results in one of the folders of the campaign's data that a notebook declares to read (metadata key ansinh.reads)."""
    return sorted((workspace.data(campaign) / name).glob("*.result.json"))


def _store(folder: Path, unit: str, tables: Iterable[str] = tuple(store.TABLES)) -> dict[str, str]:
    files = {}
    for name in tables:
        pattern = f"unit={unit}/part.parquet" if unit else "unit=*/part.parquet"
        for path in sorted((folder / name).glob(pattern)):
            files[path.relative_to(folder).as_posix()] = _file(path, path.stat().st_mtime_ns)
    return files


@lru_cache(maxsize=65536)
def _file(path: Path, stamp: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _settings(params: Path) -> dict[str, str]:
    paths = [path for path in params.rglob("*.*") if path.parent.name != "campaigns"]
    return {path.relative_to(params).as_posix(): _file(path, path.stat().st_mtime_ns) for path in sorted(paths) if path.is_file()}


WITHOUT = {"demo", "site"}
"""Settings no notebook can depend on: how large a demo city is made is told by its data, where the site lies by nothing."""
ABOVE = frozenset({"site", "demo", "desk", "pipeline.py", "cli"})
"""Rooms above this one: no notebook can depend on them (the import rules are tested)."""


PACKAGE = Path(__file__).parents[1]


@lru_cache(maxsize=1)
def code_hash(package: Path = PACKAGE) -> str:
    """Hash the package's own code, as far as notebooks can depend on it."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] in ABOVE:
            continue
        digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
