"""How fast and how right the proposals of one person under two ids are, on a synthetic city of any size and seed.

Usage: python -m tests.benchmarks.same_person_city <folder> [people] [seed]. Writes and loads the city in `folder` unless it is there.
"""

from __future__ import annotations

import itertools
import resource
import sys
import time
from pathlib import Path

import pandas as pd

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.checks import same_person
from ansinh.demo import write_city
from ansinh.intake import load
from tests.conftest import lay_workspace

THRESHOLDS = (0.5, 0.8, 0.9, 0.99, 0.999)
POSITION = ["source_file", "source_sheet", "source_row"]


def city(folder: Path, people: int, seed: int) -> tuple[Workspace, Campaign]:
    """Return the workspace of a loaded city, made on first use."""
    workspace = Workspace(folder) if (folder / "params").is_dir() else lay_workspace(folder)
    campaign = workspace.campaign()
    if not workspace.store(campaign, campaign.as_of).is_dir():
        sources, truth = workspace.sources(campaign), workspace.truth(campaign)
        write_city(workspace, campaign, people=people, seed=seed, as_of=campaign.as_of, sources=sources, truth=truth)
        load(workspace, campaign)
    return workspace, campaign


def true_pairs(workspace: Workspace, campaign: Campaign, read: pd.DataFrame) -> set[frozenset[str]]:
    """Return pairs of ids in the store that the demo's truth knows as one person."""
    records = pd.read_parquet(workspace.truth(campaign) / "records.parquet", columns=["person", *POSITION])
    known = read.merge(records, on=POSITION)
    ids = known.groupby("person")["person_id"].agg(lambda found: sorted(set(found)))
    return {frozenset(pair) for found in ids[ids.map(len) > 1] for pair in itertools.combinations(found, 2)}


def main(folder: Path, people: int, seed: int) -> None:
    """Print persons, seconds, peak memory, and precision and recall at each threshold."""
    workspace, campaign = city(folder, people, seed)
    con = store.connect(workspace.store(campaign, campaign.as_of))
    start = time.perf_counter()
    pairs = same_person.propose(con, campaign, threshold=min(THRESHOLDS)).pairs
    seconds = time.perf_counter() - start
    read = store.query(con, f"SELECT person_id, {', '.join(POSITION)} FROM beneficiaries")
    truth = true_pairs(workspace, campaign, read)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{read['person_id'].nunique()} persons, {len(truth)} true pairs, {seconds:.1f} s, peak {peak:.1f} GB")
    for threshold in THRESHOLDS:
        chosen = pairs[pairs["probability"] >= threshold]
        found = set(map(frozenset, zip(chosen["person_l"], chosen["person_r"], strict=True)))
        right = len(found & truth)
        print(
            f"{threshold:>6}: proposed {len(found):>6}, precision {right / max(len(found), 1):.4f}, recall {right / max(len(truth), 1):.4f}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20_000, int(sys.argv[3]) if len(sys.argv) > 3 else 1)
