"""How every figure is made, on the page."""

from __future__ import annotations

import csv
from dataclasses import replace

from ansinh.audit.area import Area
from ansinh.checks import ACTORS, DIMENSIONS, SEVERITIES
from ansinh.checks.catalogue import catalogue
from ansinh.checks.policies import KNOWN_PREFIXES, OLDEST, POLICIES, RULES, amounts
from ansinh.measures import cleanliness
from ansinh.show import Shown, numbers, paragraph, tables, words


class Method(Area):
    """How every figure is made."""

    def catalogue(self, dimension: str) -> Shown:
        """The checks of one quality dimension with their counts."""
        checks = {check.id: check for check in catalogue(self.campaign) if check.dimension == dimension}
        counts = cleanliness.by_check(self.scope)
        measured = self._measured()
        frame = counts.frame[counts.frame["check_id"].isin(list(checks))].sort_values("check_id")
        released = self.release(replace(counts, frame=frame))
        rows = []
        for at, id in enumerate(released.frame["check_id"]):
            check = checks[id]
            told = measured.get(id, {})
            shown = [tables.cell(released, column, at)[0] for column in ("failing", "applicable")]
            rows.append(
                [
                    f"{id} · {check.title} (phiên bản {check.version})",
                    SEVERITIES[check.severity],
                    ACTORS[check.who],
                    check.remedy,
                    check.source,
                    *shown,
                    *(_share(told.get(name, "")) for name in ("precision", "recall")),
                ]
            )
        headings = [
            "Tiêu chí",
            "Mức độ",
            "Đơn vị xử lý",
            "Cách xử lý",
            "Căn cứ",
            "Bản ghi có lỗi",
            "Bản ghi được kiểm tra",
            "Tỷ lệ báo đúng",
            "Tỷ lệ không bỏ sót",
        ]
        caption = f"Tiêu chí về tính {words.inside(DIMENSIONS[dimension])}"
        return tables.plain(f"tieu-chi-{dimension}", caption, headings, rows, _measured_on(measured), figures=range(5, 9), cards=True)

    def _measured(self) -> dict[str, dict[str, str]]:
        """Return what was measured of each check against a demo city's known truth (params/accuracy), nothing when it was not."""
        path = self.scope.workspace.params / "accuracy" / f"{self.campaign.name}.csv"
        if not path.is_file():
            return {}
        with path.open(encoding="utf-8", newline="") as file:
            return {row["check"]: row for row in csv.DictReader(file)}

    def policies(self) -> Shown:
        """The policy codes with ages, coefficients and monthly amounts, as K03 and K04 compare with them."""
        told = {policy.code: policy for policy in POLICIES}
        group = {group.id: group.name for group in self.campaign.groups}
        rows = [
            [
                rule.code,
                told[rule.code].who,
                group.get(self.campaign.group_of(rule.code), "Nhóm khác"),
                _ages(rule.age_from, rule.age_to),
                _ages(rule.band_from, rule.band_to),
                " hoặc ".join(f"{coefficient:.1f}".replace(".", ",") for coefficient in rule.coefficients),
                " hoặc ".join(numbers.count(amount) for amount in amounts(rule, self.campaign) or ()) or "không có mức chuẩn",
                told[rule.code].source,
            ]
            for rule in RULES
        ]
        headings = ["Mã", "Đối tượng", "Nhóm", "Tuổi được hưởng", "Ở tuổi", "Hệ số", "Mức một tháng (đồng)", "Căn cứ"]
        standards = "; ".join(
            f"{group.get(item.group, item.group)} {numbers.count(item.amount)} đồng ({item.source})" for item in self.campaign.standards
        )
        note = (
            f"Mức một tháng = mức chuẩn × hệ số. Mức chuẩn của đợt: {standards or 'chưa khai'}. Mã bắt đầu bằng {' hoặc '.join(KNOWN_PREFIXES)} theo văn bản khác, "
            "không có điều kiện tuổi và hệ số nên K03, K04 không xét. Chỉ biết năm hoặc tháng sinh thì có thể có hai tuổi; chỉ nêu lỗi khi sai ở cả hai."
        )
        return tables.plain("bang-ma-doi-tuong", "Mã đối tượng, tuổi và mức trợ cấp", headings, rows, note, figures=(5, 6), cards=True)

    def definitions(self) -> Shown:
        """What each figure means, its numerator and denominator."""
        rows = [
            ["Người thụ hưởng", "Mỗi người đếm một lần trong toàn địa bàn; người có tên ở hai nơi được tính ở đơn vị có mã nhỏ nhất."],
            ["Tỷ lệ đủ thông tin", "Người có đủ họ tên, ngày sinh đầy đủ, số định danh hợp lệ, nơi cư trú ÷ người thụ hưởng."],
            ["Đã đối chiếu khớp", "Người có kết quả đối chiếu khớp với Cơ sở dữ liệu quốc gia (CSDLQG) về dân cư ÷ người thụ hưởng."],
            ["Tỷ lệ dữ liệu sạch", "Người không còn lỗi cản trở mở tài khoản hoặc cản trở chi trả ÷ người thụ hưởng."],
            [
                "Mức độ",
                "Cản trở mở tài khoản: phải sửa thì mới mở được tài khoản. Cản trở chi trả: mở được nhưng chưa trả đúng người, đúng tài khoản. Cảnh báo: nên sửa, không tính vào dữ liệu sạch.",
            ],
            [
                "Sẵn sàng mở tài khoản",
                "Người không còn lỗi cản trở mở tài khoản; có thể còn lỗi cản trở chi trả, nên nhiều hơn người có dữ liệu sạch.",
            ],
            [
                "Bản ghi",
                "Một dòng trong danh sách nguồn, ứng với một chế độ của một người hoặc một tài khoản; một người có thể có nhiều bản ghi.",
            ],
            ["Tỷ lệ có tài khoản", "Người có ít nhất một tài khoản được báo cáo, không bị từ chối ÷ người thụ hưởng."],
            ["Chưa có tài khoản", "Người chưa có tài khoản nào được báo cáo và không ghi “không đăng ký”."],
            [
                "Tỷ lệ tài khoản dùng được",
                "Người có tài khoản đang hoạt động, không có lỗi cản trở, đứng tên mình hoặc người nhận thay hợp pháp (thiếu tên để so thì vẫn tính) ÷ người thụ hưởng.",
            ],
            [
                "Người nhận thay",
                "Người giám hộ hoặc người được ủy quyền nhận trợ cấp thay, có tên trong danh sách của người thụ hưởng.",
            ],
            ["Người có khoản chi", "Người có tên trong danh sách chi trả của kỳ, kể cả khi khoản chi bị trả lại."],
            ["Bị trả lại", "Khoản chuyển vào tài khoản nhưng ngân hàng trả lại, người thụ hưởng chưa nhận được."],
            ["Tỷ lệ nhận qua tài khoản", "Người có khoản chi trong kỳ đã đến tài khoản ÷ người thụ hưởng."],
            ["Tỷ lệ qua tài khoản", "Người có khoản chi trong kỳ đã đến tài khoản ÷ người có khoản chi."],
            [
                "Không đăng ký",
                "Người ghi không đăng ký và chưa có tài khoản; đứng riêng, không tính là đã có hay chưa có, nhưng vẫn nằm trong mẫu số của các tỷ lệ.",
            ],
            [
                "Khâu còn vướng",
                "Mỗi người ở khâu đầu tiên chưa đạt (đủ thông tin, đối chiếu khớp, dữ liệu sạch, có tài khoản, dùng được, đã nhận qua tài khoản), vì đúng một lý do. Gồm cả người đã nhận tiền qua tài khoản mà khâu trước chưa đạt, nên nhiều hơn số người chưa nhận qua tài khoản.",
            ],
            ["Điểm lưu động", "Nơi ngân hàng, Công an mở tài khoản tập trung tại địa bàn, ngoài chi nhánh."],
            ["Lần chốt số liệu", "Ngày mà danh sách của các nơi được lấy làm số liệu của trang; khác với kỳ chi trả."],
            [
                "Ước tính đến thời hạn",
                "Tỷ lệ hiện có + mức tăng bình quân 7 ngày qua × số ngày còn lại, không vượt quá phần không kể người không đăng ký. Khoảng ước tính lấy từ sai số của chính cách tính này ở những ngày đã qua (bách phân vị 10 và 90).",
            ],
            [
                "Cao, thấp hơn mức chung",
                "Nơi có khoảng tin cậy Wilson 95 % nằm hẳn trên hoặc hẳn dưới tỷ lệ chung; nơi ít người dao động mạnh nên không chỉ xếp theo tỷ lệ.",
            ],
            [
                "Tốc độ cần đạt",
                "Số người chưa có tài khoản (không kể người không đăng ký) ÷ số ngày còn lại, so với bình quân 7 ngày gần nhất. Số đã làm tròn chưa đủ để nói hơn hay kém thì ghi là gần bằng.",
            ],
        ]
        return tables.plain("dinh-nghia", "Định nghĩa chỉ tiêu", ["Chỉ tiêu", "Cách tính"], rows, filter=True)

    def disclosure(self) -> Shown:
        """How small counts are protected."""
        rule = self.campaign.disclosure
        if self.campaign.audience == "internal":
            return paragraph("Trang này dành cho người có thẩm quyền: số liệu được giữ nguyên, không che số nhỏ.")
        return paragraph(
            f"Số từ 1 đến {rule.threshold} ghi là {numbers.small(rule.threshold)} để không ai nhận ra được một người cụ thể. Dấu … là ô phải che theo, vì lấy tổng trừ "
            f"các ô khác sẽ tính ra số nhỏ. Số 0 vẫn ghi. Các số khác làm tròn đến {rule.rounding}, nên các dòng cộng lại có thể lệch vài đơn vị so với tổng; "
            f"tỷ lệ tính từ số đã làm tròn, và không công bố khi mẫu số nhỏ hơn {rule.rate_minimum}."
        )


def _ages(first: int, last: int) -> str:
    """Return full years, both included, in words: "từ 16 đến 22", "từ 80", "đến 15", "mọi tuổi"."""
    if last == OLDEST:
        return f"từ {first}" if first else "mọi tuổi"
    return f"từ {first} đến {last}" if first else f"đến {last}"


def _share(text: str) -> str:
    """Return a measured share as per cent, a dash where nothing was measured."""
    return numbers.percent(float(text)) if text else "–"


def _measured_on(measured: dict[str, dict[str, str]]) -> str:
    if not measured:
        return ""
    first = next(iter(measured.values()))
    return (
        "Tỷ lệ báo đúng: phần trường hợp nêu ra là lỗi thật. Tỷ lệ không bỏ sót: phần lỗi thật được nêu ra. "
        f"Đo trên thành phố mô phỏng tạo cho {numbers.count(int(first['people']))} người, với lỗi cài sẵn; dấu – là chưa đo."
    )
