"""What the fork server has imported before a kernel is forked from it, and the kernel's own beginning.

Nothing here runs user code, opens a file that stays open, or starts a thread.
"""

from __future__ import annotations

import datetime as dt
import gc
import importlib
import os
import sys

os.environ.setdefault("MPLBACKEND", "svg")

import duckdb
import IPython.core.debugger
import matplotlib.backends.backend_svg
import matplotlib.figure
import pandas
import pyarrow.pandas_compat
import tornado.platform.asyncio
from ipykernel.kernelapp import IPKernelApp

import ansinh.audit
import ansinh.batch.seal
import ansinh.store.engine
from ansinh.batch.leash import MEMORY, end_with_parent, limit_memory
from ansinh.doors import left_out
from ansinh.show import figures

WARM = (duckdb, IPython, matplotlib, pandas, pyarrow, tornado, ansinh.audit, ansinh.store.engine)


def rehearse() -> None:
    """Load what is loaded on first use: a figure is drawn, fonts are found; then keep all that from the garbage collector.

    Frozen objects are never walked by a kernel's collector, so the pages they lie on stay shared between all kernels. Nobody debugs a
    kernel of a batch, and the debugger takes longer to load than all else a kernel needs to begin: it is left out.
    """
    with left_out("debugpy"):
        importlib.import_module("ipykernel.ipkernel")
        importlib.import_module("ipykernel.debugger")
    days = [dt.date(2000, 1, day) for day in range(1, 10)]
    figures.trend(days, [at / 10 for at in range(9)], deadline=dt.date(2000, 1, 12), target=1.0, id="x", title="x", description="x")
    gc.collect()
    gc.freeze()


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
    application.initialize([f"--f={connection_file}", "--HistoryManager.enabled=False", "--IPKernelApp.quiet=True"])
    application.start()
