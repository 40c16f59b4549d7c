"""The notebooks' front door: `audit = open_audit(campaign, unit, as_of)`, then one call a sentence.

Every method measures, releases and shows: what it returns may be published. Thin by design; the work is in measures and show.
"""

from __future__ import annotations

import csv
import datetime as dt
from functools import cached_property

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.checks import ACTORS, DIMENSIONS, SEVERITIES, catalogue
from ansinh.disclosure import Counts, Released, release
from ansinh.errors import NotReady, UserError
from ansinh.measures import Scope, cleanliness, coverage, deadline, payment, sources
from ansinh.show import Shown, figures, numbers, paragraph, tables, words
from ansinh.show.figures import Headline
from ansinh.units import Unit

KIND_WORDS = {
    "beneficiaries": "Danh sách người thụ hưởng",
    "register_matches": "Kết quả đối chiếu của Công an",
    "accounts": "Danh sách tài khoản của ngân hàng, bưu điện",
    "payments": "Danh sách chi trả",
}
CHANNEL_WORDS = {
    "branch": "Chi nhánh ngân hàng",
    "mobile_point": "Điểm lưu động",
    "post": "Bưu điện",
    "online": "Trực tuyến",
    "vneid": "VNeID",
    "": "Không ghi",
}
HOUR_WORDS = {"office": "Trong giờ hành chính", "evening": "Ngoài giờ hành chính", "weekend": "Thứ Bảy, Chủ nhật", "holiday": "Ngày lễ"}
STATE_WORDS = {"new": "Mới phát hiện", "standing": "Còn tồn tại từ kỳ trước", "reopened": "Tái phát"}
ACTOR_WORDS = ACTORS | {"–": "–", "": ""}


def open_audit(campaign: str, unit: str, as_of: str) -> Audit:
    """Open the audit of one unit ("" for the whole campaign) at one as-of date (YYYY-MM-DD); all three are plain text.

    Raises UserError or UnknownUnit naming the parameter and the remedy, NotReady when `ansinh check` has not run.
    """
    for name, value in (("campaign", campaign), ("unit", unit), ("as_of", as_of)):
        if not isinstance(value, str):
            raise UserError(f'The parameter {name} must be plain text, such as {name} = "001".')
    try:
        day = dt.date.fromisoformat(as_of)
    except ValueError:
        raise UserError(f'The parameter as_of is {as_of!r}; write it as "YYYY-MM-DD".') from None
    workspace = Workspace.find()
    settings = workspace.campaign(campaign, day)
    found = workspace.register(settings).get(unit, settings.units.level) if unit else None
    folder = workspace.store(settings, day)
    if not store.has_findings(folder):
        raise NotReady(
            f"There are no findings of {campaign} as of {as_of}. Run `ansinh build {campaign} --as-of {as_of}`, or `ansinh check` first."
        )
    con = store.connect(folder, units=[unit] if unit else None)
    return Audit(Scope(con, workspace, settings, found))


class Area:
    """One area of an audit, with what all areas share."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @property
    def campaign(self) -> Campaign:
        """The campaign's settings."""
        return self.scope.campaign

    def release(self, counts: Counts) -> Released:
        """Pass raw counts through disclosure control."""
        return release(counts, self.campaign)

    @property
    def row_word(self) -> str:
        """What a row of this scope's tables is called."""
        if self.scope.unit is None and self.campaign.units.level == "district":
            return "Quận, huyện, thị xã"
        return "Thôn, tổ dân phố" if self.scope.column == "village" else "Xã, phường, thị trấn"

    def links(self, released: Released, page: str) -> list[str]:
        """Return the address of each row's own page, "" where it has none."""
        if self.scope.unit is not None:
            return [""] * len(released.frame)
        slugs = {unit.code: unit.slug for unit in self.scope.workspace.units(self.campaign)}
        return [f"don-vi/{slugs[code]}/{page}.html" if code in slugs else "" for code in released.frame["code"]]


def nobody(scope: Scope) -> Shown:
    """Say that there is nobody to count, and where to look for the reason."""
    return paragraph(
        f"{scope.name}: chưa có người thụ hưởng nào trong số liệu. Xem mục đối chiếu dữ liệu nguồn ở cuối trang: tệp có thể chưa gửi hoặc không đọc được.",
        "as-answer",
    )


class Sources(Area):
    """Where the figures come from."""

    def reconciliation(self) -> Shown:
        """Rows read = rows kept + rows quarantined, per kind of list."""
        released = self.release(sources.reconciliation(self.scope))
        released.frame["kind"] = released.frame["kind"].map(KIND_WORDS)
        columns = {
            "kind": "Loại danh sách",
            "files": "Số tệp",
            "refused": "Tệp không đọc được",
            "rows_read": "Dòng đọc",
            "rows_kept": "Dòng nhận",
            "rows_quarantined": "Dòng chờ xử lý",
        }
        return tables.table(
            released, id="doi-chieu-nguon", caption="Đối chiếu dữ liệu nguồn: dòng đọc = dòng nhận + dòng chờ xử lý", columns=columns
        )

    def refused(self) -> Shown:
        """Files that could not be read, with the remedy; file names only."""
        names = sources.refused(self.scope)
        if not names:
            return paragraph("Mọi tệp đều đọc được.")
        return tables.plain(
            "tep-khong-doc-duoc",
            "Tệp không đọc được: cần lưu lại và gửi lại",
            ["Tệp", "Loại danh sách"],
            [[file, KIND_WORDS[kind]] for file, kind in names],
        )

    def quarantine(self) -> Shown:
        """Why rows wait, in words a commune clerk understands."""
        released = self.release(sources.reasons(self.scope))
        if released.frame.empty:
            return paragraph("Không có dòng nào phải chờ xử lý.")
        released.frame["kind"] = released.frame["kind"].map(KIND_WORDS)
        columns = {"reason_text": "Lý do", "kind": "Loại danh sách", "rows": "Số dòng"}
        return tables.table(released, id="cho-xu-ly", caption="Dòng chờ xử lý theo lý do", columns=columns)


class Cleanliness(Area):
    """How clean the data are."""

    @cached_property
    def _whole(self) -> Released:
        return self.release(cleanliness.whole(self.scope))

    def answer(self) -> Shown:
        """The answer in one sentence."""
        told = self._whole
        if told.value("persons") == 0:
            return nobody(self.scope)
        return paragraph(
            f"{self.scope.name}: {words.rate(told, 'clean_rate')} người thụ hưởng có dữ liệu sạch; {words.rate(told, 'complete_rate')} đủ thông tin để mở tài khoản; "
            f"{words.rate(told, 'verified_rate')} đã đối chiếu khớp với CSDLQG về dân cư.",
            "as-answer",
        )

    def headlines(self) -> Shown:
        """The four figures."""
        told = self._whole
        return figures.headlines(
            [
                Headline(tables.cell(told, "persons", 0)[0], "Người thụ hưởng", "mỗi người đếm một lần"),
                Headline(words.rate(told, "complete_rate"), "Đủ thông tin", "trên tổng số người"),
                Headline(words.rate(told, "verified_rate"), "Đã đối chiếu khớp", "với CSDLQG về dân cư"),
                Headline(words.rate(told, "clean_rate"), "Dữ liệu sạch", "không còn lỗi cản trở"),
            ]
        )

    def by_row(self) -> Shown:
        """Complete, verified and clean, per unit or part."""
        released = self.release(cleanliness.rates(self.scope))
        columns = {
            "name": self.row_word,
            "persons": "Người thụ hưởng",
            "complete": "Đủ thông tin",
            "complete_rate": "Tỷ lệ đủ thông tin",
            "clean": "Dữ liệu sạch",
            "clean_rate": "Tỷ lệ dữ liệu sạch",
            "ready": "Sẵn sàng mở tài khoản",
        }
        return tables.table(
            released,
            id="bang-do-sach",
            caption=f"Độ sạch dữ liệu theo {self.row_word.lower()}",
            columns=columns,
            bars=("clean_rate",),
            links=self.links(released, "du-lieu"),
            filter=True,
        )

    def by_check(self, top: int = 0) -> Shown:
        """Rows that fail, check by check; `top` keeps only that many with the most failures that block."""
        counts = cleanliness.by_check(self.scope)
        frame = counts.frame
        if top:
            frame = (
                frame[(frame["severity"] != "warns") & (frame["failing"] > 0)]
                .sort_values(["failing", "check_id"], ascending=[False, True])
                .head(top)
            )
        else:
            frame = frame[frame["failing"] > 0]
        if frame.empty:
            return paragraph("Không còn lỗi nào được phát hiện.")
        released = self.release(Counts(frame, counts.keys, counts.counts, counts.rates, unit=counts.unit))
        shown = released.frame
        shown["title"] = shown["check_id"] + " · " + shown["title"]
        shown["severity"], shown["who"] = shown["severity"].map(SEVERITIES), shown["who"].map(ACTORS)
        columns = {
            "title": "Tiêu chí",
            "failing": "Bản ghi không đạt",
            "share": "Tỷ lệ trên số áp dụng",
            "severity": "Mức độ",
            "who": "Đơn vị xử lý",
            "remedy": "Cách xử lý",
        }
        caption = "Lỗi cản trở nhiều nhất và ai phải xử lý" if top else "Lỗi phát hiện theo tiêu chí"
        return tables.table(
            released,
            id="bang-loi-chinh" if top else "bang-loi",
            caption=caption,
            columns=columns,
            note="Tỷ lệ tính trên số bản ghi mà tiêu chí áp dụng.",
        )

    def by_who(self) -> Shown:
        """Persons waiting, by who mends."""
        released = self.release(cleanliness.by_who(self.scope))
        if released.frame.empty:
            return paragraph("Không còn lỗi cản trở nào phải xử lý.")
        released.frame["who"] = released.frame["who"].map(ACTORS)
        columns = {
            "who": "Đơn vị xử lý",
            "persons": "Người còn lỗi cản trở",
            "blocks_account": "Cản trở mở tài khoản",
            "blocks_payment": "Cản trở chi trả",
        }
        return tables.table(
            released,
            id="bang-don-vi-xu-ly",
            caption="Ai phải xử lý",
            columns=columns,
            note="Một người có thể chờ nhiều đơn vị xử lý nên các dòng không cộng lại thành tổng.",
        )

    def changes(self) -> Shown:
        """What changed since the previous snapshot."""
        released = self.release(cleanliness.changes(self.scope))
        if list(released.frame["state"]) in ([], ["new"]):
            return paragraph("Đây là kỳ chốt số liệu đầu tiên nên chưa so sánh được với kỳ trước.")
        released.frame["state"] = released.frame["state"].map(STATE_WORDS)
        return tables.table(
            released,
            id="bang-thay-doi",
            caption="Lỗi phát hiện so với kỳ chốt số liệu trước",
            columns={"state": "Tình trạng", "findings": "Lỗi phát hiện"},
        )


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


class Directive(Area):
    """The directive's nine obligations."""

    def obligations(self) -> Shown:
        """D1–D9: target, reached, gap, who answers."""
        clean, cover, paid = (
            self.release(counts) for counts in (cleanliness.whole(self.scope), coverage.whole(self.scope), payment.whole(self.scope))
        )
        pace = self.release(deadline.pace(self.scope))
        outlook = deadline.outlook(pace, self.campaign.as_of, self.campaign.deadline)
        channel = self.release(coverage.by_channel(self.scope))
        post = next((tables.cell(channel, "has_account", at)[0] for at, code in enumerate(channel.frame["code"]) if code == "post"), "0")
        banks = self.release(coverage.by_bank(self.scope))
        target = numbers.percent(self.campaign.target)
        due = numbers.date(self.campaign.deadline)
        documents = {
            document.issuer: f"Văn bản số {document.number} ngày {numbers.date(document.date)}" for document in self.campaign.documents
        }
        texts = [*documents.values(), "Văn bản chỉ đạo", "Văn bản chỉ đạo"]
        pace_words = (
            "không còn ai phải mở"
            if outlook.needed == 0
            else f"cần {numbers.count(outlook.needed)} người/ngày"
            if outlook.needed is not None
            else "không tính"
        )
        rows = [
            [
                "D1",
                f"Làm sạch dữ liệu, xong trước {due}",
                "Công an Thành phố, ngành Lao động",
                target,
                words.rate(clean, "clean_rate"),
                self._gap(clean, "clean"),
            ],
            [
                "D2",
                "Cập nhật đủ thông tin để mở tài khoản",
                "Sở Lao động - Thương binh và Xã hội",
                target,
                words.rate(clean, "complete_rate"),
                self._gap(clean, "complete"),
            ],
            [
                "D3",
                "Hỗ trợ mở tài khoản trong và ngoài giờ hành chính",
                "Ngân hàng, Công an",
                target,
                words.rate(cover, "coverage"),
                tables.cell(cover, "remaining", 0)[0] + " người",
            ],
            ["D4", "Bưu chính công ích hỗ trợ mở tài khoản", "Bưu điện", "–", f"{post} người mở qua bưu điện", "–"],
            [
                "D5",
                f"Chi trả qua tài khoản cho người đã có tài khoản, {words.inside(self.campaign.period_name)}",
                "Cơ quan chi trả",
                target,
                words.rate(paid, "holders_rate"),
                tables.cell(paid, "holders_in_cash", 0)[0] + " người nhận tiền mặt",
            ],
            [
                "D6",
                "Tuyên truyền, vận động đăng ký tài khoản",
                "Tất cả",
                "–",
                tables.cell(cover, "declined", 0)[0] + " người không đăng ký",
                tables.cell(cover, "remaining", 0)[0] + " người",
            ],
            [
                "D7",
                "Chỉ đạo cấp xã, Tổ công tác 06 làm sạch dữ liệu và tập hợp người dân",
                "UBND các đơn vị, cấp xã",
                target,
                words.rate(cover, "usable_rate"),
                self._gap(cover, "usable"),
            ],
            ["D8", f"Thực hiện đúng thời hạn {texts[0]}", "Tất cả", due, words.days_left(outlook.days_left), pace_words],
            ["D9", f"Nghiên cứu {texts[1]}", "Ngân hàng", "–", f"{len(banks.frame)} ngân hàng có tài khoản", "–"],
        ]
        headings = ["Số", "Nhiệm vụ", "Đơn vị chịu trách nhiệm", "Mục tiêu", "Đã đạt", "Còn lại"]
        return tables.plain(
            "bang-nhiem-vu",
            "Chín nhiệm vụ của chỉ đạo",
            headings,
            rows,
            f"Số liệu đến ngày {numbers.date(self.campaign.as_of)}. D1 đến D9 là cách đánh số của báo cáo này.",
        )

    def _gap(self, released: Released, column: str) -> str:
        whole, value = released.value("persons"), released.value(column)
        return f"{numbers.count(whole - value)} người" if whole is not None and value is not None else "không công bố"

    def documents(self) -> Shown:
        """The documents the campaign carries out."""
        rows = [[item.number, numbers.date(item.date), item.issuer, item.subject] for item in self.campaign.documents]
        return tables.plain("bang-van-ban", "Văn bản thực hiện", ["Số", "Ngày", "Nơi ban hành", "Nội dung"], rows)


class Method(Area):
    """How every figure is made."""

    def catalogue(self, dimension: str) -> Shown:
        """The checks of one quality dimension with their counts."""
        checks = {check.id: check for check in catalogue(self.campaign) if check.dimension == dimension}
        counts = cleanliness.by_check(self.scope)
        frame = counts.frame[counts.frame["check_id"].isin(list(checks))]
        released = self.release(Counts(frame, ("check_id",), counts.counts, counts.rates, unit=counts.unit))
        rows = []
        for at, id in enumerate(released.frame["check_id"]):
            check = checks[id]
            shown = [tables.cell(released, column, at)[0] for column in ("failing", "applicable")]
            rows.append(
                [
                    f"{id} (phiên bản {check.version})",
                    check.title,
                    SEVERITIES[check.severity],
                    ACTORS[check.who],
                    check.remedy,
                    check.source,
                    *shown,
                ]
            )
        headings = ["Mã", "Tiêu chí", "Mức độ", "Đơn vị xử lý", "Cách xử lý", "Căn cứ", "Bản ghi không đạt", "Bản ghi áp dụng"]
        return tables.plain(f"tieu-chi-{dimension}", f"Tiêu chí về tính {DIMENSIONS[dimension].lower()}", headings, rows)

    def definitions(self) -> Shown:
        """What each figure means, its numerator and denominator."""
        rows = [
            ["Người thụ hưởng", "Mỗi người đếm một lần trong toàn địa bàn; người có tên ở hai nơi được tính ở đơn vị có mã nhỏ nhất."],
            ["Tỷ lệ đủ thông tin", "Người có đủ họ tên, ngày sinh đầy đủ, số định danh hợp lệ, nơi cư trú ÷ người thụ hưởng."],
            ["Đã đối chiếu khớp", "Người có kết quả đối chiếu khớp với CSDLQG về dân cư ÷ người thụ hưởng."],
            ["Tỷ lệ dữ liệu sạch", "Người không còn lỗi cản trở mở tài khoản hoặc cản trở chi trả ÷ người thụ hưởng."],
            ["Tỷ lệ có tài khoản", "Người có ít nhất một tài khoản được báo cáo, không bị từ chối ÷ người thụ hưởng."],
            [
                "Tỷ lệ tài khoản dùng được",
                "Người có tài khoản đang hoạt động, đứng tên mình hoặc người nhận thay hợp pháp ÷ người thụ hưởng.",
            ],
            ["Tỷ lệ nhận qua tài khoản", "Người có khoản chi trong kỳ đã đến tài khoản ÷ người thụ hưởng."],
            ["Không đăng ký", "Người ghi không đăng ký và chưa có tài khoản; đứng riêng, không tính là đã có hay chưa có."],
            ["Tốc độ cần đạt", "Số người còn lại ÷ số ngày còn lại, so với bình quân 7 ngày gần nhất."],
        ]
        return tables.plain("dinh-nghia", "Định nghĩa chỉ tiêu", ["Chỉ tiêu", "Cách tính"], rows)

    def disclosure(self) -> Shown:
        """How small counts are protected."""
        rule = self.campaign.disclosure
        if self.campaign.audience == "internal":
            return paragraph("Trang này dành cho người có thẩm quyền: số liệu được giữ nguyên, không che số nhỏ.")
        return paragraph(
            f"Số từ 1 đến {rule.threshold} không được công bố, kể cả khi là phần còn lại của một tổng; các số khác làm tròn đến {rule.rounding}; "
            f"tỷ lệ trên mẫu số nhỏ hơn {rule.rate_minimum} không được công bố. Tỷ lệ tính từ số đã làm tròn."
        )


class Audit:
    """An open audit: areas to call, each method returning something that shows itself and may be published."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.sources = Sources(scope)
        self.cleanliness = Cleanliness(scope)
        self.coverage = Coverage(scope)
        self.deadline = Deadline(scope)
        self.payment = Payment(scope)
        self.directive = Directive(scope)
        self.method = Method(scope)

    @property
    def unit(self) -> Unit | None:
        """The unit audited, None for the whole campaign."""
        return self._scope.unit

    def subject(self) -> Shown:
        """Say what is audited, as of when, on which data."""
        campaign = self._scope.campaign
        kind = "Dữ liệu mô phỏng, không phải số liệu thật. " if campaign.synthetic else ""
        return paragraph(
            f"{kind}{self._scope.name}, {campaign.title}. Số liệu đến ngày {numbers.date(campaign.as_of)}; thời hạn {numbers.date(campaign.deadline)}.",
            "as-subject",
        )

    def __repr__(self) -> str:
        return f"Audit of {self._scope.name}, {self._scope.campaign.name}, as of {self._scope.campaign.as_of}"

    def _repr_html_(self) -> str:
        return self.subject().html
