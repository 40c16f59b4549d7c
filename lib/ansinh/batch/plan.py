"""Which notebook runs for which unit, and what each of these jobs depends on."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ansinh import hashes, store
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
    held = _Held(workspace.store(campaign, campaign.as_of))
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
                jobs.append(_job(workspace, campaign, name, source, page, None, held, common))
        else:
            for unit in below if page["level"] == COMMUNE else chosen:
                jobs.append(_job(workspace, campaign, name, source, page, unit, held, common))
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
    found = [path for folder in reversed(store.earlier(snapshots)) if (path := folder / job.target.parent.name / job.target.name).is_file()]
    return found[0] if found else None


def set_aside(job: Job) -> Path:
    """Return where the last good notebook of a failed job is kept."""
    return job.target.with_name(f".{job.notebook}.last")


def is_done(job: Job) -> bool:
    """True when the sealed notebook stands in its place and nothing it depends on has changed."""
    file = key_file(job)
    return job.target.is_file() and file.is_file() and file.read_text(encoding="utf-8") == job.key


def code_cells(job: Job) -> int:
    """Return how many cells of a job's notebook compute."""
    return sum(cell["cell_type"] == "code" for cell in _read(job.source, hashes.stamp_of(job.source))["cells"])


@lru_cache(maxsize=64)
def _read(path: Path, stamp: hashes.Stamp) -> dict[str, Any]:
    # As it lies there: papermill validates it when it runs the notebook, and nbformat with its schema takes long to load.
    return dict(json.loads(path.read_text(encoding="utf-8")))


def declaration(source: Path) -> dict[str, Any]:
    """Return a notebook's page declaration (metadata key `ansinh`); raises UserError when it or the parameters are not as agreed."""
    notebook = _read(source, hashes.stamp_of(source))
    page = notebook["metadata"].get("ansinh")
    if not page or not {"level", "address", "title"} <= set(page):
        raise UserError(f"{source.name}: its metadata need a key ansinh with level, address and title.")
    tagged = [cell["source"] for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    names = tuple(line.split("=")[0].strip() for line in "".join(tagged[0]).splitlines() if "=" in line) if tagged else ()
    if names != PARAMETERS:
        raise UserError(f"{source.name}: the cell tagged parameters must set exactly {', '.join(PARAMETERS)}, in this order.")
    return dict(page)


def _job(
    workspace: Workspace,
    campaign: Campaign,
    name: str,
    source: Path,
    page: dict[str, Any],
    unit: Unit | None,
    held: _Held,
    common: dict[str, Any],
) -> Job:
    code = unit.code if unit else ""
    slug = unit.slug if unit else CITY
    words = {"unit": slug, "name": unit.name if unit else campaign.place, "place": campaign.place}
    told = {key: value.format(**words) if isinstance(value, str) else value for key, value in page.items()}
    parameters = {"campaign": campaign.name, "unit": code, "as_of": campaign.as_of.isoformat()}
    target = workspace.runs(campaign, campaign.as_of) / slug / f"{name}.ipynb"
    home = unit.parent if unit and unit.level != campaign.units.level else code
    own = {
        "notebook": hashes.of(source),
        "parameters": parameters,
        "store": held.today(home),
        "history": held.earlier(home),
        "reads": {folder: _files(_results(workspace, campaign, folder)) for folder in page.get("reads", ())},
    }
    key = json.dumps(common | own, sort_keys=True, indent=0)
    return Job(name, code, home, source, target, told, parameters, key)


class _Held:
    """The files of a snapshot and of those before it, each by its hash: looked at once, for all jobs of a plan.

    So a job knows all that it depends on in the store: a stale page is impossible, and its reason can be told.
    """

    def __init__(self, folder: Path) -> None:
        before = list(filter(store.has_findings, store.earlier(folder)))
        self._today = _by_unit(folder, store.TABLES)
        self._common = _by_unit(folder, [store.LOADS.name]).get(store.NO_UNIT, {})
        self._earlier = {other.name: _by_unit(other, SHOWN_LATER) for other in before}

    def today(self, unit: str) -> Mapping[str, str]:
        """Return the files a unit's notebooks read ("": all), name in the store → SHA-256."""
        return self._today.get(unit, {}) | self._common

    def earlier(self, unit: str) -> dict[str, Mapping[str, str]]:
        """Return the same for what pages show of earlier snapshots, by their dates."""
        return {day: files.get(unit, {}) for day, files in self._earlier.items()}


SHOWN_LATER = (store.PERSONS.name, store.FINDINGS.name, store.OUTCOMES.name, store.WITHHELD.name)
"""Tables of earlier snapshots that pages show something of."""


def _by_unit(folder: Path, tables: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the files of these tables by unit, and all of them under ""."""
    found: dict[str, dict[str, str]] = {"": {}}
    for name in tables:
        for path in sorted((folder / name).glob("unit=*/part.parquet")):
            told = {path.relative_to(folder).as_posix(): hashes.of(path)}
            found[""] |= told
            found.setdefault(path.parent.name.removeprefix("unit="), {}).update(told)
    return found


def _files(paths: Iterable[Path]) -> dict[str, str]:
    return {path.name: hashes.of(path) for path in paths}


def _common(workspace: Workspace, campaign: Campaign) -> dict[str, Any]:
    """Return what all jobs of a campaign depend on: its settings, the files beside them, our code and the libraries."""
    return {
        "campaign": {key: _short(value) for key, value in campaign.model_dump(mode="json", by_alias=True, exclude=UNREAD_SETTINGS).items()},
        "synthetic": campaign.synthetic,
        "settings": _settings(workspace.params),
        "code": code_hash(),
        "libraries": versions(),
    }


@lru_cache(maxsize=1)
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


def read_beside(workspace: Workspace, campaign: Campaign) -> list[Path]:
    """Return what any of the notebooks reads beside the store."""
    read = {name for source in workspace.notebooks.glob("*.ipynb") for name in declaration(source).get("reads", ())}
    return [path for name in sorted(read) for path in _results(workspace, campaign, name)]


def _results(workspace: Workspace, campaign: Campaign, name: str) -> list[Path]:
    """Return the results in one of the folders of the campaign's data that a notebook declares to read (metadata key ansinh.reads)."""
    return sorted((workspace.data(campaign) / name).glob("*.result.json"))


def _settings(params: Path) -> dict[str, str]:
    paths = [path for path in params.rglob("*.*") if path.parent.name != "campaigns"]
    return {path.relative_to(params).as_posix(): hashes.of(path) for path in sorted(paths) if path.is_file()}


UNREAD_SETTINGS = {"demo", "site", "sources", "notebooks"}
"""Settings no notebook can depend on: how large a demo city is made and what was read of which file is told by its data, where the site
lies and which other notebooks there are by nothing."""
ABOVE = frozenset({"site", "demo", "desk", "pipeline.py", "cli"})
"""Rooms above this one: no notebook can depend on them (the import rules are tested)."""


PACKAGE = Path(__file__).parents[1]


@lru_cache(maxsize=1)
def code_hash(package: Path = PACKAGE) -> str:
    """Hash the package's own code, as far as notebooks can depend on it, as it is when this process first asks: that is what it runs."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] not in ABOVE:
            digest.update(f"{path.relative_to(package).as_posix()} {hashes.of(path)}\n".encode())
    return digest.hexdigest()
