"""Will it be done in time, on the page."""

from __future__ import annotations

import datetime as dt

from ansinh.audit.area import NOBODY, Area
from ansinh.disclosure import Released
from ansinh.measures import deadline
from ansinh.measures.deadline import Outlook
from ansinh.measures.projection import Projection, project
from ansinh.show import Shown, figures, numbers, paragraph, tables, words

SHOWN = 10
"""The late units named at most: those furthest behind."""


class Deadline(Area):
    """Will it be done in time."""

    @property
    def _pace(self) -> Released:
        return self.release(deadline.pace(self.scope))

    @property
    def _trend(self) -> Released:
        return self.release(deadline.trend(self.scope))

    @property
    def _shares(self) -> list[float | None]:
        told = self._trend
        return [told.value("coverage", row) for row in range(len(told.frame))]

    @property
    def _digits(self) -> int:
        return tables.digits(self._pace, "coverage", 0)

    @property
    def _deadline(self) -> dt.date:
        return self.campaign.deadline_of(self.scope.home)

    def outlook(self) -> Outlook:
        """Days left, pace needed and pace reached of the whole scope."""
        return deadline.outlook(self._pace, self.campaign.as_of, self._deadline, self.campaign.target)

    def projection(self) -> Projection | None:
        """Coverage projected to the deadline from the released shares; nobody who declined is expected to be covered."""
        return project(self._shares, (self._deadline - self.campaign.as_of).days, deadline.reachable(self._pace))

    def answer(self) -> Shown:
        """Whether the pace suffices, in one sentence."""
        outlook = self.outlook()
        left = words.days_left(outlook.days_left)
        when = left[0].upper() + left[1:]
        if self._pace.value("persons") == 0:
            return paragraph(f"{when}.")
        return paragraph(f"{when}. {words.pace(outlook, self.campaign.target)}")

    def forecast(self) -> Shown:
        """Where coverage will stand on the deadline, with how far the same forecast missed before."""
        told = self.projection()
        if told is None:
            return paragraph(words.NO_FORECAST if (self._deadline - self.campaign.as_of).days > 0 else words.PAST_DEADLINE)
        return paragraph(
            words.forecast(told, self._deadline, self.campaign.target, deadline.reachable(self._pace), self.outlook().enough, self._digits)
        )

    def trend(self) -> Shown:
        """Coverage day by day with the pace needed."""
        days = [dt.date.fromisoformat(day) for day in self._trend.frame["day"]]
        known = [share for share in self._shares if share is not None]
        if not known:
            return paragraph("Số người quá ít để công bố diễn biến theo ngày.")
        title = words.rise(known[0], known[-1], len(days), self._digits)
        description = f"Đường tỷ lệ có tài khoản theo ngày từ {numbers.date(days[0])} đến {numbers.date(days[-1])}; thời hạn {numbers.date(self._deadline)}; mục tiêu {numbers.percent(self.campaign.target)}."
        id = f"dien-bien-{self.scope.unit.code if self.scope.unit else 'chung'}"
        return figures.trend(
            days, self._shares, deadline=self._deadline, target=self.campaign.target, id=id, title=title, description=description
        )

    def late(self) -> Shown:
        """Which units, or parts, will not reach the target at the pace of the last week, those furthest from it first."""
        released = self.release(deadline.pace_by_row(self.scope))
        behind, unknown = [], 0
        rows = [row for row, is_total in enumerate(released.frame["is_total"]) if not is_total]
        peopled = [row for row in rows if released.value("persons", row) != 0]
        if not peopled:
            return paragraph(NOBODY)
        for row in peopled:
            outlook = deadline.outlook(released, self.campaign.as_of, self._deadline, self.campaign.target, row)
            unknown += outlook.needed is None or outlook.reached is None
            if outlook.enough is False:
                behind.append((row, outlook))
        judged = len(peopled) - unknown
        rest = f" {numbers.count(unknown)} nơi còn lại có số nhỏ nên không so sánh." if unknown else ""
        rest += (
            f" {numbers.count(len(rows) - len(peopled))} nơi chưa có người thụ hưởng nào trong số liệu." if len(rows) > len(peopled) else ""
        )
        if unknown and not judged:
            return paragraph(f"Không so sánh được tốc độ của các nơi: cả {numbers.count(unknown)} nơi đều có số nhỏ, không công bố.")
        if not behind:
            return paragraph(f"Không có nơi nào chậm hơn tốc độ cần đạt.{rest}")
        behind.sort(key=lambda item: (-(item[1].needed or 0) + (item[1].reached or 0), item[0]))
        shown = [
            [
                str(released.frame["name"].iloc[row]),
                tables.cell(released, "coverage", row)[0],
                tables.cell(released, "remaining", row)[0],
                "–" if outlook.needed is None else numbers.about(outlook.needed),
                "–" if outlook.reached is None else numbers.about(outlook.reached),
            ]
            for row, outlook in behind[:SHOWN]
        ]
        more = f" Còn {len(behind) - SHOWN} nơi khác chậm ít hơn." if len(behind) > SHOWN else ""
        return tables.plain(
            "bang-khong-kip",
            f"{numbers.count(len(behind))} trong {numbers.count(judged)} nơi chưa đủ tốc độ để kịp thời hạn",
            [self.row_word, "Tỷ lệ có tài khoản", "Người chưa có tài khoản", "Cần mở mỗi ngày (khoảng)", "7 ngày qua mỗi ngày (khoảng)"],
            shown,
            f"Xếp theo mức chậm so với tốc độ cần đạt.{more}{rest}",
            figures=(1, 2, 3, 4),
        )
