"""Disclosure control: the only way from a raw count to something that may be shown.

Measures return `Counts`; `release` turns them into `Released`; show accepts nothing else. `Board` decides, once for the whole city,
which further cells must be withheld so that no withheld count can be worked out from what is shown. Rules: docs/disclosure.md.
"""

from ansinh.disclosure.secondary import Board
from ansinh.disclosure.tables import HIDDEN, OPEN, SMALL, Counts, Released, cell_names, release

__all__ = ["HIDDEN", "OPEN", "SMALL", "Board", "Counts", "Released", "cell_names", "release"]
