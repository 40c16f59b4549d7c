"""What the fork server has imported before a kernel is forked from it, and the kernel's own beginning.

Nothing here runs user code, opens a file that stays open, or starts a thread.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("MPLBACKEND", "svg")

import duckdb
import IPython
import matplotlib.backends.backend_svg
import matplotlib.figure
import pandas
from ipykernel.kernelapp import IPKernelApp

import ansinh.audit
import ansinh.batch.seal
from ansinh.batch.leash import MEMORY, end_with_parent, limit_memory

WARM = (duckdb, IPython, matplotlib, pandas, ansinh.audit)


def kernel_main(connection_file: str, folder: str, environment: dict[str, str]) -> None:
    """Become an IPython kernel in `folder` with `environment`; returns when the kernel is shut down."""
    os.environ.clear()
    os.environ.update(environment)
    os.environ["MPLBACKEND"] = "svg"
    end_with_parent()
    limit_memory(environment.get(MEMORY, ""))
    os.chdir(folder)
    sys.argv = ["ansinh-kernel"]
    application = IPKernelApp.instance(log_level=50)
    application.initialize([f"--f={connection_file}", "--HistoryManager.hist_file=:memory:", "--IPKernelApp.quiet=True"])
    application.start()
