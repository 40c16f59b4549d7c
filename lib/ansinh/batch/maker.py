"""Kernels for one worker, forked by a small process that was itself forked from the warm server: ready in milliseconds.

runner → fork server (imports once) → workers → each worker's maker → kernels. The maker only waits and forks: it has no
threads, no sockets but one pair, and never runs user code. Whoever dies takes along what lies below (leash).
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from ansinh.batch.fork_server import can_fork
from ansinh.batch.leash import end_with_parent

_LARGEST = 1 << 20


@dataclass
class Kernel:
    """A forked kernel, with the few methods of a Popen that a provisioner needs. Its exit status is not known, only its end."""

    pid: int
    stdin: None = field(default=None, init=False)
    stdout: None = field(default=None, init=False)
    stderr: None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Hold on to the process, so that its number cannot come to mean another."""
        try:
            self._handle: int | None = os.pidfd_open(self.pid)
        except ProcessLookupError:
            self._handle = None

    def poll(self) -> int | None:
        """Return None while the kernel lives."""
        if self._handle is None:
            return 1
        if not select.select([self._handle], [], [], 0)[0]:
            return None
        self._close()
        return 1

    def wait(self) -> int:
        """Wait until the kernel has ended."""
        if self._handle is not None:
            select.select([self._handle], [], [])
            self._close()
        return 1

    def send_signal(self, number: int) -> None:
        """Send a signal."""
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class Maker:
    """The worker's end of its maker."""

    def __init__(self) -> None:
        """Fork the maker; to be called before this process has threads."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            try:
                _serve(theirs)
            finally:
                os._exit(0)
        theirs.close()
        self._socket = ours

    def make(self, connection_file: str, folder: str, environment: dict[str, str]) -> Kernel:
        """Fork a kernel; raises ConnectionError when the maker has ended."""
        self._socket.send(json.dumps([connection_file, folder, environment]).encode())
        answer = self._socket.recv(64)
        if not answer:
            raise ConnectionError("the process that forks kernels has ended")
        return Kernel(int(answer))


_own: Maker | None = None


def use_maker(prepare: Callable[[], object] | None = None) -> None:
    """Let this process, a worker forked from the warm server, have its kernels from a maker of its own.

    `prepare` is called first: what it reads once, all kernels of this worker find read.
    """
    global _own
    if _own is None and can_fork():
        if prepare is not None:
            prepare()
            gc.freeze()
        _own = Maker()


def own() -> Maker | None:
    """Return this worker's maker; None in any other process."""
    return _own


def _serve(requests: socket.socket) -> None:
    end_with_parent()
    # Kernels are nobody's to wait for: the system clears them away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while data := requests.recv(_LARGEST):
        pid = os.fork()
        if pid == 0:
            requests.close()
            _become_kernel(*json.loads(data))
        requests.send(str(pid).encode())


def _become_kernel(connection_file: str, folder: str, environment: dict[str, str]) -> None:
    from ansinh.batch.warm import kernel_main

    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        kernel_main(connection_file, folder, environment)
        status = 0
    finally:
        os._exit(status)
