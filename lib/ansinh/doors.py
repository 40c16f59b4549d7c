"""Front doors of rooms whose libraries take long to load: a name is loaded when it is first used.

So a command that finds nothing to do never waits for pandas, DuckDB or matplotlib. A name must not be that of a module of the room:
importing the module would put it in the name's place.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
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
