"""A workspace in which the tutorial was followed to its end, shared by all tests of the documentation."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.conftest import lay_workspace, state_of_the_code
from tests.docs.samples import ROOT, lay_reader, run, samples

TUTORIAL = ROOT / "docs" / "tutorial" / "index.md"


@pytest.fixture(scope="session")
def tutorial(city_cache: Path) -> Path:
    """The reader's workspace after the last step of the tutorial; followed once per state of the code. Copy it with its links, do not write to it."""
    folder, marker = city_cache / "tutorial", city_cache / "tutorial.state"
    text = TUTORIAL.read_text(encoding="utf-8")
    state = state_of_the_code() + hashlib.sha256(text.encode() + TUTORIAL.with_name("make_lists.py").read_bytes()).hexdigest()
    with FileLock(city_cache / "lock-tutorial"):
        if not marker.is_file() or marker.read_text() != state:
            shutil.rmtree(folder, ignore_errors=True)
            lay_workspace(folder)
            lay_reader(folder)
            for sample in samples(text):
                run(sample, folder)
            marker.write_text(state)
    return folder
