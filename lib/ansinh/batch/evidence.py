"""Evidence: what was made of what. No times and no paths of a machine, so that the same inputs give the same bytes.

Three files beside the sealed notebooks: evidence.json, which is published; store.json, the hash of every file of the store, and
seconds.json, how long each notebook took when it last ran: both restricted (a small table's hash lets a guess be confirmed, and
seconds are never the same twice).
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ansinh import __version__, hashes, store
from ansinh.batch.plan import CITY, UNREAD_SETTINGS, Job, code_hash, key_file, versions
from ansinh.campaign import Campaign, Workspace

NAME = "evidence.json"
STORE = "store.json"
SECONDS = "seconds.json"
MADE_OF = ".evidence.key"
"""Beside them: what they were made of, so that they are written only when that has changed."""


def sealed_key(job: Job) -> str:
    """Return the key the sealed notebook was really made with, not the one a run today would have."""
    return hashes.of(key_file(job))


def write_evidence(workspace: Workspace, campaign: Campaign, jobs: list[Job], seconds: Mapping[str, float]) -> None:
    """Write the evidence of a snapshot beside its sealed notebooks, unless it stands there and all it was made of is as it was.

    Inputs by name, unit, size (bytes), SHA-256 and rows; the store by table; checks and libraries by version; the code by hash and
    commit; pages by notebook, parameters, input files and SHA-256. `seconds` are those of the notebooks run now, by the job's label.
    """
    folder = workspace.runs(campaign, campaign.as_of)
    if seconds:
        _write(folder / SECONDS, _read(folder / SECONDS) | {label: round(value, 2) for label, value in seconds.items()})
    made_of = _made_of(workspace, campaign, jobs)
    if not _written(folder, made_of):
        _write(folder / NAME, _content(workspace, campaign, jobs))
        _write(folder / STORE, store_files(workspace.store(campaign, campaign.as_of)))
        _write(folder / MADE_OF, {"made_of": made_of} | {name: hashes.anew(folder / name) for name in (NAME, STORE)})


def _made_of(workspace: Workspace, campaign: Campaign, jobs: list[Job]) -> str:
    """Hash all that the evidence tells of: settings, code, libraries, every file of the store, every sealed notebook with its key."""
    settings = campaign.model_dump(mode="json", by_alias=True, exclude=UNREAD_SETTINGS)
    told: list[Any] = [settings, campaign.synthetic, __version__, code_hash(), versions(), _commit()]
    told += [store_files(workspace.store(campaign, campaign.as_of))]
    told += [
        [job.label, job.page, job.home, hashes.of(job.source), _stands(job) and (sealed_key(job), hashes.of(job.target))] for job in jobs
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _written(folder: Path, made_of: str) -> bool:
    """Tell whether the evidence stands as it was written, made of just this."""
    try:
        told = _read(folder / MADE_OF)
        return told == {"made_of": made_of} | {name: hashes.of(folder / name) for name in (NAME, STORE)}
    except (OSError, ValueError):
        return False


def last_seconds(workspace: Workspace, campaign: Campaign) -> dict[str, float]:
    """Return the seconds each notebook took when it last ran, by the job's label: in this snapshot, else in the one before."""
    folder = workspace.runs(campaign, campaign.as_of)
    earlier = [other for other in store.earlier(folder) if (other / SECONDS).is_file()]
    try:
        return (_read(earlier[-1] / SECONDS) if earlier else {}) | _read(folder / SECONDS)
    except ValueError:
        return {}


def _content(workspace: Workspace, campaign: Campaign, jobs: list[Job]) -> dict[str, Any]:
    from ansinh.checks.catalogue import catalogue

    held = store_files(workspace.store(campaign, campaign.as_of))
    inputs = _inputs(workspace, campaign)
    return {
        "campaign": campaign.name,
        "as_of": campaign.as_of.isoformat(),
        "audience": campaign.audience,
        "synthetic": campaign.synthetic,
        "ansinh": {"version": __version__, "code": code_hash(), **_commit()},
        "libraries": versions(),
        "checks": {check.id: check.version for check in catalogue(campaign)},
        "inputs": inputs,
        "store": {"snapshot": campaign.as_of.isoformat(), "tables": by_table(held)},
        "notebooks": {job.notebook: hashes.of(job.source) for job in jobs},
        "pages": sorted((_page(job, campaign, inputs) for job in jobs if _stands(job)), key=lambda page: page["address"]),
    }


def store_files(folder: Path, hashed: Callable[[Path], str] = hashes.of) -> dict[str, str]:
    """Return the SHA-256 of every file of a store's tables, by its path inside the store; `hashed` says how (`hashes`)."""
    return {
        path.relative_to(folder).as_posix(): hashed(path)
        for name in store.TABLES
        for path in sorted((folder / name).glob("unit=*/part.parquet"))
    }


def by_table(held: Mapping[str, str]) -> dict[str, str]:
    """Return one hash a table: of the names and hashes of all its files."""
    tables: dict[str, list[str]] = {}
    for path, digest in sorted(held.items()):
        tables.setdefault(path.split("/", 1)[0], []).append(f"{digest}  {path}\n")
    return {name: hashlib.sha256("".join(lines).encode()).hexdigest() for name, lines in sorted(tables.items())}


def _inputs(workspace: Workspace, campaign: Campaign) -> list[dict[str, Any]]:
    con = store.connect(workspace.store(campaign, campaign.as_of), [store.LOADS])
    frame = store.query(
        con,
        "SELECT source_file AS file, kind, unit, any_value(sha256) AS sha256, any_value(bytes) AS bytes, any_value(status) AS status,"
        " sum(rows_read)::BIGINT AS rows_read, sum(rows_kept)::BIGINT AS rows_kept, sum(rows_quarantined)::BIGINT AS rows_quarantined"
        " FROM loads GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        what="the evidence",
    )
    found: list[dict[str, Any]] = json.loads(frame.to_json(orient="records"))
    return found


def _stands(job: Job) -> bool:
    return job.target.is_file() and key_file(job).is_file()


def _page(job: Job, campaign: Campaign, inputs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what is known of one page; its input files are those of its unit and those of no single unit (a bank's list)."""
    home = {job.home, store.NO_UNIT} if job.unit else set()
    return {
        "address": job.page["address"],
        "notebook": job.notebook,
        "place": job.target.parent.name if job.unit else CITY,
        "parameters": job.parameters,
        "inputs": [item["file"] for item in inputs if not home or item["unit"] in home],
        "depends_on": sealed_key(job),
        "sha256": hashes.of(job.target),
    }


@lru_cache(maxsize=1)
def _commit() -> dict[str, Any]:
    """Return the commit of the source the code lies in, and whether files of the package differ from it; nothing outside a checkout."""
    package = Path(__file__).parents[1]

    def git(*arguments: str) -> list[str]:
        try:
            done = subprocess.run(["git", "-C", str(package), *arguments], capture_output=True, text=True, check=False, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            return []
        return done.stdout.splitlines() if done.returncode == 0 else []

    if not git("ls-files", "--error-unmatch", "__init__.py"):
        return {}
    told = git("status", "--porcelain=v2", "--branch", "--", ".")
    commit = next((line.removeprefix("# branch.oid ") for line in told if line.startswith("# branch.oid ")), "")
    return {"commit": commit, "changed_since": any(not line.startswith("#") for line in told)}


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path)
