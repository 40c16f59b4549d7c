"""A papermill engine whose kernels are forked from a process that has imported the libraries.

`papermill --engine ansinh` works too. Transport is ipc, so that no ports race (papermill#511); where fork does not exist an
ordinary kernel runs, with the same result.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine

PRELOAD = ("ansinh.batch.warm",)
"""What the fork server imports once: the module that imports what notebooks need."""


def can_fork() -> bool:
    """Tell whether kernels can be forked here."""
    return sys.platform == "linux" and "forkserver" in multiprocessing.get_all_start_methods()


def start_forkserver() -> None:
    """Start the process that kernels are forked from; harmless when it runs already."""
    if can_fork():
        multiprocessing.set_forkserver_preload(list(PRELOAD))


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


class ForkProvisioner(LocalProvisioner):
    """Starts a kernel as a fork of the warm process instead of a new interpreter."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Fork the kernel; `cmd`, the command of an ordinary kernel, is not used."""
        from ansinh.batch.warm import kernel_main

        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(PRELOAD))
        environment = {key: value for key, value in (kwargs.get("env") or os.environ).items() if isinstance(value, str)}
        process = context.Process(target=kernel_main, args=(self.parent.connection_file, kwargs.get("cwd") or os.getcwd(), environment), daemon=True)
        process.start()
        self.process = _Forked(process)
        self.pid = process.pid
        self.pgid = None
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel."""
        if self.process:
            self.process.send_signal(signum)


class WarmKernelManager(AsyncKernelManager):
    """A kernel manager over ipc whose kernel is a fork."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
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


class WarmEngine(NBClientEngine):
    """Papermill's nbclient engine with warm kernels."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Execute the notebook in a kernel of its own; arguments as papermill's own engine takes them."""
        if not can_fork():
            return super().execute_managed_notebook(
                nb_man, kernel_name, log_output, stdout_file, stderr_file, start_timeout, execution_timeout, **kwargs
            )
        kwargs.pop("kernel_manager_class", None)
        client = PapermillNotebookClient(
            nb_man,
            kernel_manager_class=WarmKernelManager,
            kernel_name=kernel_name,
            timeout=execution_timeout,
            startup_timeout=start_timeout,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
            record_timing=False,
        )
        return client.execute()
