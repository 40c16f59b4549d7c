"""What holds a process: it ends with its parent, and a kernel cannot take all memory (Linux; elsewhere nothing is forked).

So a killed runner leaves no worker, fork server or kernel behind.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
MEMORY = "ANSINH_KERNEL_MEMORY"
"""Environment variable with the bytes of data one kernel may hold; none when it is empty."""


def limit_memory(bytes_of_data: str) -> None:
    """Let this process hold no more data than that; more raises MemoryError in it. Nothing for ""."""
    if bytes_of_data:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (int(bytes_of_data), int(bytes_of_data)))


def end_with_parent() -> None:
    """Ask the kernel of the system to kill this process when its parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:  # it has ended already
            os._exit(1)
