"""Is the published site what its evidence says: inputs, store, notebooks and pages hashed again, and what differs told line by line."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from ansinh import hashes
from ansinh.batch.evidence import NAME as EVIDENCE
from ansinh.batch.evidence import STORE, by_table, store_files
from ansinh.campaign import KINDS, Campaign, Workspace
from ansinh.errors import NotReady
from ansinh.intake.load import IGNORED
from ansinh.site.swap import SUMS, marker, read_sums, sums


def evidence_of(site: Path) -> dict[str, Any]:
    """Return the evidence of a published site; raises NotReady when it has none."""
    path = site / EVIDENCE
    if not path.is_file() or not marker(site):
        raise NotReady(f"{site.name} is no published site. Run `ansinh build` first.")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def differences(workspace: Workspace, campaign: Campaign) -> Iterator[str]:
    """Yield one line for each input, table, notebook and page that is not as the published site's evidence says.

    The snapshot verified is the published one, whatever the campaign's as-of date is now. Raises NotReady when there is no site.
    """
    site = workspace.output(campaign)
    evidence = evidence_of(site)
    then = campaign.model_copy(update={"as_of": dt.date.fromisoformat(evidence["as_of"])})
    if (evidence["campaign"], evidence["audience"]) != (campaign.name, campaign.audience):
        yield f"site: made for {evidence['campaign']} ({evidence['audience']}), not for {campaign.name} ({campaign.audience})"
    yield from _inputs(workspace.sources(then), then, evidence)
    yield from _store(workspace, then, evidence)
    yield from _notebooks(workspace, then, evidence)
    yield from compared(read_sums(site), sums(site), "page")


def compared(before: Mapping[str, str], now: Mapping[str, str], word: str) -> Iterator[str]:
    """Yield one line for each name that is gone, new, or has another hash."""
    if not before:
        yield f"{word}: there is no {SUMS} to compare with"
        return
    for name in sorted(before.keys() | now.keys()):
        if name not in now:
            yield f"{word} {name}: is gone"
        elif name not in before:
            yield f"{word} {name}: was not there"
        elif before[name] != now[name]:
            yield f"{word} {name}: differs"


def from_databases(evidence: Mapping[str, Any]) -> list[str]:
    """Return the inputs that came from a database: what was read then cannot be hashed again."""
    return sorted({item["file"] for item in evidence["inputs"] if item["file"].startswith("sql/")})


def _inputs(sources: Path, campaign: Campaign, evidence: Mapping[str, Any]) -> Iterator[str]:
    known = {item["file"]: item for item in evidence["inputs"]}
    listed = {path for kind in KINDS for pattern in campaign.sources.patterns(kind) for path in sources.glob(pattern) if path.is_file()}
    for path in sorted(listed):
        name = path.relative_to(sources).as_posix()
        if not path.name.startswith(IGNORED) and not any(file == name or file.startswith(f"{name}/") for file in known):
            yield f"input {name}: was not there"
    for item in known.values():
        if not item["sha256"] or item["file"].startswith("sql/"):
            continue
        found = _digest(sources, PurePosixPath(item["file"]))
        if found is None:
            yield f"input {item['file']}: is gone"
        elif found != item["sha256"]:
            yield f"input {item['file']}: differs"


def _digest(sources: Path, name: PurePosixPath) -> str | None:
    """Return the hash of a source file, or of a list inside a zipped folder (`folder.zip/list.xlsx`); None when it is gone."""
    path = sources / name
    if path.is_file():
        return hashes.anew(path)
    archive = sources / name.parent
    return _member(archive, name.name) if archive.is_file() else None


def _member(archive: Path, name: str) -> str | None:
    with zipfile.ZipFile(archive) as opened:
        for item in opened.infolist():
            if PurePosixPath(item.filename.replace("\\", "/")).name == name:
                with opened.open(item) as file:
                    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    return None


def _store(workspace: Workspace, campaign: Campaign, evidence: Mapping[str, Any]) -> Iterator[str]:
    now = store_files(workspace.store(campaign, campaign.as_of), hashes.anew)
    path = workspace.runs(campaign, campaign.as_of) / STORE
    before = dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
    if by_table(before) != evidence["store"]["tables"]:
        yield f"store: {STORE} beside the sealed notebooks is not the one the site was made with"
    yield from compared(before, now, "store")


def _notebooks(workspace: Workspace, campaign: Campaign, evidence: Mapping[str, Any]) -> Iterator[str]:
    before = {f"{name}.ipynb": digest for name, digest in evidence["notebooks"].items()}
    now = {path.name: hashes.anew(path) for path in workspace.notebooks.glob("*.ipynb") if path.name in before}
    yield from compared(before, now, "notebook")
    runs = workspace.runs(campaign, campaign.as_of)
    sealed = {f"{page['place']}/{page['notebook']}.ipynb": page["sha256"] for page in evidence["pages"]}
    there = {name: hashes.anew(runs / name) for name in sealed if (runs / name).is_file()}
    yield from compared(sealed, there, "executed notebook")
