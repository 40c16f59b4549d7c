"""Tables of released counts: caption, units, notes; withheld cells marked in words; sortable by the site's script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ansinh.disclosure import OPEN, SMALL, Released
from ansinh.show import numbers
from ansinh.show.shown import Shown, escape

SHORT = 4
"""A first cell of so few letters (D1) takes no more room than it needs."""
UNIT_WORDS = {
    "persons": "người",
    "entitlements": "chế độ hưởng",
    "records": "bản ghi",
    "accounts": "tài khoản",
    "rows": "dòng",
}
"""What a count counts, in Vietnamese."""


def must_be_released(released: object) -> None:
    """Raise TypeError unless `released` went through disclosure control."""
    if not isinstance(released, Released):
        raise TypeError("Only a Released table may be shown. Pass counts through disclosure.release first.")


def cell(released: Released, column: str, row: int) -> tuple[str, str, str]:
    """Return (text, title, sort value) of one cell; a withheld cell says why in its title."""
    mark = released.mark(column, row)
    value = released.value(column, row)
    if mark == SMALL:
        return numbers.small(released.threshold), numbers.SMALL_WORDS, "0.5"
    if mark != OPEN or value is None:
        return "…", "không công bố để không suy ra được số nhỏ" if mark != OPEN else "không có số liệu", "-1"
    if column in released.rates:
        return numbers.percent(value, digits(released, column, row)), "", f"{value:.6f}"
    return (numbers.vnd(value) if column in released.amounts else numbers.count(value)), "", str(value)


def digits(released: Released, column: str, row: int) -> int:
    """Return how many decimals the rate in a cell may carry (`numbers.digits`)."""
    return numbers.digits(released.value(released.rates[column][1], row), released.rounding)


def table(
    released: Released,
    *,
    id: str,
    caption: str,
    columns: Mapping[str, str],
    note: str = "",
    links: Sequence[str] = (),
    bars: Sequence[str] = (),
    filter: bool = False,
) -> Shown:
    """Return a table of the named columns in that order (column → Vietnamese heading).

    links is one address per row for its first column ("" for none); bars are rate columns with a bar behind the figure; filter
    offers a field to search rows in. Raises TypeError for anything but a Released table.
    """
    must_be_released(released)
    heads = "".join(_head(released, column, heading) for column, heading in columns.items())
    rows = [_row(released, columns, row, links[row] if links else "", bars) for row in range(len(released.frame))]
    cls = "as-table as-words" if sum(column in released.keys for column in columns) > 1 else "as-table"
    notes = " ".join(
        part for part in (f"Đơn vị tính: {UNIT_WORDS.get(released.unit, released.unit)}.", _withheld(released, columns), note) if part
    )
    attribute = ' data-filter="true"' if filter else ""
    markup = (
        f'<div class="as-table-wrap" tabindex="0" role="region" aria-labelledby="{id}-caption"><table class="{cls}" id="{id}"{attribute}>'
        f'<caption id="{id}-caption">{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        f'<p class="as-note">{escape(notes)}</p>'
    )
    return Shown(markup, _text(released, caption, columns, notes))


def _head(released: Released, column: str, heading: str) -> str:
    kind = "text" if column in released.keys else "number"
    return f'<th scope="col" data-sort="{kind}" class="as-{kind}">{escape(heading)}</th>'


def _row(released: Released, columns: Mapping[str, str], row: int, link: str, bars: Sequence[str]) -> str:
    total = released.total is not None and bool(released.frame[released.total].iloc[row])
    first, *others = columns
    words = any(column in released.keys for column in others)
    text = escape(released.frame[first].iloc[row])
    cells = [f'<th scope="row"><a href="{escape(link)}">{text}</a></th>' if link else f'<th scope="row">{text}</th>']
    for column in others:
        label = f' data-label="{escape(columns[column])}"' if words else ""
        if column in released.keys:
            cells.append(f"<td{label}>{escape(released.frame[column].iloc[row])}</td>")
        else:
            cells.append(_number(released, column, row, column in bars, label))
    return f"<tr{' class=as-total' if total else ''}>{''.join(cells)}</tr>".replace("class=as-total", 'class="as-total"')


def _number(released: Released, column: str, row: int, bar: bool, label: str) -> str:
    text, title, value = cell(released, column, row)
    inner = f'<abbr title="{escape(title)}">{escape(text)}</abbr>' if title else escape(text)
    share = released.value(column, row)
    if bar and share is not None:
        inner = f'<span class="as-bar" style="--share:{share:.3f}"></span>{inner}'
    return f'<td class="as-number" data-value="{value}"{label}>{inner}</td>'


def _withheld(released: Released, columns: Mapping[str, str]) -> str:
    shown = [column for column in columns if column in released.marks]
    rates = ", tỷ lệ tính từ số đã làm tròn" if any(column in released.rates for column in columns) else ""
    if not (released.marks[shown] != OPEN).to_numpy().any() if shown else True:
        return "" if released.rounding == 1 or not released.threshold else f"Số liệu làm tròn đến {released.rounding}{rates}."
    return f"{numbers.small(released.threshold)}: {numbers.SMALL_WORDS}. …: không công bố để không suy ra được số nhỏ. Số liệu làm tròn đến {released.rounding}{rates}."


def _text(released: Released, caption: str, columns: Mapping[str, str], notes: str) -> str:
    lines = [caption, " | ".join(columns.values())]
    for row in range(len(released.frame)):
        cells = [str(released.frame[name].iloc[row]) if name in released.keys else cell(released, name, row)[0] for name in columns]
        lines.append(" | ".join(cells))
    return "\n".join([*lines, notes])


def plain(
    id: str,
    caption: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    note: str = "",
    figures: Sequence[int] = (),
    cards: bool = False,
    filter: bool = False,
) -> Shown:
    """Return a table of finished texts (the catalogue, the obligations); `figures` are the columns set as numbers. All is escaped.

    `cards` sets each row as a card, its texts beside their headings, for more columns than a page is wide for; `filter` as in `table`.
    """
    words = len(headings) - len(set(figures) - {0}) > 2
    cls = "as-table as-words as-cards" if cards else "as-table as-words" if words else "as-table"
    heads = "".join(
        f'<th scope="col" class="as-{"number" if at in figures else "text"}">{escape(heading)}</th>' for at, heading in enumerate(headings)
    )
    body = "".join(
        "<tr>" + "".join(_text_cell(text, at, at in figures, headings[at]) for at, text in enumerate(row)) + "</tr>" for row in rows
    )
    attribute = ' data-filter="true"' if filter else ""
    markup = (
        f'<div class="as-table-wrap" tabindex="0" role="region" aria-labelledby="{id}-caption"><table class="{cls}" id="{id}"{attribute}>'
        f'<caption id="{id}-caption">{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )
    if note:
        markup += f'<p class="as-note">{escape(note)}</p>'
    text = "\n".join([caption, " | ".join(headings), *(" | ".join(row) for row in rows), *([note] if note else [])])
    return Shown(markup, text)


def _text_cell(text: str, at: int, number: bool, heading: str) -> str:
    """Return one cell; its heading goes along, because on a phone a row stands as a card."""
    if at == 0:
        return f'<th scope="row"{" class=as-short" if len(text) <= SHORT else ""}>{escape(text)}</th>'.replace(
            "class=as-short", 'class="as-short"'
        )
    return f'<td{" class=as-number" if number else ""} data-label="{escape(heading)}">{escape(text)}</td>'.replace(
        "class=as-number", 'class="as-number"'
    )


def rows_of(released: Released, column: str) -> pd.Series:
    """Return one released column, for figures."""
    must_be_released(released)
    return released.frame[column]
