"""Vietnamese sentences that follow the figures: zero, one, all and withheld each read well, and none contradicts the data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ansinh.disclosure import OPEN, SMALL, Released
from ansinh.measures.deadline import Outlook
from ansinh.measures.projection import Projection
from ansinh.show import numbers

NOT_PUBLISHED = "không công bố"


def persons(released: Released, column: str, row: int = 0) -> str:
    """Return a count of persons as words: "293.500 người", "không có ai", "không quá 7 người", or that it is not published."""
    mark, value = released.mark(column, row), released.value(column, row)
    if mark == SMALL:
        return f"không quá {released.threshold} người"
    if mark != OPEN or value is None:
        return "số người không công bố"
    return "không có ai" if value == 0 else f"{numbers.count(value)} người"


def rate(released: Released, column: str, row: int = 0) -> str:
    """Return a rate as words; withheld rates say what may be said: nearly all, or not published."""
    value = released.value(column, row)
    if value is not None:
        return numbers.percent(value)
    numerator, denominator = released.rates[column]
    whole = released.value(denominator, row)
    if released.mark(numerator, row) == "hidden" and whole and whole >= 20:
        return f"trên {numbers.percent(max(0.0, 1 - (released.threshold + released.rounding) / whole), 1)}"
    return NOT_PUBLISHED


def told(released: Released, column: str, row: int = 0) -> bool:
    """Return whether anything can be said of a rate: its figure, or that it is nearly all."""
    return rate(released, column, row) != NOT_PUBLISHED


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
    if outlook.needed is None or outlook.reached is None:
        return "Số người còn lại là số nhỏ nên không tính tốc độ."
    told = "đủ" if outlook.enough else "chưa đủ"
    return (
        f"Để đạt mục tiêu {numbers.percent(target)} cần mở cho {numbers.count(outlook.needed)} người mỗi ngày; "
        f"7 ngày qua bình quân {numbers.count(outlook.reached)} người mỗi ngày, {told} để kịp thời hạn."
    )


def forecast(told: Projection, deadline: dt.date, target: float) -> str:
    """Return the projected share on the deadline with its interval and the method's past error."""
    reach = "đạt" if told.share >= target else "chưa đạt"
    sentence = f"Nếu giữ tốc độ 7 ngày qua, đến {numbers.date(deadline)} tỷ lệ có tài khoản ước khoảng {numbers.percent(told.share)}, {reach} mục tiêu {numbers.percent(target)}"
    if told.low is None or told.high is None or told.error is None:
        return f"{sentence}. Chưa đủ ngày để biết cách ước tính này thường sai bao nhiêu."
    span = "" if told.low == told.high else f" (khoảng {numbers.percent(told.low)} đến {numbers.percent(told.high)})"
    return (
        f"{sentence}{span}. Áp dụng cùng cách tính cho {told.cases} ngày đã qua, ước tính trước {told.horizon} ngày "
        f"sai bình quân {numbers.points(told.error)}."
    )


def rise(first: float, last: float, days: int) -> str:
    """Return the finding of a trend as a title: rising, falling or standing still, over one day or several."""
    if days < 2:
        return f"Tỷ lệ có tài khoản: {numbers.percent(last)}"
    before, now = numbers.percent(first), numbers.percent(last)
    if before == now:
        return f"Tỷ lệ có tài khoản giữ ở {now} trong {days} ngày"
    return (
        f"Tỷ lệ có tài khoản {'tăng' if last > first else 'giảm'} từ {before} {'lên' if last > first else 'xuống'} {now} trong {days} ngày"
    )


def standing(above: int, below: int, judged: int) -> str:
    """Return how many units differ from the whole by more than chance, as a title."""
    if not above and not below:
        return f"Không nơi nào trong {judged} nơi khác mức chung quá mức ngẫu nhiên"
    parts = [f"{below} nơi thấp hơn"] if below else []
    parts += [f"{above} nơi cao hơn"] if above else []
    return f"{joined(parts)} mức chung rõ rệt, trong {judged} nơi"


def inside(name: str) -> str:
    """Return a name as it stands inside a sentence: its first letter small, the rest as it is."""
    return name[:1].lower() + name[1:]


def joined(parts: Sequence[str]) -> str:
    """Join parts as a sentence does: a, b và c."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " và " + parts[-1] if parts else ""
