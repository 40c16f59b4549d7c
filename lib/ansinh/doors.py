"""Front doors of rooms whose libraries take long to load: a name is loaded when it is first used.

So a command that finds nothing to do never waits for pandas, DuckDB or matplotlib. A name must not be that of a module of the room:
importing the module would put it in the name's place.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any


def on_first_use(room: str, homes: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a room: `homes` says which module of the package holds which names."""
    home_of = {name: home for home, names in homes.items() for name in names}

    def load(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(home_of[name]), name)
        setattr(sys.modules[room], name, found)
        return found

    return load


@contextmanager
def left_out(*modules: str) -> Iterator[None]:
    """Let imports in this block find the modules missing: what a library takes along if it can, loads long, and nobody here needs."""
    named = [name for name in modules if name not in sys.modules]
    for name in named:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in named:
            del sys.modules[name]
