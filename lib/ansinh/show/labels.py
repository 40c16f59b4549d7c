"""Names beside the dots of a figure, where there is room for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SIZE = 10
"""Points of a name."""
BREADTH = 0.56
"""Of a letter on average, in parts of its size."""
SIDES = tuple((side, lift) for lift in (0, -SIZE, SIZE) for side in (1, -1))
"""Right or left of the dot; on its height, below, above."""
Box = tuple[float, float, float, float]


def name_dots(axes: Any, dots: Sequence[tuple[float, float]], named: Sequence[tuple[str, tuple[float, float]]], color: str) -> None:
    """Write each name beside its dot (x, y in data units) where it stands on no dot and no other name; else it is left out."""
    axes.figure.draw_without_rendering()  # From now on it is known where a dot will stand.
    scale = axes.figure.dpi / 72
    taken: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y in (axes.transData.transform(dot) for dot in dots)]
    left, _, right, _ = axes.bbox.extents
    for name, dot in named:
        x, y = axes.transData.transform(dot)
        width = SIZE * BREADTH * len(name) * scale
        for side, lift in SIDES:
            start = x + 7 * scale if side > 0 else x - 7 * scale - width
            low = y + (lift - SIZE / 2) * scale
            box = (start, low, start + width, low + SIZE * scale)
            if left <= start and box[2] <= right and not any(_cross(box, other) for other in taken):
                taken.append(box)
                place = {"xytext": (7 * side, lift), "textcoords": "offset points", "ha": "left" if side > 0 else "right", "va": "center"}
                axes.annotate(name, dot, color=color, fontsize=SIZE, **place).set_in_layout(False)
                break


def _cross(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
