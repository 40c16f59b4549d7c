"""How far accounts cover the people, on the page."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace

from ansinh.audit.area import NOBODY, ROWS, Area, nobody
from ansinh.campaign import Campaign, Workspace
from ansinh.checks import ACTORS
from ansinh.disclosure import Counts, Released
from ansinh.measures import activity, coverage, drops, ranking
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
DAY_WORDS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
HOUR_WORDS = {"office": "Trong giờ hành chính", "evening": "Ngoài giờ hành chính", "holiday": "Ngày lễ"} | {
    str(day): f"{DAY_WORDS[day - 1]}, cả ngày" for day in activity.WEEKDAYS
}
ACTOR_WORDS = ACTORS | {"–": "–", "": ""}
NO_NAMES = "Danh sách từng người không đăng trên trang này; mỗi đơn vị xử lý nhận danh sách riêng của mình."
ONLY_WHOLE = "Số người mở tài khoản từng ngày theo kênh chỉ công bố cho toàn địa bàn: ở mỗi nơi, mỗi ngày có quá ít người."
FEWEST_POINTS = 5
"""Fewer units than this make no comparison."""


class Coverage(Area):
    """How far accounts cover the people."""

    synonyms = ROWS | {"reasons": "gap", "causes": "gap", "by_owner_of_account": "by_owner", "by_time": "by_hours", "by_gender": "by_sex"}

    @property
    def _whole(self) -> Released:
        return self.release(coverage.whole(self.scope))

    def answer(self) -> Shown:
        """The answer in one sentence: coverage and who is missing."""
        if self._whole.value("persons") == 0:
            return nobody(self.scope)
        told = self._whole
        missing = words.persons(told, "remaining")
        rest = "không còn ai phải mở" if missing == "không có ai" else f"còn {missing} chưa có tài khoản"
        if not words.told(told, "coverage"):
            return paragraph(f"{self.scope.name}: tỷ lệ có tài khoản không công bố vì có số nhỏ; {rest}.", "as-answer")
        return paragraph(f"{self.scope.name}: {words.rate(told, 'coverage')} người thụ hưởng đã có tài khoản; {rest}.", "as-answer")

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
            title="Số người và tỷ lệ trên tổng số người ở từng bước",
        )

    def by_row(self) -> Shown:
        """The three rates per unit or part."""
        released = self.release(coverage.rates(self.scope))
        rows = [row for row, is_total in enumerate(released.frame["is_total"]) if not is_total]
        if self.scope.below and rows and all(released.value("coverage", row) is None for row in rows):
            return paragraph(NOBODY if self.empty else f"Mỗi {words.inside(self.row_word)} có quá ít người để công bố tỷ lệ.")
        columns = {
            "name": self.row_word,
            "coverage": "Tỷ lệ có tài khoản",
            "remaining": "Chưa có tài khoản",
            "persons": "Người thụ hưởng",
            "has_account": "Đã có tài khoản",
            "usable_rate": "Tỷ lệ tài khoản dùng được",
            "paid_rate": "Tỷ lệ nhận qua tài khoản",
            "declined": "Không đăng ký",
        }
        return tables.table(
            released,
            id="bang-tai-khoan",
            caption=f"Tài khoản theo {self.row_word.lower()}{words.lowest(released, 'coverage', 'name')}",
            columns=columns,
            bars=("coverage",),
            links=self.links(released, "tai-khoan"),
            filter=True,
            note="Ba tỷ lệ đều tính trên tổng số người thụ hưởng. Người không đăng ký được tách riêng, không tính là chưa có tài khoản.",
        )

    def by_group(self) -> Shown:
        """The three rates per policy group."""
        return self._groups(
            coverage.by_group(self.scope), "bang-nhom", "Nhóm đối tượng", "Mỗi người thuộc nhóm của chế độ có mức cao nhất."
        )

    def by_sex(self) -> Shown:
        """The three rates by sex."""
        return self._groups(coverage.by_sex(self.scope), "bang-gioi-tinh", "Giới tính", "Giới tính theo danh sách người thụ hưởng.")

    def by_age(self) -> Shown:
        """The three rates by age band."""
        note = f"Tuổi tròn đến ngày {numbers.date(self.campaign.as_of)}."
        return self._groups(coverage.by_age(self.scope), "bang-tuoi", "Nhóm tuổi", note)

    def _groups(self, counts: Counts, id: str, heading: str, note: str) -> Shown:
        released = self.release(counts)
        if self.empty:
            return paragraph(NOBODY)
        columns = {
            "name": heading,
            "persons": "Người thụ hưởng",
            "has_account": "Đã có tài khoản",
            "coverage": "Tỷ lệ có tài khoản",
            "usable_rate": "Tỷ lệ tài khoản dùng được",
            "paid_rate": "Tỷ lệ nhận qua tài khoản",
        }
        return tables.table(released, id=id, caption=f"Tài khoản theo {words.inside(heading)}", columns=columns, note=note)

    def gap(self) -> Shown:
        """Why people have no account, and who acts next."""
        counts = coverage.gap(self.scope)
        released = self.release(replace(counts, frame=counts.frame[counts.frame["persons"] > 0])).ordered("persons")
        if released.frame.empty:
            return paragraph(NOBODY if self.empty else "Mọi người đều đã có tài khoản dùng được.")
        released.frame["who"] = released.frame["who"].map(ACTOR_WORDS)
        columns = {"name": "Lý do chưa có tài khoản dùng được", "who": "Đơn vị xử lý", "persons": "Số người"}
        return tables.table(
            released,
            id="bang-con-vuong",
            caption=self._finding(released, "chưa có tài khoản dùng được", "Còn vướng gì và ai phải xử lý"),
            columns=columns,
            note=f"Mỗi người được xếp vào đúng một lý do. {NO_NAMES}",
        )

    def drops(self) -> Shown:
        """Where people stop on the way from the list to payment by account, why, and who acts; small causes of a step stand together."""
        released = self.release(drops.shown(self.scope))
        if released.value("persons", len(released.frame) - 1) == 0:
            return paragraph(NOBODY if self.empty else "Không còn ai vướng ở khâu nào từ danh sách đến chi trả qua tài khoản.")
        released.frame["who"] = released.frame["who"].map(ACTOR_WORDS)
        released.frame["step"] = released.frame["step"].map(drops.STEPS | {"": "Tất cả các khâu"})
        columns = {"step": "Khâu còn vướng", "name": "Lý do", "who": "Đơn vị xử lý", "persons": "Số người"}
        return tables.table(
            released,
            id="bang-dung-lai",
            caption=self._finding(released, "còn vướng ít nhất một khâu", "Người thụ hưởng còn vướng ở khâu nào, vì sao, ai phải xử lý"),
            columns=columns,
            note="Mỗi người chỉ đếm ở khâu đầu tiên còn vướng, theo lỗi nặng nhất ở khâu đó, nên số của một lý do có thể nhỏ hơn ở bảng khác. "
            "Bảng gồm cả người đã nhận tiền qua tài khoản nhưng còn vướng ở khâu trước.",
        )

    def _finding(self, released: Released, what: str, else_: str) -> str:
        """Return what a table of causes says as its caption: how many in all and the commonest cause; `else_` where it cannot be told."""
        total, most = released.value("persons", len(released.frame) - 1), words.most(released, "persons", "name")
        return f"{numbers.count(total)} người {what}; {most}" if total and most else else_

    def by_owner(self) -> Shown:
        """Own accounts and lawful receivers' accounts apart."""
        released = self.release(coverage.by_owner(self.scope))
        if released.value("has_account", len(released.frame) - 1) == 0:
            return paragraph("Chưa có tài khoản nào được báo cáo.")
        columns = {"name": "Tài khoản của ai", "has_account": "Người có tài khoản", "usable": "Dùng được", "usable_rate": "Tỷ lệ dùng được"}
        return tables.table(
            released,
            id="bang-chu-tai-khoan",
            caption="Tài khoản của chính mình và của người nhận thay",
            columns=columns,
            note="Chưa rõ chủ tài khoản: tên chủ khác tên người thụ hưởng và người nhận thay; hoặc danh sách thiếu tên nên chưa so được, khi đó tài khoản vẫn tính là dùng được.",
        )

    def standing(self) -> Shown:
        """Which units truly stand out: coverage against the number of people, with the range that chance alone explains."""
        released = self.release(coverage.rates(self.scope))
        found = ranking.standings(released, "has_account", "persons")
        if len(found) < FEWEST_POINTS:
            return paragraph("Quá ít nơi công bố được tỷ lệ để so sánh.")
        below = [item for item in found if item.verdict == "below"]
        above = [item for item in found if item.verdict == "above"]
        title = words.standing(len(above), len(below), len(found))
        return figures.funnel_plot(
            released,
            found,
            part="has_account",
            whole="persons",
            id=f"so-sanh-{self.scope.unit.code if self.scope.unit else 'chung'}",
            title=title,
        )

    def by_channel(self) -> Shown:
        """By which channel accounts were opened."""
        return self._accounts(
            self.release(coverage.by_channel(self.scope)).ordered("has_account"),
            CHANNEL_WORDS,
            "bang-kenh",
            "Tài khoản theo kênh mở",
            "Kênh mở",
        )

    def by_bank(self) -> Shown:
        """By which bank accounts were opened."""
        released = self.release(coverage.by_bank(self.scope)).ordered("has_account")
        unknown = "Chưa xác định: chưa nhận ra ngân hàng từ tên trong danh sách nên tài khoản chưa tính là dùng được."
        note = unknown if "" in set(released.frame["code"]) else ""
        return self._accounts(released, None, "bang-ngan-hang", "Tài khoản theo ngân hàng", "Ngân hàng", note)

    def _accounts(self, released: Released, names: dict[str, str] | None, id: str, caption: str, heading: str, note: str = "") -> Shown:
        if released.frame.empty:
            return paragraph("Chưa có tài khoản nào được báo cáo.")
        codes = released.frame["code"]
        released.frame["code"] = self.bank_names(codes) if names is None else [names.get(code, code) for code in codes]
        columns = {"code": heading, "has_account": "Người có tài khoản", "usable": "Tài khoản dùng được", "usable_rate": "Tỷ lệ dùng được"}
        return tables.table(released, id=id, caption=caption, columns=columns, note=note)

    def by_day(self) -> Shown:
        """Accounts opened on each of the last days, and through which channel."""
        if self.scope.unit and self.campaign.audience == "public":
            return paragraph(ONLY_WHOLE)
        released = self.release(activity.by_day(self.scope))
        days = [dt.date.fromisoformat(str(day)) for day in released.frame["day"]]
        released.frame["day"] = [f"{DAY_WORDS[day.weekday()]}, {numbers.date(day)}" for day in days]
        columns = {"day": "Ngày", "opened": "Người mở tài khoản"} | {channel: CHANNEL_WORDS[channel] for channel in activity.CHANNELS}
        caption = f"Người mở tài khoản từng ngày, {len(days)} ngày gần nhất, theo kênh mở"
        return tables.table(released, id="bang-tung-ngay", caption=caption, columns=columns)

    def by_hours(self) -> Shown:
        """In and out of office hours, on days off and holidays; in all and through the post."""
        released = self.release(activity.by_hours(self.scope))
        released.frame["code"] = released.frame["code"].map(HOUR_WORDS)
        caption = f"Tài khoản mở từ {numbers.date(self.campaign.started)} theo thời gian trong ngày, trong tuần"
        columns = {"code": "Thời gian", "opened": "Người mở tài khoản", "by_post": "Trong đó qua bưu điện"}
        return tables.table(released, id="bang-gio", caption=caption, columns=columns)

    def map(self) -> Shown:
        """All units as tiles, each a link to its page."""
        released = self.release(coverage.rates(self.scope))
        units = {unit.code: unit for unit in self.scope.workspace.units(self.campaign)}
        drawn = _drawn_tiles(self.scope.workspace, self.campaign, tuple(units))
        positions = drawn or {code: (at % TILES_WIDE + 1, at // TILES_WIDE + 1) for at, code in enumerate(units)}
        order = "trên màn hình rộng và trên giấy xếp gần đúng theo vị trí địa lý" if drawn else "xếp theo thứ tự trong danh mục đơn vị"
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
            note=f"Mỗi ô là một đơn vị; {order}. Bấm vào ô để xem trang của đơn vị.",
        )


TILES_WIDE = 7
"""Tiles in a row of a map nobody has drawn, which is in register order."""


def _drawn_tiles(workspace: Workspace, campaign: Campaign, codes: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """Return each unit's place in the tile map that params/tiles draws for the campaign; empty where it draws none, or not all units."""
    path = workspace.params / "tiles" / f"{campaign.name}.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        given = {row["code"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(file)}
    return given if set(codes) <= set(given) else {}
