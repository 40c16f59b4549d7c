"""Worker processes of a batch: so many jobs at a time, each in a process forked from the warm server; whoever is lost is replaced."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from ansinh.batch.fork_server import can_fork, warm_context
from ansinh.batch.maker import use_maker
from ansinh.batch.work import JobReport, Work, execute
from ansinh.campaign import Campaign, Workspace

ATTEMPTS = 2
"""Times a job is begun before a worker that ends under it counts as its failure."""


def each(works: list[Work], jobs: int) -> Iterator[JobReport]:
    """Execute the jobs, `jobs` at a time, and yield their reports as they end.

    When a worker is ended from outside, those it ran beside are run again in new workers; a job whose worker ended twice has failed.
    """
    waiting = deque(works)
    ended: Counter[str] = Counter()
    while waiting:
        pool = pool_of(min(jobs, len(waiting)), waiting[0].root, waiting[0].campaign)
        running: dict[Future[JobReport], Work] = {}
        try:
            while waiting or running:
                while waiting and len(running) < jobs + 1:
                    item = waiting.popleft()
                    running[pool.submit(execute, item)] = item
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    report = future.result()
                    running.pop(future)
                    yield report
            pool.shutdown()
        except BrokenProcessPool:
            pool.shutdown(cancel_futures=True)
            # What had ended well before the break is told; the others go again.
            for future, item in running.items():
                if future.done() and future.exception() is None:
                    yield future.result()
                    continue
                ended[item.job.label] += 1
                if ended[item.job.label] < ATTEMPTS:
                    waiting.appendleft(item)
                else:
                    error = f"its worker process was ended {ATTEMPTS} times; look for memory running out, then run again"
                    yield JobReport(item.job.notebook, item.job.unit, "failed", error=error)
        except BaseException:
            _end(pool)
            raise


def pool_of(workers: int, root: Path, campaign: Campaign) -> ProcessPoolExecutor:
    """Return a pool of worker processes, each with a maker of warm kernels where fork exists."""
    if can_fork():
        read_once = partial(_register, root, campaign)
        return ProcessPoolExecutor(workers, mp_context=warm_context(), initializer=use_maker, initargs=(read_once,))
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def _register(root: Path, campaign: Campaign) -> None:
    """Read the register of units, which every notebook asks for, before the first kernel is forked."""
    Workspace(root).register(campaign)


def _end(pool: ProcessPoolExecutor) -> None:
    """End all workers at once; their makers and kernels end with them."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
