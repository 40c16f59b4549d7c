"""The duplicate room must beat every other method on data nobody here made. Needs the package index, so it runs with the slow tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.benchmarks.same_person_febrl import compare


@pytest.mark.slow
def test_our_room_finds_febrl_duplicates_better_than_the_others(tmp_path: Path) -> None:
    try:
        table = compare(tmp_path)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"recordlinkage could not be set up or run: {error}")
    for _, results in table[table["step"] == "clusters"].groupby("set"):
        f1 = results.set_index("method")["f1"]
        assert f1["An Sinh"] >= f1.max()
    assert table.query("set == 3 and method == 'An Sinh' and step == 'clusters'")["f1"].item() > 0.993
