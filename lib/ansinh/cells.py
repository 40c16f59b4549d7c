"""Text that is safe in a spreadsheet's cell: no control or direction marks, nothing that a program would calculate."""

from __future__ import annotations

import re

CONTROLS = dict.fromkeys((*range(0, 9), 11, 12, *range(14, 32), 127, 8206, 8207, *range(8234, 8239), *range(8294, 8298)))
"""Control and direction marks: they have no business in a name and can turn a page around."""

_FORMULA = re.compile(r"\A[\s]*[=+\-@\t\r|]")


def harmless(text: str) -> str:
    """Return a text without control and direction marks, with an apostrophe in front where a spreadsheet would calculate.

    Source of the rule: OWASP, "CSV Injection".
    """
    plain = text.translate(CONTROLS)
    return "'" + plain if _FORMULA.match(plain) else plain
