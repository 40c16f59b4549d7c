"""How far accounts cover the people, on the page."""

from __future__ import annotations

import csv
from functools import cached_property

from ansinh.audit.area import Area, nobody
from ansinh.campaign import Campaign, Workspace
from ansinh.checks import ACTORS
from ansinh.disclosure import Released
from ansinh.measures import coverage
from ansinh.show import Shown, figures, numbers, paragraph, tables, words
from ansinh.show.figures import Headline

CHANNEL_WORDS = {
    "branch": "Chi nhánh ngân hàng",
    "mobile_point": "Điểm lưu động",
    "post": "Bưu điện",
    "online": "Trực tuyến",
    "vneid": "VNeID",
    "": "Không ghi",
}
HOUR_WORDS = {"office": "Trong giờ hành chính", "evening": "Ngoài giờ hành chính", "weekend": "Thứ Bảy, Chủ nhật", "holiday": "Ngày lễ"}
ACTOR_WORDS = ACTORS | {"–": "–", "": ""}


class Coverage(Area):
    """How far accounts cover the people."""

    @cached_property
    def _whole(self) -> Released:
        return self.release(coverage.whole(self.scope))

    def answer(self) -> Shown:
        """The answer in one sentence: coverage, who is missing, time left."""
        if self._whole.value("persons") == 0:
            return nobody(self.scope)
        told, days = self._whole, (self.campaign.deadline_of(self.scope.unit.code if self.scope.unit else "") - self.campaign.as_of).days
        missing = words.persons(told, "remaining")
        rest = "không còn ai phải mở" if missing == "không có ai" else f"còn {missing} chưa có tài khoản"
        return paragraph(
            f"{self.scope.name}: {words.rate(told, 'coverage')} người thụ hưởng đã có tài khoản; {rest}, {words.days_left(days)}.",
            "as-answer",
        )

    def headlines(self) -> Shown:
        """The four figures: three rates and the persons missing."""
        told = self._whole
        return figures.headlines(
            [
                Headline(words.rate(told, "coverage"), "Đã có tài khoản", f"trên {tables.cell(told, 'persons', 0)[0]} người thụ hưởng"),
                Headline(words.rate(told, "usable_rate"), "Tài khoản dùng được", "đúng chủ hoặc người nhận thay, đang hoạt động"),
                Headline(
                    words.rate(told, "paid_rate"), "Đã nhận qua tài khoản", f"{words.inside(self.campaign.period_name)}, trên tổng số người"
                ),
                Headline(tables.cell(told, "remaining", 0)[0], "Người chưa có tài khoản", "không kể người không đăng ký"),
            ]
        )

    def funnel(self) -> Shown:
        """From the list to payment."""
        released = self.release(coverage.funnel(self.scope))
        labels = [
            ("persons", "Có trong danh sách"),
            ("complete", "Đủ thông tin"),
            ("verified", "và đã đối chiếu khớp"),
            ("clean", "và dữ liệu sạch"),
            ("has_account", "Đã có tài khoản"),
            ("usable", "Tài khoản dùng được"),
            ("paid", "Đã nhận qua tài khoản"),
        ]
        return figures.steps(
            released,
            labels,
            whole="persons",
            id="tu-danh-sach-den-chi-tra",
            title="Từ danh sách đến chi trả (người; tỷ lệ trên tổng số người)",
        )

    def by_row(self) -> Shown:
        """The three rates per unit or part."""
        released = self.release(coverage.rates(self.scope))
        columns = {
            "name": self.row_word,
            "persons": "Người thụ hưởng",
            "has_account": "Đã có tài khoản",
            "coverage": "Tỷ lệ có tài khoản",
            "usable_rate": "Tỷ lệ tài khoản dùng được",
            "paid_rate": "Tỷ lệ nhận qua tài khoản",
            "remaining": "Chưa có tài khoản",
            "declined": "Không đăng ký",
        }
        return tables.table(
            released,
            id="bang-tai-khoan",
            caption=f"Tài khoản theo {self.row_word.lower()}",
            columns=columns,
            bars=("coverage",),
            links=self.links(released, "tai-khoan"),
            filter=True,
            note="Ba tỷ lệ đều tính trên tổng số người thụ hưởng. Người không đăng ký được tách riêng, không tính là chưa có tài khoản.",
        )

    def by_group(self) -> Shown:
        """The three rates per policy group."""
        released = self.release(coverage.by_group(self.scope))
        columns = {
            "name": "Nhóm đối tượng",
            "persons": "Người thụ hưởng",
            "has_account": "Đã có tài khoản",
            "coverage": "Tỷ lệ có tài khoản",
            "usable_rate": "Tỷ lệ tài khoản dùng được",
            "paid_rate": "Tỷ lệ nhận qua tài khoản",
        }
        return tables.table(
            released,
            id="bang-nhom",
            caption="Tài khoản theo nhóm đối tượng",
            columns=columns,
            note="Mỗi người thuộc nhóm của chế độ có mức cao nhất.",
        )

    def gap(self) -> Shown:
        """Why people have no account, and who acts next."""
        released = self.release(coverage.gap(self.scope))
        released.frame["who"] = released.frame["who"].map(ACTOR_WORDS)
        columns = {"name": "Lý do chưa có tài khoản dùng được", "who": "Đơn vị hành động", "persons": "Số người"}
        return tables.table(
            released,
            id="bang-con-vuong",
            caption="Còn vướng gì và ai hành động tiếp",
            columns=columns,
            note="Mỗi người được xếp vào đúng một lý do.",
        )

    def by_channel(self) -> Shown:
        """By which channel accounts were opened."""
        return self._accounts(
            self.release(coverage.by_channel(self.scope)), CHANNEL_WORDS, "bang-kenh", "Tài khoản theo kênh mở", "Kênh mở"
        )

    def by_bank(self) -> Shown:
        """By which bank accounts were opened."""
        return self._accounts(
            self.release(coverage.by_bank(self.scope)), {"": "Chưa xác định"}, "bang-ngan-hang", "Tài khoản theo ngân hàng", "Ngân hàng"
        )

    def _accounts(self, released: Released, names: dict[str, str], id: str, caption: str, heading: str) -> Shown:
        if released.frame.empty:
            return paragraph("Chưa có tài khoản nào được báo cáo.")
        released.frame["code"] = [names.get(code, code) for code in released.frame["code"]]
        columns = {"code": heading, "has_account": "Người có tài khoản", "usable": "Tài khoản dùng được", "usable_rate": "Tỷ lệ dùng được"}
        return tables.table(released, id=id, caption=caption, columns=columns)

    def by_hours(self) -> Shown:
        """In and out of office hours."""
        released = self.release(coverage.by_hours(self.scope))
        released.frame["code"] = released.frame["code"].map(HOUR_WORDS)
        caption = f"Tài khoản mở từ {numbers.date(self.campaign.started)} theo thời gian trong ngày, trong tuần"
        return tables.table(released, id="bang-gio", caption=caption, columns={"code": "Thời gian", "opened": "Người mở tài khoản"})

    def map(self) -> Shown:
        """All units as tiles, each a link to its page."""
        released = self.release(coverage.rates(self.scope))
        units = {unit.code: unit for unit in self.scope.workspace.units(self.campaign)}
        positions = _tiles(self.scope.workspace, self.campaign, tuple(units))
        places = [
            figures.Place(*positions[code], units[code].short_name, f"don-vi/{units[code].slug}/tai-khoan.html", at)
            for at, code in enumerate(released.frame["code"])
            if code in units
        ]
        return figures.tile_map(
            released,
            "coverage",
            places,
            id="ban-do",
            title="Tỷ lệ có tài khoản theo đơn vị",
            note="Mỗi ô là một đơn vị, xếp gần đúng theo vị trí địa lý. Bấm vào ô để xem trang của đơn vị.",
        )


def _tiles(workspace: Workspace, campaign: Campaign, codes: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """Return each unit's place in the tile map: from params/tiles, else row by row in register order."""
    width = 7
    places = {code: (at % width + 1, at // width + 1) for at, code in enumerate(codes)}
    path = workspace.params / "tiles" / f"{campaign.name}.csv"
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            given = {row["code"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(file)}
        if set(codes) <= set(given):
            places = given
    return places
