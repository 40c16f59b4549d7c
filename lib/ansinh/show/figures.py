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
from itertools import pairwise
from typing import Any

from ansinh.cells import CONTROLS
from ansinh.disclosure import Released
from ansinh.measures.ranking import Standing, Z
from ansinh.show import numbers, words
from ansinh.show.labels import name_dots
from ansinh.show.shown import Shown, escape
from ansinh.show.tables import cell, must_be_released

INK, ACCENT, SECOND = "#1b2a41", "#0b6e99", "#b5541c"
"""Text, main line, comparison line: told apart in grey and by colour-blind eyes."""
STYLE: Any = {"svg.fonttype": "none", "font.family": "sans-serif", "font.size": 11, "text.parse_math": False}
"""Real text; and a name with a dollar sign is a name, no formula."""
NEAR = 0.15
"""A deadline within this part of the whole time is near: no label fits between."""
LABELLED = 10
"""At most so many units carry their name in a figure."""


@dataclass(frozen=True)
class Headline:
    """One of the four figures: value in big type, what it is, one line of context."""

    value: str
    label: str
    context: str = ""


def headlines(items: Sequence[Headline]) -> Shown:
    """Return the headline figures as tiles."""
    tiles = "".join(
        f'<div class="as-tile"><dt>{escape(item.label)}</dt><dd><span class="as-big">{_big(item.value)}</span>'
        + (f'<span class="as-context">{escape(item.context)}</span>' if item.context else "")
        + "</dd></div>"
        for item in items
    )
    text = "\n".join(f"{item.label}: {item.value}" + (f" ({item.context})" if item.context else "") for item in items)
    return Shown(f'<dl class="as-tiles">{tiles}</dl>', text)


def _big(value: str) -> str:
    """Return a headline's value; words, alone or before its figure ("trên 99,8 %"), are set small, so that it stays on one line."""
    if not any(sign.isdigit() for sign in value):
        return f"<small>{escape(value)}</small>"
    before = re.match(r"[^\d≤−+]+(?=\d)", value)
    return f"<small>{escape(before[0].strip())}</small> {escape(value[before.end() :])}" if before else escape(value)


def steps(released: Released, columns: Sequence[tuple[str, str]], *, whole: str, id: str, title: str) -> Shown:
    """Return a funnel: one bar per (column, label) of the released table's only row, as a part of the column `whole`."""
    must_be_released(released)
    total = released.value(whole)
    reached = released.value(columns[-1][0])
    if reached is not None and total:
        title = f"{title}: {numbers.percent(reached / total, numbers.digits(total, released.rounding))} qua bước cuối"
    bars, lines = [], [title]
    for column, label in columns:
        text, why, _ = cell(released, column, 0)
        value = released.value(column)
        share = value / total if value is not None and total else None
        told = numbers.percent(share, numbers.digits(total, released.rounding)) if share is not None else ""
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
    values = {place.at: value for place in places if (value := _known(released, rate, place.at)) is not None}
    title = f"{title}{_range(released, rate, places)}"
    tiles, lines = [], [title]
    bounds = shade_bounds(list(values.values()))
    for place in places:
        text, why, _ = cell(released, rate, place.at)
        value, above = values.get(place.at), words.above(released, rate, place.at)
        shade = "none" if value is None else str(sum(value >= bound for bound in bounds))
        told = f"{place.name}: {words.rate(released, rate, place.at) if above else text + (f' ({why})' if why else '')}"
        text = f">{numbers.SPACE}{numbers.percent(above)}" if above else text
        tiles.append(
            f'<li class="as-map-tile" data-shade="{shade}" style="grid-column:{place.column};grid-row:{place.row}">'
            f'<a href="{escape(place.address)}" title="{escape(told)}"><span class="as-map-name">{escape(place.name)}</span>'
            f'<span class="as-map-value">{escape(text)}</span></a></li>'
        )
        lines.append(told)
    ends = [numbers.percent(bound, 0) if float(bound * 100).is_integer() else numbers.percent(bound) for bound in bounds]
    labels = [f"dưới {ends[0]}", *(f"{low} đến dưới {high}" for low, high in pairwise(ends)), f"từ {ends[-1]}"]
    legend = "".join(f'<li data-shade="{shade}">{label}</li>' for shade, label in enumerate(labels))
    if len(values) < len(places):
        legend += '<li data-shade="none">… không công bố</li>'
    markup = (
        f'<figure class="as-figure" id="{id}"><figcaption>{escape(title)}</figcaption><ul class="as-map">{"".join(tiles)}</ul>'
        f'<ul class="as-legend" aria-label="Chú giải">{legend}</ul>'
        + (f'<p class="as-note">{escape(note)}</p>' if note else "")
        + "</figure>"
    )
    return Shown(markup, "\n".join(lines))


def _known(released: Released, rate: str, row: int) -> float | None:
    """Return a shown rate, or the share that a withheld one is above; None where nothing may be said."""
    shown = released.value(rate, row)
    return shown if shown is not None else words.above(released, rate, row)


def _range(released: Released, rate: str, places: Sequence[Place]) -> str:
    """Return in words from where to where the rates go that may be told, "" for fewer than two."""
    known = sorted((value, place.name, place.at) for place in places if (value := _known(released, rate, place.at)) is not None)
    if len(known) < 2 or known[0][0] == known[-1][0]:
        return ""
    (_, lowest, low), (_, highest, high) = known[0], known[-1]
    return f": từ {words.rate(released, rate, low)} ({lowest}) đến {words.rate(released, rate, high)} ({highest})"


def shade_bounds(shares: Sequence[float]) -> tuple[float, ...]:
    """Return four bounds, evenly apart in round per cent, that part the given shares into five shades."""
    high, low = max(shares, default=1.0), min(shares, default=0.0)
    step = next((step for step in (0.005, 0.01, 0.02, 0.05, 0.1) if 4 * step >= high - low), 0.2)
    top = min(int(high / step + 1e-9) * step, 1.0)
    return tuple(round(max(top - step * at, step * (4 - at) / 4), 4) for at in (3, 2, 1, 0))


def trend(
    days: Sequence[dt.date], shares: Sequence[float | None], *, deadline: dt.date, target: float, id: str, title: str, description: str
) -> Shown:
    """Return coverage (shares, None where withheld) day by day, with the straight pace needed from the last day to the target."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE | {"svg.hashsalt": id}):
        figure = Figure(figsize=(5.4, 3.1), layout="constrained")
        axes: Any = figure.subplots()
        known = [(day, share) for day, share in zip(days, shares, strict=True) if share is not None]
        axes.plot([day for day, _ in known], [share * 100 for _, share in known], color=ACCENT, linewidth=2.4)
        if known and deadline > known[-1][0]:
            axes.plot([known[-1][0], deadline], [known[-1][1] * 100, target * 100], color=SECOND, linewidth=1.8, linestyle=(0, (4, 2)))
            axes.annotate(
                "mức cần đạt",
                (known[-1][0], (known[-1][1] + target) * 50),
                xytext=(-8, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                color=SECOND,
            )
        if known:
            last, share = known[-1]
            # Beside the last point there is no room for its figure when the deadline is near: then it stands beyond the deadline.
            near = 0 <= (deadline - last).days < NEAR * max((deadline - known[0][0]).days, 1)
            axes.plot([last], [share * 100], "o", color=ACCENT, markersize=5)
            axes.annotate(
                numbers.percent(share).replace(numbers.SPACE, " "),
                (deadline if near else last, share * 100),
                xytext=(6, 0 if near else -14),
                textcoords="offset points",
                ha="left",
                va="center" if near else "baseline",
                color=ACCENT,
                weight="bold",
                annotation_clip=False,
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
    rows = [[numbers.date(day), numbers.percent(share) if share is not None else "…"] for day, share in zip(days, shares, strict=True)]
    data = _data(title, ["Ngày", "Tỷ lệ có tài khoản"], rows)
    return Shown(
        f'<figure class="as-figure" id="{id}"><figcaption>{escape(title)}</figcaption>{markup}{data}</figure>', f"{title}\n{description}"
    )


def funnel_plot(released: Released, standings: Sequence[Standing], *, part: str, whole: str, id: str, title: str) -> Shown:
    """Return each unit as a dot, persons across and rate up, with the 95 % range that chance alone explains around the whole's rate.

    A dot below the range is drawn as a filled triangle, above as a filled square, inside as a ring: shape tells, colour only helps.
    """
    import matplotlib

    matplotlib.use("svg")
    from matplotlib.figure import Figure

    must_be_released(released)
    total = [bool(is_total) for is_total in released.frame[released.total]].index(True)
    base, reached = released.value(whole, total), released.value(part, total)
    share = (reached or 0) / (base or 1)
    sizes = {item.row: int(released.value(whole, item.row) or 0) for item in standings}
    names = {item.row: str(released.frame[released.keys[1]].iloc[item.row]) for item in standings}
    with matplotlib.rc_context(STYLE | {"svg.hashsalt": id}):
        figure = Figure(figsize=(5.4, 3.6), layout="constrained")
        axes: Any = figure.subplots()
        top = max(sizes.values()) * 1.18
        # Close together where the lines bend.
        grid = [20 + max(top - 20, 0) * (step / 60) ** 2 for step in range(61)]
        for sign in (-1, 1):
            limits = [min(1.0, max(0.0, share + sign * Z * (share * (1 - share) / size) ** 0.5)) * 100 for size in grid]
            axes.plot(grid, limits, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
        axes.axhline(share * 100, color=INK, linewidth=0.8)
        for verdict, marker, face in (("alike", "o", "none"), ("below", "v", SECOND), ("above", "s", ACCENT)):
            chosen = [item for item in standings if item.verdict == verdict]
            colour = ACCENT if verdict != "below" else SECOND
            axes.plot(
                [sizes[item.row] for item in chosen],
                [item.rate * 100 for item in chosen],
                marker,
                color=colour,
                markerfacecolor=face,
                markersize=6,
            )
        axes.annotate(
            f"mức chung\n{numbers.percent(share).replace(numbers.SPACE, ' ')}",
            (1, share * 100),
            xycoords=("axes fraction", "data"),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            fontsize=10,
            annotation_clip=False,
        )
        _plain(axes)
        axes.set_xlim(0, top)
        axes.set_xlabel("Số người thụ hưởng", color=INK)
        lowest = [item for item in reversed(standings) if item.verdict == "below"][:LABELLED]
        dots = {item.row: (float(sizes[item.row]), item.rate * 100) for item in standings}
        name_dots(axes, list(dots.values()), [(_short(names[item.row]), dots[item.row]) for item in lowest], INK)
        markup = _svg(figure, id, title, "Mỗi điểm là một nơi; đường đứt là khoảng mà ngẫu nhiên có thể gây ra quanh mức chung (95 %).")
    verdicts = {"below": "thấp hơn", "above": "cao hơn", "alike": "như mức chung"}
    rows = [
        [
            names[item.row],
            numbers.count(sizes[item.row]),
            numbers.percent(item.rate, numbers.digits(sizes[item.row], released.rounding)),
            f"{numbers.percent(item.low, numbers.digits(sizes[item.row], released.rounding))} – {numbers.percent(item.high, numbers.digits(sizes[item.row], released.rounding))}",
            verdicts[item.verdict],
        ]
        for item in standings
    ]
    data = _data(title, ["Nơi", "Người thụ hưởng", "Tỷ lệ có tài khoản", "Khoảng 95 % (Wilson)", "So với mức chung"], rows)
    text = "\n".join([title, *(" | ".join(row) for row in rows)])
    key = "▼ thấp hơn mức chung rõ rệt · ■ cao hơn rõ rệt · ○ khác biệt có thể do ngẫu nhiên. Nơi ít người dao động nhiều hơn nên không xếp hạng chỉ theo tỷ lệ."
    return Shown(
        f'<figure class="as-figure" id="{id}"><figcaption>{escape(title)}</figcaption>{markup}<p class="as-note">{key}</p>{data}</figure>',
        text,
    )


def _short(name: str) -> str:
    """Return a unit's name without its kind, for a label in a figure."""
    name = name.translate(CONTROLS)
    for kind in ("Quận ", "Huyện ", "Thị xã ", "Thị trấn ", "Phường ", "Xã "):
        if name.startswith(kind) and not name.removeprefix(kind).isdigit():
            return name.removeprefix(kind)
    return name


def _data(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a figure's own numbers as a table that opens on demand."""
    heads = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f'<td class="as-number">{escape(text)}</td>' for text in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        f'<details class="as-data"><summary>Số liệu của biểu đồ</summary><table class="as-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></details>"
    )


def _plain(axes: Any) -> None:
    """Leave only what is read: three spines off, light grid, per cent with a sign, whole numbers with dots."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="y", color="#d5dbe1", linewidth=0.7)
    axes.tick_params(length=0, colors=INK)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f} %"))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: numbers.count(value)))


def _quiet(axes: Any, first: dt.date, last: dt.date) -> None:
    """Leave only what is read: two spines off, light grid, dates as dd/mm, per cent with a sign."""
    from matplotlib.dates import DateFormatter
    from matplotlib.ticker import FuncFormatter

    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="y", color="#d5dbe1", linewidth=0.7)
    axes.tick_params(length=0, colors=INK)
    span = max((last - first).days, 1)
    # From the first day on, by weeks where there are enough of them.
    step = -(-span // 49) * 7 if span >= 14 else max(1, span // 5)
    axes.set_xticks([first + dt.timedelta(days) for days in range(0, span + 1, step)])
    axes.xaxis.set_major_formatter(DateFormatter("%d/%m"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f} %"))


def _svg(figure: Any, id: str, title: str, description: str) -> str:
    """Return the figure as SVG to stand in a page: no date, ids of its own, title and description, colours that follow the page."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    svg = buffer.getvalue().decode("utf-8")
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # A style element would reach the whole page, and its policy allows none: the two rules of matplotlib's stand on the root instead.
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    prefix = "s" + hashlib.sha256(id.encode()).hexdigest()[:6]
    svg = re.sub(r'(\bid="|url\(#|href="#)', lambda found: found[1] + prefix, svg)
    svg = (
        svg.replace(INK, "var(--as-ink)")
        .replace(ACCENT, "var(--as-accent)")
        .replace(SECOND, "var(--as-second)")
        .replace("#d5dbe1", "var(--as-line)")
    )
    svg = re.sub(r"font-family: [^;\"]*", "font-family: var(--as-font)", svg)
    svg = re.sub(r"font: ([^;\"']*?)'[^']*'[^;\"]*", r"font: \1var(--as-font)", svg)
    head = f'<svg role="img" aria-labelledby="{id}-t {id}-d" class="as-svg" stroke-linejoin="round" stroke-linecap="butt"'
    svg = re.sub(
        r'<svg [^>]*?viewBox="([^"]*)"[^>]*>',
        lambda found: (
            f'{head} viewBox="{found[1]}" xmlns="http://www.w3.org/2000/svg"><title id="{id}-t">{escape(title)}</title><desc id="{id}-d">{escape(description)}</desc>'
        ),
        svg,
        count=1,
    )
    return "\n".join(line.rstrip() for line in svg.strip().splitlines())
