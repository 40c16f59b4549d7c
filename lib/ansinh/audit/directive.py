"""The campaign's obligations, on the page."""

from __future__ import annotations

from ansinh.audit.area import Area
from ansinh.disclosure import Released
from ansinh.measures import cleanliness, coverage, deadline, payment
from ansinh.show import Shown, numbers, tables, words


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
