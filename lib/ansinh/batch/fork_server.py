"""The fork server: one process imports what notebooks need, once; workers, their makers and all kernels are forked from it.

Light, so that it can be begun before this process has imported anything else.
"""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing import forkserver
from typing import Any

PRELOAD = ("ansinh.batch.preload",)
"""What the fork server imports once: the module that imports what notebooks need."""


def can_fork() -> bool:
    """Tell whether kernels can be forked here."""
    return sys.platform == "linux" and "forkserver" in multiprocessing.get_all_start_methods()


def warm_context() -> Any:
    """Return the multiprocessing context whose processes are forked from a server that has imported the libraries."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOAD))
    return context


def begin() -> None:
    """Let the fork server import beside what this process still has to do; whoever needs it waits for it. Nothing where fork does not exist."""
    if can_fork():
        warm_context()
        forkserver.ensure_running()
