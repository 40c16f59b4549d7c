"""The campaign's obligations, on the page: target, reached, gap, trend and who answers, as the campaign file lists them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from ansinh.audit.area import Area
from ansinh.audit.cleanliness import rules_note
from ansinh.disclosure import Released
from ansinh.measures import cleanliness, coverage, deadline, history, payment
from ansinh.show import Shown, numbers, paragraph, tables, words

WEEK = deadline.WEEK
RATES = {
    "clean": "có dữ liệu sạch",
    "complete": "đủ thông tin",
    "coverage": "đã có tài khoản",
    "usable": "có tài khoản dùng được",
    "holders": "người có tài khoản dùng được và có khoản chi nhận qua tài khoản",
}
"""Measures of obligations that are rates of persons, and the words after the rate."""
NONE = "–"
UNSET = "chưa có chỉ tiêu"
"""Target of an obligation that names none."""


class Directive(Area):
    """The campaign's obligations and documents."""

    @property
    def _clean(self) -> Released:
        return self.release(cleanliness.whole(self.scope))

    @property
    def _cover(self) -> Released:
        return self.release(coverage.whole(self.scope))

    @property
    def _paid(self) -> Released:
        return self.release(payment.whole(self.scope))

    @property
    def _pace(self) -> Released:
        return self.release(deadline.pace(self.scope))

    @property
    def _past(self) -> Released:
        return self.release(history.snapshots(self.scope))

    def answer(self) -> Shown:
        """How many obligations with a rate as target have reached it, and which is furthest from it, in one sentence."""
        known, unknown = [], 0
        for item in self.campaign.obligations:
            if item.measure in RATES:
                released, rate = self._rate(item.measure)
                value = released.value(rate)
                known += [(value, item)] if value is not None else []
                unknown += value is None
        if not known:
            return paragraph(f"{self.scope.name}: chưa có tỷ lệ nào công bố được để so với mục tiêu.", "as-answer")
        target = numbers.percent(self.campaign.target)
        reached = sum(value >= self._target(item.measure) for value, item in known)
        lowest, item = min(known, key=lambda pair: pair[0])
        start = f"{numbers.count(reached)} trong {len(known)}" if reached else f"chưa nhiệm vụ nào trong {len(known)}"
        told = f"{start} nhiệm vụ đo bằng tỷ lệ đạt mục tiêu {target}"
        far = f"; xa nhất là {item.id}: {numbers.percent(lowest)} {RATES[item.measure]}" if reached < len(known) else ""
        rest = f"; {unknown} nhiệm vụ có tỷ lệ không công bố vì có số nhỏ" if unknown else ""
        return paragraph(f"{self.scope.name}: {told}{far}{rest}.", "as-answer")

    def _rate(self, measure: str) -> tuple[Released, str]:
        """Return the table and the rate in it that measure an obligation."""
        if measure in ("clean", "complete"):
            return self._clean, f"{measure}_rate"
        if measure == "holders":
            return self._paid, "holders_rate"
        return self._cover, "coverage" if measure == "coverage" else "usable_rate"

    def _target(self, measure: str) -> float:
        """Return the share that is the target of a measure: of coverage, of all who have not declined."""
        return self.campaign.target * (deadline.reachable(self._cover) if measure == "coverage" else 1)

    def obligations(self) -> Shown:
        """Each obligation with target, reached, gap, trend and who answers; what measures it is named in the campaign file."""
        if not self.campaign.obligations:
            return paragraph("Đợt triển khai này chưa ghi nhiệm vụ nào.")
        rows = [[item.id, item.text, item.who, *self._measures[item.measure]()] for item in self.campaign.obligations]
        headings = ["TT", "Nhiệm vụ", "Đơn vị chịu trách nhiệm", "Mục tiêu", "Đã đạt", "Còn lại", "Xu hướng"]
        note = (
            f"Số liệu đến ngày {numbers.date(self.campaign.as_of)}. Xu hướng của tài khoản so với {WEEK} ngày trước, của dữ liệu so với lần chốt số liệu trước. "
            "Số thứ tự nhiệm vụ là cách đánh số của báo cáo này."
        )
        if len(self._past.frame) < 2:
            note += " Đây là lần chốt số liệu đầu tiên nên xu hướng của dữ liệu chưa có."
        count = numbers.count(len(rows))
        return tables.plain(
            "bang-nhiem-vu", f"{count} nhiệm vụ: mục tiêu, kết quả, phần còn lại và ai chịu trách nhiệm", headings, rows, note
        )

    @property
    def _measures(self) -> Mapping[str, Callable[[], list[str]]]:
        """What measures an obligation → how its target, reached, gap and trend are told."""
        target = numbers.percent(self.campaign.target)
        cover, paid = self._cover, self._paid
        return {
            "clean": lambda: [
                target,
                words.rate(self._clean, "clean_rate"),
                f"{self._gap(self._clean, 'clean')} còn lỗi cản trở",
                self._since("clean_rate"),
            ],
            "complete": lambda: [
                target,
                words.rate(self._clean, "complete_rate"),
                f"{self._gap(self._clean, 'complete')} thiếu thông tin",
                self._since("complete_rate"),
            ],
            "coverage": lambda: [
                target,
                words.rate(cover, "coverage"),
                f"{words.persons(cover, 'remaining')} chưa có tài khoản",
                self._week(),
            ],
            "usable": lambda: [
                target,
                words.rate(cover, "usable_rate"),
                f"{self._gap(cover, 'usable')} chưa có tài khoản dùng được",
                self._since("usable_rate"),
            ],
            "post": lambda: [UNSET, f"{self._by_post()} mở qua bưu điện", NONE, NONE],
            "holders": lambda: [target, words.rate(paid, "holders_rate"), f"{words.persons(paid, 'holders_in_cash')} nhận tiền mặt", NONE],
            "declined": lambda: [
                UNSET,
                f"{words.rate(cover, 'coverage')} đã có tài khoản",
                f"{words.persons(cover, 'remaining')} chưa có tài khoản, {words.persons(cover, 'declined')} không đăng ký",
                self._week(),
            ],
            "deadline": self._deadline,
            "banks": self._banks,
        }

    def _gap(self, released: Released, column: str) -> str:
        whole, value = released.value("persons"), released.value(column)
        return f"{numbers.count(whole - value)} người" if whole is not None and value is not None else "không công bố"

    def _week(self) -> str:
        """Coverage against a week before, from the released trend."""
        trend = self.release(deadline.trend(self.scope))
        last = len(trend.frame) - 1
        now, before = (trend.value("coverage", row) if row >= 0 else None for row in (last, last - WEEK))
        return NONE if now is None or before is None else self._moved(before, now)

    def _since(self, rate: str) -> str:
        """A rate against the snapshot before."""
        last = len(self._past.frame) - 1
        if last < 1:
            return NONE
        now, before = self._past.value(rate, last), self._past.value(rate, last - 1)
        return NONE if now is None or before is None else self._moved(before, now)

    @property
    def _digits(self) -> int:
        return tables.digits(self._cover, "coverage", 0)

    def _moved(self, before: float, now: float) -> str:
        return words.moved(numbers.between(before, now, self._digits), self._digits)

    def _by_post(self) -> str:
        channel = self.release(coverage.by_channel(self.scope))
        rows = [row for row, code in enumerate(channel.frame["code"]) if code == "post"]
        return words.persons(channel, "has_account", rows[0]) if rows else "không có ai"

    def _deadline(self) -> list[str]:
        outlook = deadline.outlook(self._pace, self.campaign.as_of, self.campaign.deadline, self.campaign.target)
        needed = (
            "không còn ai phải mở" if outlook.needed == 0 else f"cần {numbers.count(outlook.needed)} người/ngày" if outlook.needed else NONE
        )
        reached = NONE if outlook.reached is None else f"{numbers.count(outlook.reached)} người/ngày trong {WEEK} ngày qua"
        return [numbers.date(self.campaign.deadline), words.days_left(outlook.days_left), needed, reached]

    def _banks(self) -> list[str]:
        banks = self.release(coverage.by_bank(self.scope))
        known = sum(bool(code) for code in banks.frame["code"])
        return [UNSET, f"{known} ngân hàng có tài khoản của người thụ hưởng", self._unusable(), NONE]

    def _unusable(self) -> str:
        held, usable = self._cover.value("has_account"), self._cover.value("usable")
        return "không công bố" if held is None or usable is None else f"{numbers.count(held - usable)} người có tài khoản chưa dùng được"

    def history(self) -> Shown:
        """The main rates at every snapshot: a small table that grows with each day's data."""
        released = self._past
        if len(released.frame) < 2:
            return paragraph("Đây là lần chốt số liệu đầu tiên nên chưa có lần trước để so sánh.")
        rows = []
        for row, day in enumerate(released.frame["as_of"]):
            cells = [tables.cell(released, column, row)[0] for column in ("persons", "clean_rate", "coverage", "usable_rate")]
            now, before = released.value("coverage", row), released.value("coverage", row - 1) if row else None
            cells.append(
                NONE if now is None or before is None else numbers.change(numbers.between(before, now, self._digits), self._digits)
            )
            rows.append([numbers.date(dt.date.fromisoformat(str(day))), *cells])
        headings = [
            "Số liệu đến ngày",
            "Người thụ hưởng",
            "Tỷ lệ dữ liệu sạch",
            "Tỷ lệ có tài khoản",
            "Tỷ lệ tài khoản dùng được",
            "So với lần trước (điểm phần trăm)",
        ]
        note = rules_note(cleanliness.changed_rules(self.scope))
        first, last = (released.value("coverage", row) for row in (0, len(rows) - 1))
        moved = "" if first is None or last is None else f": tỷ lệ có tài khoản {self._moved(first, last)} từ ngày {rows[0][0]}"
        return tables.plain("bang-cac-ky", f"{len(rows)} lần chốt số liệu{moved}", headings, rows, note, figures=range(1, 6))

    def documents(self) -> Shown:
        """The documents the campaign carries out."""
        if not self.campaign.documents:
            return paragraph("Đợt triển khai này chưa ghi văn bản thực hiện.")
        rows = [[item.number, numbers.date(item.date), item.issuer, item.subject] for item in self.campaign.documents]
        return tables.plain("bang-van-ban", "Văn bản thực hiện", ["Số", "Ngày", "Nơi ban hành", "Nội dung"], rows)
