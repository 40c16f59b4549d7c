"""How clean the data are, on the page."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ansinh.audit.area import NOBODY, ROWS, Area, nobody
from ansinh.checks import ACTORS, SEVERITIES
from ansinh.disclosure import Released
from ansinh.measures import cleanliness
from ansinh.measures.cleanliness import RuleChange
from ansinh.show import Shown, figures, numbers, paragraph, tables, words
from ansinh.show.figures import Headline

STATE_WORDS = {
    "new": "Mới phát hiện",
    "rule": "Phát hiện do tiêu chí mới hoặc sửa đổi",
    "standing": "Còn tồn tại từ lần trước",
    "reopened": "Tái phát",
    "mended": "Đã xử lý từ lần trước",
}


class Cleanliness(Area):
    """How clean the data are."""

    synonyms = ROWS | {"by_actor": "by_who", "findings": "by_check", "errors": "by_check"}

    @property
    def _whole(self) -> Released:
        return self.release(cleanliness.whole(self.scope))

    def answer(self) -> Shown:
        """The answer in one sentence."""
        told = self._whole
        if told.value("persons") == 0:
            return nobody(self.scope)
        if not words.told(told, "clean_rate"):
            return paragraph(f"{self.scope.name}: tỷ lệ dữ liệu sạch không công bố vì có số nhỏ.", "as-answer")
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
            caption=f"Độ sạch dữ liệu theo {self.row_word.lower()}{words.lowest(released, 'clean_rate', 'name')}",
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
            return paragraph(NOBODY if self.empty else "Không còn lỗi nào được phát hiện.")
        released = self.release(replace(counts, frame=frame)).ordered("failing") if top else self.release(replace(counts, frame=frame))
        shown = released.frame
        shown["title"] = shown["check_id"] + " · " + shown["title"]
        shown["severity"], shown["who"] = shown["severity"].map(SEVERITIES), shown["who"].map(ACTORS)
        columns = {
            "title": "Tiêu chí",
            "failing": "Bản ghi có lỗi",
            "share": "Tỷ lệ trên số được kiểm tra",
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
            note="Một bản ghi là một dòng trong danh sách; một người có thể có nhiều bản ghi. Tỷ lệ tính trên số bản ghi mà tiêu chí kiểm tra được.",
        )

    def by_who(self) -> Shown:
        """Persons waiting, by who mends."""
        released = self.release(cleanliness.by_who(self.scope)).ordered("persons")
        if released.frame.empty:
            return paragraph(NOBODY if self.empty else "Không còn lỗi cản trở nào phải xử lý.")
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
            caption="Ai phải xử lý lỗi dữ liệu",
            columns=columns,
            note="Gồm cả người đã có tài khoản. Một người có thể chờ nhiều đơn vị xử lý nên các dòng không cộng lại thành tổng.",
        )

    def changes(self) -> Shown:
        """What changed since the previous snapshot."""
        released = self.release(cleanliness.changes(self.scope))
        if cleanliness.previous(self.scope) is None:
            return paragraph("Đây là lần chốt số liệu đầu tiên nên chưa so sánh được với lần trước.")
        if released.frame.empty:
            return paragraph("Không có lỗi nào, cả ở lần chốt số liệu trước và lần này.")
        released.frame["state"] = released.frame["state"].map(STATE_WORDS)
        note = rules_note([change for change in cleanliness.changed_rules(self.scope) if change.as_of == self.campaign.as_of.isoformat()])
        return tables.table(
            released,
            id="bang-thay-doi",
            caption="Lỗi phát hiện so với lần chốt số liệu trước",
            columns={"state": "Tình trạng", "findings": "Lỗi phát hiện"},
            note=note,
        )


def rules_note(changes: list[RuleChange]) -> str:
    """Return the sentence that says which rules changed between snapshots, "" when none did."""
    if not changes:
        return ""
    by_kind: dict[str, list[str]] = {}
    for change in changes:
        kind = "mới áp dụng" if change.then is None else "thôi áp dụng" if change.now is None else f"phiên bản {change.then} → {change.now}"
        by_kind.setdefault(f"{kind} từ {numbers.date(dt.date.fromisoformat(change.as_of))}", []).append(change.check_id)
    told = [f"{words.joined(ids)} ({kind})" for kind, ids in by_kind.items()]
    return f"Quy tắc đã đổi giữa hai lần chốt số liệu nên không so sánh được ở tiêu chí: {'; '.join(told)}."
