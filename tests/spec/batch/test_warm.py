"""The process that kernels are forked from: one thread, no debugger, and a kernel that remembers nothing of another."""

from __future__ import annotations

import subprocess
import sys

import pytest

THREADS = """
import os, sys
import ansinh.batch.preload
print(len(os.listdir("/proc/self/task")), "debugpy" in sys.modules, "splink" in sys.modules)
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
def test_what_kernels_are_forked_from_holds_one_thread_and_nothing_they_never_need() -> None:
    done = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False", "False"]
