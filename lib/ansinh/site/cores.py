"""Work on pages spread over the cores."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")
FEW = 150
"""For so few pages starting processes, which load the libraries for seconds, takes longer than the work of 50 ms a page."""


def spread(function: Callable[[In], Out], items: Sequence[In], jobs: int) -> Iterator[Out]:
    """Yield function(item) for every item in order, over `jobs` processes where there is enough to do."""
    if jobs < 2 or len(items) <= FEW:
        yield from map(function, items)
        return
    # Never a plain fork: the caller has threads (DuckDB, the progress line).
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["ansinh.site.embedded"])
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        yield from pool.map(function, items, chunksize=max(1, min(8, len(items) // (4 * jobs))))
