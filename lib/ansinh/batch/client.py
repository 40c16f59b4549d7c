"""What talks to a forked kernel: without the pauses that jupyter_client makes for kernels that are slow or far away."""

from __future__ import annotations

import time
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient

PATIENCE = 0.2
"""Seconds to wait for the kernel's output channel before asking once more."""
KNOCK = 2
"""Milliseconds between two tries to reach a kernel that is not listening yet (ZeroMQ's own: 100)."""


class WarmClient(AsyncKernelClient):
    """A client whose kernel is this process's grandchild: its life is known from its process, and its answer comes at once."""

    def start_channels(self, *channels: bool, **named: bool) -> None:
        """Open the channels, without a thread that listens for heartbeats: the process itself tells whether it lives."""
        self.context.setsockopt(zmq.RECONNECT_IVL, KNOCK)
        super().start_channels(*channels, **{**named, "hb": False})

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has answered and its output has been heard to the answer's end; raises RuntimeError.

        The output channel is ready when it brings the end of what was asked last; nothing can follow it, so nothing more is waited for.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while True:
            asked = self.kernel_info()
            try:
                reply = await self.shell_channel.get_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply" and await self._heard(asked):
                    self._handle_kernel_info_reply(reply)
                    return
            except Empty:
                pass
            if not await self.is_alive():
                raise RuntimeError("The kernel ended before it was ready.")
            if time.monotonic() > end:
                raise RuntimeError(f"The kernel was not ready within {timeout} seconds.")

    wait_for_ready = _async_wait_for_ready

    async def _heard(self, asked: str) -> bool:
        """Read the output channel until it says that the request `asked` is done; False when it stays silent."""
        while True:
            try:
                message: dict[str, Any] = await self.iopub_channel.get_msg(timeout=PATIENCE)
            except Empty:
                return False
            if message["parent_header"].get("msg_id") == asked and message["content"].get("execution_state") == "idle":
                return True
