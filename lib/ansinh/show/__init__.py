"""Released counts → tables, figures and Vietnamese sentences."""

from ansinh.show import figures, numbers, tables, words
from ansinh.show.shown import Shown, escape, paragraph

__all__ = ["Shown", "escape", "figures", "numbers", "paragraph", "tables", "words"]
