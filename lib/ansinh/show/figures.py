"""Figures of released counts: headline tiles, funnel, tile map, cause bars (HTML) and lines over time (SVG by matplotlib).

SVG has real text, the same bytes in every run, a title and a description for screen readers; a withheld count is not drawn.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansinh.disclosure import Released
from ansinh.show import numbers
from ansinh.show.shown import Shown, escape
from ansinh.show.tables import cell, must_be_released

INK, ACCENT, SECOND = "#1b2a41", "#0b6e99", "#b5541c"
"""Text, main line, comparison line: told apart in grey and by colour-blind eyes."""


@dataclass(frozen=True)
class Headline:
    """One of the four figures: value in big type, what it is, one line of context."""

    value: str
    label: str
    context: str = ""


def headlines(items: Sequence[Headline]) -> Shown:
    """Return the headline figures as tiles."""
    tiles = "".join(
        f'<div class="as-tile"><dt>{escape(item.label)}</dt><dd><span class="as-big">{escape(item.value)}</span>'
        + (f'<span class="as-context">{escape(item.context)}</span>' if item.context else "")
        + "</dd></div>"
        for item in items
    )
    text = "\n".join(f"{item.label}: {item.value}" + (f" ({item.context})" if item.context else "") for item in items)
    return Shown(f'<dl class="as-tiles">{tiles}</dl>', text)


def steps(released: Released, columns: Sequence[tuple[str, str]], *, whole: str, id: str, title: str) -> Shown:
    """Return a funnel: one bar per (column, label) of the released table's only row, as a part of the column `whole`."""
    must_be_released(released)
    total = released.value(whole)
    bars, lines = [], [title]
    for column, label in columns:
        text, why, _ = cell(released, column, 0)
        value = released.value(column)
        share = value / total if value is not None and total else None
        told = numbers.percent(share) if share is not None else ""
        bar = (
            f'<span class="as-step-bar" style="--share:{share:.3f}"></span>' if share is not None else '<span class="as-step-none"></span>'
        )
        figure = f'<abbr title="{escape(why)}">{escape(text)}</abbr>' if why else escape(text)
        bars.append(
            f'<li><span class="as-step-label">{escape(label)}</span><span class="as-step-track">{bar}</span><span class="as-step-value">{figure} <small>{told}</small></span></li>'
        )
        lines.append(f"{label}: {text} {told}".rstrip())
    markup = (
        f'<figure class="as-figure" id="{id}"><figcaption>{escape(title)}</figcaption><ol class="as-steps">{"".join(bars)}</ol></figure>'
    )
    return Shown(markup, "\n".join(lines))


@dataclass(frozen=True)
class Place:
    """One tile of the map: column and row in the grid, short name, address, row in the released table."""

    column: int
    row: int
    name: str
    address: str
    at: int


def tile_map(released: Released, rate: str, places: Sequence[Place], *, id: str, title: str, note: str = "") -> Shown:
    """Return a map of tiles: each unit a link with name and value, shaded in five steps; the value is always written."""
    must_be_released(released)
    tiles, lines = [], [title]
    for place in places:
        text, why, _ = cell(released, rate, place.at)
        value = released.value(rate, place.at)
        shade = "none" if value is None else str(min(4, int(value * 100 // 2 - 45)) if value >= 0.9 else 0)
        words = f"{place.name}: {text}" + (f" ({why})" if why else "")
        tiles.append(
            f'<li class="as-map-tile" data-shade="{shade}" style="grid-column:{place.column};grid-row:{place.row}">'
            f'<a href="{escape(place.address)}" title="{escape(words)}"><span class="as-map-name">{escape(place.name)}</span>'
            f'<span class="as-map-value">{escape(text)}</span></a></li>'
        )
        lines.append(words)
    legend = "".join(
        f'<li data-shade="{shade}">{label}</li>' for shade, label in enumerate(("dưới 92 %", "92–94 %", "94–96 %", "96–98 %", "từ 98 %"))
    )
    markup = (
        f'<figure class="as-figure" id="{id}"><figcaption>{escape(title)}</figcaption><ul class="as-map">{"".join(tiles)}</ul>'
        f'<ul class="as-legend" aria-label="Chú giải">{legend}</ul>'
        + (f'<p class="as-note">{escape(note)}</p>' if note else "")
        + "</figure>"
    )
    return Shown(markup, "\n".join(lines))


def trend(
    days: Sequence[dt.date], shares: Sequence[float | None], *, deadline: dt.date, target: float, id: str, title: str, description: str
) -> Shown:
    """Return coverage (shares, None where withheld) day by day, with the straight pace needed from the last day to the target."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": f"{id}", "font.family": "sans-serif", "font.size": 11}):
        figure = Figure(figsize=(6.6, 3.3), layout="constrained")
        axes: Any = figure.subplots()
        known = [(day, share) for day, share in zip(days, shares, strict=True) if share is not None]
        axes.plot([day for day, _ in known], [share * 100 for _, share in known], color=ACCENT, linewidth=2.4)
        if known and deadline > known[-1][0]:
            axes.plot([known[-1][0], deadline], [known[-1][1] * 100, target * 100], color=SECOND, linewidth=1.8, linestyle=(0, (4, 2)))
            axes.annotate(
                "mức cần đạt mỗi ngày",
                (known[-1][0], (known[-1][1] + target) * 50),
                xytext=(-8, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                color=SECOND,
            )
        if known:
            axes.annotate(
                numbers.percent(known[-1][1]).replace(numbers.SPACE, " "),
                (known[-1][0], known[-1][1] * 100),
                xytext=(-6, -16),
                textcoords="offset points",
                ha="right",
                color=ACCENT,
                weight="bold",
            )
        axes.axvline(deadline, color=INK, linewidth=0.8, linestyle=":")
        axes.annotate(
            f"thời hạn {deadline:%d/%m}",
            (deadline, 0.02),
            xycoords=("data", "axes fraction"),
            xytext=(-4, 0),
            textcoords="offset points",
            ha="right",
            color=INK,
        )
        axes.set_ylim(max(0, min((share for _, share in known), default=0) * 100 - 5), 101)
        _quiet(axes, known[0][0] if known else deadline, deadline)
        markup = _svg(figure, id, title, description)
    rows = "".join(
        f"<tr><th scope=row>{day:%d/%m/%Y}</th><td class=as-number>{numbers.percent(share) if share is not None else '…'}</td></tr>"
        for day, share in zip(days, shares, strict=True)
    )
    rows = rows.replace("scope=row", 'scope="row"').replace("class=as-number", 'class="as-number"')
    data = f'<details class="as-data"><summary>Số liệu của biểu đồ</summary><table class="as-table"><caption>{escape(title)}</caption><thead><tr><th scope="col">Ngày</th><th scope="col">Tỷ lệ có tài khoản</th></tr></thead><tbody>{rows}</tbody></table></details>'
    return Shown(
        f'<figure class="as-figure" id="{id}"><figcaption>{escape(title)}</figcaption>{markup}{data}</figure>', f"{title}\n{description}"
    )


def _quiet(axes: Any, first: dt.date, last: dt.date) -> None:
    """Leave only what is read: two spines off, light grid, dates as dd/mm, per cent with a sign."""
    from matplotlib.dates import DateFormatter, DayLocator
    from matplotlib.ticker import FuncFormatter

    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="y", color="#d5dbe1", linewidth=0.7)
    axes.tick_params(length=0, colors=INK)
    axes.xaxis.set_major_locator(DayLocator(interval=max(1, (last - first).days // 5)))
    axes.xaxis.set_major_formatter(DateFormatter("%d/%m"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f} %"))


def _svg(figure: Any, id: str, title: str, description: str) -> str:
    """Return the figure as SVG to stand in a page: no date, ids of its own, title and description, colours that follow the page."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    svg = buffer.getvalue().decode("utf-8")
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    prefix = hashlib.sha256(id.encode()).hexdigest()[:6]
    svg = re.sub(r'(\bid="|url\(#|href="#)', lambda found: found[1] + prefix, svg)
    svg = (
        svg.replace(INK, "var(--as-ink)")
        .replace(ACCENT, "var(--as-accent)")
        .replace(SECOND, "var(--as-second)")
        .replace("#d5dbe1", "var(--as-line)")
    )
    svg = re.sub(r"font: ([^;\"']*?)'[^']*'[^;\"]*", r"font: \1var(--as-font)", svg)
    head = f'<svg role="img" aria-labelledby="{id}-t {id}-d" class="as-svg"'
    svg = re.sub(
        r'<svg [^>]*?viewBox="([^"]*)"[^>]*>',
        lambda found: (
            f'{head} viewBox="{found[1]}" xmlns="http://www.w3.org/2000/svg"><title id="{id}-t">{escape(title)}</title><desc id="{id}-d">{escape(description)}</desc>'
        ),
        svg,
        count=1,
    )
    return "\n".join(line.rstrip() for line in svg.strip().splitlines())
