"""How many to verify in the field, and what a verified sample says, on the page. Nobody who was drawn is named or counted here."""

from __future__ import annotations

import json
from typing import Any

from ansinh.audit.area import Area
from ansinh.errors import UserError
from ansinh.measures import sampling
from ansinh.show import Shown, numbers, paragraph, tables

CONFIDENCES, TOLERABLE, EXPECTED = (0.90, 0.95), (0.10, 0.05, 0.02), (0.0, 0.01, 0.02)
"""The usual assumptions (AICPA, Audit Sampling)."""
DESIGN_WORDS = {"simple": "ngẫu nhiên đơn giản", "stratified": "phân tầng", "monetary": "theo đơn vị tiền tệ"}


class Sampling(Area):
    """An audit sample of this unit."""

    def sizes(self) -> Shown:
        """How many persons to verify under the usual assumptions; the same for every unit, so it tells nothing of one."""
        rows = []
        for confidence in CONFIDENCES:
            for tolerable in TOLERABLE:
                cells = [_size(confidence, tolerable, expected) for expected in EXPECTED]
                rows.append([numbers.percent(confidence, 0), numbers.percent(tolerable, 0), *cells])
        return tables.plain(
            "co-mau",
            "Số người cần xác minh",
            ["Độ tin cậy", "Tỷ lệ sai chấp nhận được", *(f"Dự kiến sai {numbers.percent(expected, 0)}" for expected in EXPECTED)],
            rows,
            note="Trong ngoặc: số hồ sơ sai tối đa để vẫn kết luận là chấp nhận được. Đơn vị ít người cần ít hơn. Nguồn: AICPA, Audit Sampling, phụ lục A.",
            figures=tuple(range(2, 2 + len(EXPECTED))),
        )

    def how(self) -> Shown:
        """The command that draws a sample of this unit."""
        place = f" --unit {self.scope.place}" if self.scope.place else ""
        command = f"ansinh sample {self.campaign.name}{place} --seed SỐ --out THƯ_MỤC"
        return paragraph(
            f"Chọn mẫu: {command}. Số chọn ngẫu nhiên do kiểm toán viên định trước và được ghi lại. "
            "Phiếu xác minh có tên người nên chỉ ở thư mục hạn chế, không bao giờ ở trang này."
        )

    def evaluation(self) -> Shown:
        """What the evaluated samples of this unit and snapshot say: the conclusion; the bounds too where the audience is internal."""
        found = self._results()
        if not found:
            return paragraph("Chưa có mẫu nào của đơn vị này được đánh giá.")
        internal = self.campaign.audience == "internal"
        headings = ["Cách chọn mẫu", "Độ tin cậy", "Chấp nhận được", *(("Ước tính", "Giới hạn trên") if internal else ()), "Kết luận"]
        rows = [_row(result, internal) for result in found]
        note = "" if internal else "Số hồ sơ sai và giới hạn không công bố: từ đó suy ra được số nhỏ."
        return tables.plain("ket-qua-mau", "Kết quả các mẫu đã xác minh", headings, rows, note=note)

    def _results(self) -> list[dict[str, Any]]:
        folder = self.scope.workspace.data(self.campaign) / "samples"
        read = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.result.json"))]
        asked = {"campaign": self.campaign.name, "as_of": self.campaign.as_of.isoformat(), "unit": self.scope.place}
        return [result for result in read if all(result["sample"][name] == value for name, value in asked.items())]


def _size(confidence: float, tolerable: float, expected: float) -> str:
    """Return items and errors allowed in words, or that the assumptions cannot be met."""
    try:
        found = sampling.attribute_size(confidence, tolerable, expected)
    except UserError:
        return "không áp dụng"
    return f"{numbers.count(found.items)} ({found.errors})"


def _row(result: dict[str, Any], internal: bool) -> list[str]:
    sample, share, money = result["sample"], result["share"], result["money"]
    bounds: list[str] = []
    if internal and share:
        bounds = [numbers.percent(share["estimate"], 2), numbers.percent(share["upper"], 2)]
    elif internal and money:
        bounds = [numbers.percent(money["projected"] / sample["book"], 2), numbers.percent(money["upper"] / sample["book"], 2)]
    verdict = "Chấp nhận được" if result["tolerated"] else "Chưa chấp nhận được: cần mở rộng mẫu hoặc làm sạch tiếp"
    return [
        DESIGN_WORDS[sample["design"]],
        numbers.percent(sample["confidence"], 0),
        numbers.percent(sample["tolerable"], 1),
        *bounds,
        verdict,
    ]
