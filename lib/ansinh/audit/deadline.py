"""Will it be done in time, on the page."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from ansinh.audit.area import Area
from ansinh.disclosure import Released
from ansinh.measures import deadline
from ansinh.show import Shown, figures, numbers, paragraph, words


class Deadline(Area):
    """Will it be done in time."""

    @cached_property
    def _pace(self) -> Released:
        return self.release(deadline.pace(self.scope))

    @property
    def _deadline(self) -> dt.date:
        return self.campaign.deadline_of(self.scope.unit.code if self.scope.unit else "")

    def answer(self) -> Shown:
        """Whether the pace suffices, in one sentence."""
        outlook = deadline.outlook(self._pace, self.campaign.as_of, self._deadline)
        left = words.days_left(outlook.days_left)
        if self._pace.value("persons") == 0:
            return paragraph(f"{left[0].upper()}{left[1:]}.")
        when = left[0].upper() + left[1:]
        if outlook.needed == 0:
            return paragraph(f"{when}. Không còn ai phải mở tài khoản.")
        if outlook.needed is None or outlook.reached is None:
            return paragraph(f"{when}. Số người còn lại là số nhỏ hoặc đã hết thời gian nên không tính tốc độ.")
        told = "đủ" if outlook.enough else "chưa đủ"
        return paragraph(
            f"{when}. Để đạt mục tiêu cần mở cho {numbers.count(outlook.needed)} người mỗi ngày; 7 ngày qua bình quân {numbers.count(outlook.reached)} người mỗi ngày, {told} để kịp thời hạn."
        )

    def trend(self) -> Shown:
        """Coverage day by day with the pace needed."""
        released = self.release(deadline.trend(self.scope))
        days = [dt.date.fromisoformat(day) for day in released.frame["day"]]
        shares = [released.value("coverage", row) for row in range(len(days))]
        known = [share for share in shares if share is not None]
        if not known:
            return paragraph("Số người quá ít để công bố diễn biến theo ngày.")
        title = (
            f"Tỷ lệ có tài khoản từ {numbers.percent(known[0])} lên {numbers.percent(known[-1])} trong {len(days)} ngày"
            if len(days) > 1
            else "Tỷ lệ có tài khoản"
        )
        description = f"Đường tỷ lệ có tài khoản theo ngày từ {numbers.date(days[0])} đến {numbers.date(days[-1])}; thời hạn {numbers.date(self._deadline)}; mục tiêu {numbers.percent(self.campaign.target)}."
        id = f"dien-bien-{self.scope.unit.code if self.scope.unit else 'chung'}"
        return figures.trend(
            days, shares, deadline=self._deadline, target=self.campaign.target, id=id, title=title, description=description
        )
