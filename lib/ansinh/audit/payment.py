"""How the period's payment reached the people, on the page."""

from __future__ import annotations

from functools import cached_property

from ansinh.audit.area import Area
from ansinh.disclosure import Released
from ansinh.measures import payment
from ansinh.show import Shown, numbers, paragraph, tables, words


class Payment(Area):
    """How the period's payment reached the people."""

    @cached_property
    def _whole(self) -> Released:
        return self.release(payment.whole(self.scope))

    def answer(self) -> Shown:
        """The period's payment in one sentence."""
        told = self._whole
        if told.value("paid_people") == 0:
            return paragraph(f"{self.campaign.period_name}: chưa có khoản chi nào đến ngày {numbers.date(self.campaign.as_of)}.")
        return paragraph(
            f"{self.campaign.period_name}: đã chi cho {words.persons(told, 'paid_people')}, trong đó {words.rate(told, 'cashless_rate')} nhận qua tài khoản. "
            f"Trong số người có tài khoản dùng được và đã được chi, {words.rate(told, 'holders_rate')} nhận qua tài khoản."
        )

    def amounts(self) -> Shown:
        """Persons and VND by how the payment came."""
        told = self._whole
        ways = (
            ("by_account", "vnd_account", "Qua tài khoản"),
            ("in_cash", "vnd_cash", "Tiền mặt"),
            ("returned_people", "vnd_returned", "Bị trả lại"),
        )
        rows = [[name, tables.cell(told, people, 0)[0], tables.cell(told, money, 0)[0]] for people, money, name in ways]
        note = (
            f"≤{numbers.SPACE}{told.threshold}: {numbers.SMALL_WORDS}. …: không công bố. Số người làm tròn đến {told.rounding}, số tiền làm tròn đến triệu đồng."
            if told.threshold
            else ""
        )
        return tables.plain("bang-chi-tra", "Hình thức chi trả trong kỳ", ["Hình thức", "Số người", "Số tiền"], rows, note)

    def by_row(self) -> Shown:
        """Paid by account and in cash per unit or part."""
        released = self.release(payment.rates(self.scope))
        columns = {
            "name": self.row_word,
            "paid_people": "Người đã được chi",
            "by_account": "Qua tài khoản",
            "cashless_rate": "Tỷ lệ qua tài khoản",
            "in_cash": "Tiền mặt",
            "holders_in_cash": "Có tài khoản vẫn nhận tiền mặt",
        }
        return tables.table(
            released, id="bang-chi-tra-don-vi", caption=f"Chi trả theo {self.row_word.lower()}", columns=columns, bars=("cashless_rate",)
        )
