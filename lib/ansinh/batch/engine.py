"""A papermill engine whose kernels are forked from a process that has imported the libraries.

`papermill --engine ansinh` works too. Transport is ipc, so that no ports race (papermill#511); where fork does not exist an
ordinary kernel runs, with the same result.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import tempfile
import uuid
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from ansinh.batch import maker
from ansinh.batch.client import WarmClient
from ansinh.batch.fork_server import can_fork, warm_context

LOOK = 0.003
"""Seconds between two looks whether a killed kernel has ended."""
GIVE_UP = 5.0
"""Seconds after which a killed kernel is left to the system."""


class _Forked:
    """A forked kernel, with the few methods of a Popen that a provisioner needs."""

    stdin = stdout = stderr = None

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self.process = process
        self.pid = process.pid or 0

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start_kernel(connection_file: str, folder: str, environment: dict[str, str]) -> Any:
    """Fork a kernel: from this worker's maker, else (papermill's own command, a notebook) from a fork server of this process."""
    if own := maker.own():
        return own.make(connection_file, folder, environment)
    from ansinh.batch.warm import kernel_main

    process = warm_context().Process(target=kernel_main, args=(connection_file, folder, environment), daemon=True)
    process.start()
    return _Forked(process)


class ForkProvisioner(LocalProvisioner):
    """Starts a kernel as a fork of the warm process instead of a new interpreter."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork the kernel; `cmd`, the command of an ordinary kernel, is not used."""
        parent: Any = self.parent
        environment = {key: value for key, value in (kwargs.get("env") or os.environ).items() if isinstance(value, str)}
        process = start_kernel(parent.connection_file, kwargs.get("cwd") or os.getcwd(), environment)
        self.process: Any = process
        self.pid = process.pid
        self.pgid = None
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel."""
        if self.process:
            self.process.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and wait for its end, looking often: every notebook ends so, and its worker waits."""
        await self.send_signal(signal.SIGKILL)
        for _ in range(int(GIVE_UP / LOOK)):
            if not self.process or self.process.poll() is not None:
                return
            await asyncio.sleep(LOOK)


class WarmKernelManager(AsyncKernelManager):
    """A kernel manager over ipc whose kernel is a fork."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.client_factory = WarmClient
        self.transport = "ipc"
        # Socket paths must be short (108 bytes on Linux), so they do not lie in the workspace.
        self.ip = str(Path(tempfile.gettempdir()) / f"as-{uuid.uuid4().hex[:12]}")

    @property
    def kernel_spec(self) -> KernelSpec:
        """The spec of a forked kernel: only the connection file is passed on."""
        return KernelSpec(argv=["{connection_file}"], display_name="Python 3", language="python")

    async def _async_pre_start_kernel(self, **kwargs: Any) -> tuple[list[str], dict[str, Any]]:
        command, arguments = await super()._async_pre_start_kernel(**kwargs)
        self.provisioner = ForkProvisioner(
            parent=self, kernel_spec=self.kernel_spec, kernel_id=self.kernel_id, connection_info=self.get_connection_info()
        )
        self.provisioner.connection_info = self.get_connection_info()
        return command, arguments


class WarmEngine:
    """Papermill's nbclient engine with warm kernels.

    papermill loads this module while it is itself half imported, so its own classes are reached on first use only.
    """

    @classmethod
    def execute_notebook(cls, *arguments: Any, **options: Any) -> Any:
        """Execute a notebook as papermill's own engine does (same arguments), in a forked kernel where fork exists."""
        return _engine().execute_notebook(*arguments, **options)

    @classmethod
    def nb_kernel_name(cls, *arguments: Any, **options: Any) -> Any:
        """Return the kernel's name as papermill's own engine does."""
        return _engine().nb_kernel_name(*arguments, **options)

    @classmethod
    def nb_language(cls, *arguments: Any, **options: Any) -> Any:
        """Return the language as papermill's own engine does."""
        return _engine().nb_language(*arguments, **options)


@cache
def _engine() -> Any:
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine

    if not can_fork():
        return NBClientEngine

    class Forking(NBClientEngine):  # type: ignore[misc]
        """nbclient over a kernel manager that forks."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
            client = PapermillNotebookClient(
                nb_man,
                kernel_manager_class=WarmKernelManager,
                kernel_name=kernel_name,
                timeout=options.get("execution_timeout"),
                startup_timeout=options.get("start_timeout", 60),
                log_output=options.get("log_output", False),
                stdout_file=options.get("stdout_file"),
                stderr_file=options.get("stderr_file"),
                record_timing=False,
                shutdown_kernel="immediate",
            )
            return client.execute()

    return Forking
