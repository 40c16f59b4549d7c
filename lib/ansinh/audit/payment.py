"""How the period's payment reached the people, on the page."""

from __future__ import annotations

from ansinh.audit.area import ROWS, Area
from ansinh.checks import ACTORS
from ansinh.disclosure import OPEN, Counts, Released
from ansinh.measures import payment
from ansinh.show import Shown, figures, numbers, paragraph, tables, words
from ansinh.show.figures import Headline


class Payment(Area):
    """How the period's payment reached the people."""

    synonyms = ROWS

    @property
    def _whole(self) -> Released:
        return self.release(payment.whole(self.scope))

    def answer(self) -> Shown:
        """How many were paid and how many of them by account, in one sentence; then which period it is, and those with an account."""
        told, name, period = self._whole, self.scope.name, self.campaign.period_name
        if told.value("paid_people") == 0:
            day = numbers.date(self.campaign.as_of)
            return paragraph(f"{name}: chưa có khoản chi nào đến ngày {day}.", "as-answer") + paragraph(f"{period}.")
        if told.value("paid_people") is None:
            return paragraph(f"{name}: số người có khoản chi không công bố vì có số nhỏ.", "as-answer") + paragraph(f"{period}.")
        by_account = f", {words.rate(told, 'cashless_rate')} trong số đó đã nhận qua tài khoản" if words.told(told, "cashless_rate") else ""
        more = (
            f" Trong số người có tài khoản dùng được và có khoản chi, {words.rate(told, 'holders_rate')} nhận qua tài khoản."
            if words.told(told, "holders_rate")
            else ""
        )
        return paragraph(f"{name}: {words.persons(told, 'paid_people')} có khoản chi trong kỳ{by_account}.", "as-answer") + paragraph(
            f"{period}.{more}"
        )

    def amounts(self) -> Shown:
        """Persons and VND by how the payment came."""
        told = self._whole
        if told.value("paid_people") == 0:
            return paragraph("Chưa có khoản chi nào trong kỳ.")
        ways = (
            ("by_account", "vnd_account", "Qua tài khoản"),
            ("in_cash", "vnd_cash", "Tiền mặt"),
            ("returned_people", "vnd_returned", "Bị trả lại"),
        )
        rows = [[name, tables.cell(told, people, 0)[0], tables.cell(told, money, 0)[0]] for people, money, name in ways]
        rows.append(["Tổng số", tables.cell(told, "paid_people", 0)[0], _sum(told, [money for _, money, _ in ways])])
        withheld = any(told.mark(people) != OPEN for people, _, _ in ways)
        marks = (
            f"{numbers.small(told.threshold)}: {numbers.SMALL_WORDS}. …: không công bố để không suy ra được số nhỏ. " if withheld else ""
        )
        note = (
            f"{marks}Số người làm tròn đến {told.rounding}, số tiền làm tròn đến triệu đồng, từ 1 tỷ đồng trở lên đến 10 triệu đồng."
            if told.threshold
            else ""
        )
        cash = f": {words.persons(told, 'in_cash')} nhận tiền mặt" if told.value("in_cash") else ""
        return tables.plain(
            "bang-chi-tra", f"Hình thức chi trả trong kỳ{cash}", ["Hình thức", "Số người", "Số tiền"], rows, note, figures=(1, 2)
        )

    def headlines(self) -> Shown:
        """The four figures of the payment."""
        told = self._whole
        return figures.headlines(
            [
                Headline(
                    tables.cell(told, "paid_people", 0)[0],
                    "Người có khoản chi",
                    f"trên {tables.cell(told, 'persons', 0)[0]} người thụ hưởng",
                ),
                Headline(words.rate(told, "cashless_rate"), "Nhận qua tài khoản", "trên số người có khoản chi"),
                Headline(
                    words.rate(told, "holders_rate"),
                    "Có tài khoản và nhận qua tài khoản",
                    "trên số người có tài khoản dùng được, có khoản chi",
                ),
                Headline(tables.cell(told, "holders_in_cash", 0)[0], "Có tài khoản dùng được vẫn nhận tiền mặt", "người"),
            ]
        )

    def cash_causes(self) -> Shown:
        """Why people with a usable account were paid in cash, and who acts."""
        released = self.release(payment.cash_causes(self.scope))
        if not released.value("persons", len(released.frame) - 1):
            return paragraph(self._no_small(released, "Không có ai có tài khoản dùng được mà vẫn nhận tiền mặt."))
        released.frame["who"] = released.frame["who"].map(ACTORS | {"": ""})
        columns = {"name": "Vì sao nhận tiền mặt dù có tài khoản dùng được", "who": "Đơn vị xử lý", "persons": "Số người"}
        note = f"Ngày chốt danh sách chi trả của kỳ: {numbers.date(payment.list_closed(self.campaign.period))}."
        told, most = words.persons(released, "persons", len(released.frame) - 1), words.most(released, "persons", "name")
        caption = f"Có tài khoản dùng được vẫn nhận tiền mặt: {told}{f'; {most}' if most else ''}"
        return tables.table(released, id="bang-vi-sao-tien-mat", caption=caption, columns=columns, note=note)

    def _no_small(self, released: Released, none: str) -> str:
        told = words.persons(released, "persons", len(released.frame) - 1)
        return none if told == "không có ai" else f"Có {told} có tài khoản dùng được mà vẫn nhận tiền mặt."

    def by_group(self) -> Shown:
        """Paid and how, per policy group."""
        return self._table(payment.by_group(self.scope), "name", "Nhóm đối tượng", "bang-chi-tra-nhom", "Chi trả theo nhóm đối tượng")

    def by_bank(self) -> Shown:
        """Paid and how, per bank of the account."""
        return self._table(
            payment.by_bank(self.scope), "code", "Ngân hàng", "bang-chi-tra-ngan-hang", "Chi trả cho người có tài khoản, theo ngân hàng"
        )

    def _table(self, counts: Counts, key: str, heading: str, id: str, caption: str) -> Shown:
        released = self.release(counts)
        if released.frame.empty or self._whole.value("paid_people") == 0:
            return paragraph("Chưa có khoản chi nào trong kỳ.")
        if key == "code":
            released = released.ordered("paid_people")
            released.frame[key] = self.bank_names(released.frame[key])
        columns = {
            key: heading,
            "paid_people": "Người có khoản chi",
            "by_account": "Qua tài khoản",
            "cashless_rate": "Tỷ lệ qua tài khoản",
            "in_cash": "Tiền mặt",
            "returned_people": "Bị trả lại",
        }
        return tables.table(released, id=id, caption=caption, columns=columns)

    def by_row(self) -> Shown:
        """Paid by account and in cash per unit or part."""
        released = self.release(payment.rates(self.scope))
        columns = {
            "name": self.row_word,
            "paid_people": "Người có khoản chi",
            "by_account": "Qua tài khoản",
            "cashless_rate": "Tỷ lệ qua tài khoản",
            "in_cash": "Tiền mặt",
            "holders_in_cash": "Có tài khoản dùng được vẫn nhận tiền mặt",
        }
        return tables.table(
            released,
            id="bang-chi-tra-don-vi",
            caption=f"Chi trả theo {self.row_word.lower()}{words.lowest(released, 'cashless_rate', 'name')}",
            columns=columns,
            bars=("cashless_rate",),
            links=self.links(released, "chi-tra"),
        )


def _sum(told: Released, columns: list[str]) -> str:
    """Return what the shown amounts add up to; a sum is told only where every part is, so it tells nothing new."""
    values = [told.value(column) for column in columns]
    return "…" if None in values else numbers.vnd(sum(value or 0 for value in values))
