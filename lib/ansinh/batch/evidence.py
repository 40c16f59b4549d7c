"""Evidence: what was made of what. No times and no paths of a machine, so that the same inputs give the same bytes."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from typing import Any

from ansinh import __version__, store
from ansinh.batch.plan import LIBRARIES, Job, code_hash, key_file
from ansinh.campaign import Campaign, Workspace
from ansinh.checks.catalogue import catalogue

NAME = "evidence.json"


def sealed_key(job: Job) -> str:
    """Return the key the sealed notebook was really made with, not the one a run today would have."""
    return hashlib.sha256(key_file(job).read_bytes()).hexdigest()


def write_evidence(workspace: Workspace, campaign: Campaign, jobs: list[Job]) -> dict[str, Any]:
    """Write evidence.json beside the sealed notebooks and return its content.

    Inputs by name, size, SHA-256 and rows; checks by version; libraries by version; pages by notebook, parameters and SHA-256.
    """
    con = store.connect(workspace.store(campaign, campaign.as_of), [store.LOADS])
    inputs = store.query(
        con,
        "SELECT source_file AS file, kind, any_value(sha256) AS sha256, any_value(bytes) AS bytes, any_value(status) AS status, sum(rows_read)::BIGINT AS rows_read,"
        " sum(rows_kept)::BIGINT AS rows_kept, sum(rows_quarantined)::BIGINT AS rows_quarantined FROM loads GROUP BY 1, 2 ORDER BY 1, 2",
        what="the evidence",
    )
    pages = [
        {
            "address": job.page["address"],
            "notebook": job.notebook,
            "parameters": job.parameters,
            "depends_on": sealed_key(job),
            "sha256": hashlib.sha256(job.target.read_bytes()).hexdigest(),
        }
        for job in jobs
        if job.target.is_file() and key_file(job).is_file()
    ]
    content = {
        "campaign": campaign.name,
        "as_of": campaign.as_of.isoformat(),
        "audience": campaign.audience,
        "synthetic": campaign.synthetic,
        "ansinh": {"version": __version__, "code": code_hash()},
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "checks": {check.id: check.version for check in catalogue(campaign)},
        "inputs": json.loads(inputs.to_json(orient="records")),
        "pages": sorted(pages, key=lambda page: page["address"]),
    }
    folder = workspace.runs(campaign, campaign.as_of)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{NAME}"
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(folder / NAME)
    return content
