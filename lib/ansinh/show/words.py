"""Vietnamese sentences that follow the figures: zero, one, all and withheld each read well, and none contradicts the data."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from ansinh.disclosure import HIDDEN, OPEN, SMALL, Released
from ansinh.measures.deadline import Outlook
from ansinh.measures.projection import Projection
from ansinh.show import numbers

NOT_PUBLISHED = "không công bố"
FEWEST = 20
"""Of fewer nothing is said of a rate that is withheld."""


def persons(released: Released, column: str, row: int = 0) -> str:
    """Return a count of persons as words: "293.500 người", "không có ai", "không quá 7 người", or that it is not published."""
    mark, value = released.mark(column, row), released.value(column, row)
    if mark == SMALL:
        return f"không quá {released.threshold} người"
    if mark != OPEN or value is None:
        return "số người không công bố"
    return "không có ai" if value == 0 else f"{numbers.count(value)} người"


def rate(released: Released, column: str, row: int = 0) -> str:
    """Return a rate as words: its figure, "trên 99,0 %" where what is shown beside it says so, else that it is not published."""
    value, bound = released.value(column, row), above(released, column, row)
    whole = released.value(released.rates[column][1], row)
    exact = numbers.digits(whole, released.rounding)
    return numbers.percent(value, exact) if value is not None else f"trên {numbers.percent(bound)}" if bound is not None else NOT_PUBLISHED


def above(released: Released, column: str, row: int = 0) -> float | None:
    """Return a share, to a tenth of a per cent, that a withheld rate is above; None where nothing can be said.

    It follows from what is shown beside it: the whole less the most that the other parts can be. So it tells nothing new.
    """
    numerator, denominator = released.rates[column]
    whole = released.value(denominator, row)
    others = next(
        ([part for part in parts if part != numerator] for of, parts in released.sums if of == denominator and numerator in parts), []
    )
    if released.value(column, row) is not None or not others or not whole or whole < FEWEST:
        return None
    most = [_most(released, part, row) for part in others]
    if None in most:
        return None
    share = 1 - sum(most) / (whole - released.rounding // 2)  # type: ignore[arg-type]
    return (math.ceil(share * 1000) - 1) / 1000 if share > 0.001 else None


def _most(released: Released, column: str, row: int) -> float | None:
    """Return the most that a count can be as it is shown; None where it is withheld."""
    if released.mark(column, row) == SMALL:
        return released.threshold
    value = released.value(column, row)
    return value and value + released.rounding // 2


def told(released: Released, column: str, row: int = 0) -> bool:
    """Return whether anything can be said of a rate: its figure, or that it is nearly all."""
    return rate(released, column, row) != NOT_PUBLISHED


def moved(difference: float, digits: int = 1) -> str:
    """Return a difference of shares in words: "tăng 14,4 điểm phần trăm", "không đổi" for none at so many decimals."""
    if round(difference * 100, digits) == 0:
        return "không đổi"
    return f"{'tăng' if difference > 0 else 'giảm'} {numbers.points(difference, digits)}"


def days_left(days: int) -> str:
    """Return how many days are left until the deadline."""
    if days > 0:
        return f"còn {days} ngày"
    return "hôm nay là hạn cuối" if days == 0 else f"đã quá hạn {-days} ngày"


NO_FORECAST = "Chưa đủ số liệu theo ngày để ước tính tỷ lệ đạt được khi hết hạn (cần trên 7 ngày)."
PAST_DEADLINE = "Thời hạn đã đến nên không ước tính thêm."


def pace(outlook: Outlook, target: float) -> str:
    """Return whether the pace suffices: nothing left, cannot be said, past the deadline, enough or not."""
    if outlook.needed == 0:
        return "Không còn ai phải mở tài khoản." if target == 1 else "Mục tiêu đã đạt."
    if outlook.days_left <= 0:
        return "Vẫn còn người chưa có tài khoản." if outlook.enough is False else "Không còn thời gian để tính tốc độ cần đạt."
    if outlook.needed is None:
        return "Số người còn lại không công bố chính xác nên không tính tốc độ."
    aim = f"Để {_aim(target)}, cần mở cho khoảng {numbers.about(outlook.needed)} người mỗi ngày; "
    if outlook.reached is None:
        return f"{aim}số người mở trong 7 ngày qua không công bố nên không so sánh được."
    verdict = {True: "đủ để kịp thời hạn", False: "chưa đủ để kịp thời hạn", None: "gần bằng tốc độ cần đạt"}[outlook.enough]
    return f"{aim}7 ngày qua bình quân khoảng {numbers.about(outlook.reached)} người mỗi ngày, {verdict}."


def _aim(target: float) -> str:
    """Return what is to be reached: the share of all who have not declined."""
    whom = "(không kể người không đăng ký)"
    return f"mọi người đều có tài khoản {whom}" if target == 1 else f"{numbers.percent(target)} số người {whom} có tài khoản"


def forecast(told: Projection, deadline: dt.date, target: float, reachable: float, enough: bool | None, digits: int = 1) -> str:
    """Return the projected share on the deadline with its interval and the method's past error; the verdict is the pace's where it has one.

    `reachable` is the share of persons who have not declined: the target is of these.
    """
    reach = told.share >= target * reachable if enough is None else enough
    start = f"Nếu giữ tốc độ 7 ngày qua, đến {numbers.date(deadline)} tỷ lệ có tài khoản ước đạt {numbers.percent(told.share, digits)}"
    end = f", {'đủ' if reach else 'chưa đủ'} để {_aim(target)}."
    if told.low is None or told.high is None or told.error is None:
        return f"{start}{end} Chưa đủ ngày để biết cách ước tính này thường sai bao nhiêu."
    low, high = numbers.percent(told.low, digits), numbers.percent(told.high, digits)
    span = f" (khoảng {low} đến {high})" if low != high else ""
    return (
        f"{start}{span}{end} Áp dụng cùng cách tính cho {told.cases} ngày đã qua, ước tính trước {told.horizon} ngày "
        f"sai bình quân {numbers.points(told.error)}."
    )


def rise(first: float, last: float, days: int, digits: int = 1) -> str:
    """Return the finding of a trend as a title: rising, falling or standing still, over one day or several."""
    if days < 2:
        return f"Tỷ lệ có tài khoản: {numbers.percent(last, digits)}"
    before, now = numbers.percent(first, digits), numbers.percent(last, digits)
    if before == now:
        return f"Tỷ lệ có tài khoản giữ ở {now} trong {days} ngày"
    return (
        f"Tỷ lệ có tài khoản {'tăng' if last > first else 'giảm'} từ {before} {'lên' if last > first else 'xuống'} {now} trong {days} ngày"
    )


def standing(above: int, below: int, judged: int) -> str:
    """Return how many units differ from the whole by more than chance, as a title."""
    if not above and not below:
        return f"Tỷ lệ có tài khoản: {judged} nơi so sánh được không chênh lệch rõ rệt so với mức chung"
    parts = [f"{below} nơi thấp hơn"] if below else []
    parts += [f"{above} nơi cao hơn"] if above else []
    return f"Tỷ lệ có tài khoản: {joined(parts)} mức chung rõ rệt, trong {judged} nơi so sánh được"


def most(released: Released, column: str, name: str) -> str:
    """Return the row with the largest count as the end of a title: "nhiều nhất: nhận bằng tiền mặt (4.495 người)".

    "" where it cannot be told: nothing is shown, or what is withheld may be larger.
    """
    told = [row for row in range(len(released.frame)) if not (released.total and released.frame[released.total].iloc[row])]
    values = {row: value for row in told if (value := released.value(column, row))}
    if len(values) < 2 or any(released.mark(column, row) == HIDDEN for row in told):
        return ""
    row = max(values, key=lambda at: values[at])
    return f"nhiều nhất: {inside(str(released.frame[name].iloc[row]))} ({numbers.count(values[row])}{numbers.SPACE}người)"


LOWEST = 3
"""Rows that a caption names as the lowest."""


def lowest(released: Released, share: str, name: str) -> str:
    """Return the rows with the lowest shares as the end of a title: "; thấp nhất: Phúc Thọ (81,0 %), …"; "" where too few are shown to say."""
    told = [row for row in range(len(released.frame)) if not (released.total and released.frame[released.total].iloc[row])]
    shares = {row: value for row in told if (value := released.value(share, row)) is not None}
    if len(shares) < 2 * LOWEST:
        return ""
    first = sorted(shares, key=lambda row: (shares[row], row))[:LOWEST]
    among = "" if len(shares) == len(told) else " trong các nơi công bố"
    return f"; thấp nhất{among}: {', '.join(f'{released.frame[name].iloc[row]} ({rate(released, share, row)})' for row in first)}"


def inside(name: str) -> str:
    """Return a name as it stands inside a sentence: its first letter small, the rest as it is; what begins with a code stays."""
    return name[:1].lower() + name[1:] if name[1:2].islower() or name[1:2] == " " else name


def joined(parts: Sequence[str]) -> str:
    """Join parts as a sentence does: a, b và c."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " và " + parts[-1] if parts else ""
