"""The working papers of a sample: one workbook, one row an item, to be filled in on the spot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansinh.campaign import Campaign
from ansinh.casework.workbook import Column, Rule, choices, formula, workbook
from ansinh.intake.fields import show_birth
from ansinh.intake.values import plain

if TYPE_CHECKING:
    from ansinh.casework.sample import Sample

RIGHT, WRONG, UNSEEN = "Đúng", "Sai", "Không xác minh được"
SAMPLE, KEY, STRATUM, VERDICT, AMOUNT, NOTE = "Mã mẫu", "Mã dòng", "Tầng", "Kết luận", "Số tiền đúng", "Nội dung xác minh"
DESIGN_WORDS = {"simple": "ngẫu nhiên đơn giản", "stratified": "phân tầng theo địa bàn và rủi ro", "monetary": "theo đơn vị tiền tệ"}
_SEX = {"male": "Nam", "female": "Nữ"}
_TOLD = (
    Column("STT", 5),
    Column(SAMPLE, 14),
    Column(KEY, 15),
    Column(STRATUM, 20),
    Column("Họ và tên", 26),
    Column("Ngày sinh", 12),
    Column("Giới tính", 9),
    Column("Số định danh", 16),
    Column("Thôn, tổ dân phố", 18),
    Column("Địa chỉ", 24),
    Column("Xã, phường", 18),
    Column("Số điện thoại", 13),
    Column("Mã đối tượng", 11),
    Column("Mức trợ cấp (đồng)", 18),
)
_VERDICT, _AMOUNT, _NOTE = Column(VERDICT, 16, filled=True), Column(AMOUNT, 14, filled=True), Column(NOTE, 30, filled=True)


def papers(campaign: Campaign, sample: Sample, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the workbook; a monetary sample asks for the right amount too."""
    columns = (*_TOLD, _VERDICT, *((_AMOUNT,) if sample.interval else ()), _NOTE)
    blank = ("",) * (len(columns) - len(_TOLD))
    cells = [
        (*_cells(number, sample, item.key, item.stratum, row), *blank)
        for number, (item, row) in enumerate(zip(sample.items, rows, strict=True), 1)
    ]
    verdict = choices((RIGHT, WRONG, UNSEEN))
    rules: dict[int, Sequence[Rule | None]] = {len(_TOLD): [verdict] * len(cells)}
    if sample.interval:
        rules[len(_TOLD) + 1] = [formula("ISNUMBER(VALUE({cell}))", "số tiền một tháng, bằng đồng")] * len(cells)
    return workbook(campaign, f"Phiếu xác minh mẫu kiểm toán {sample.id}", list(_explanation(campaign, sample)), columns, cells, rules)


def _cells(number: int, sample: Sample, key: str, stratum: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    shown = ("full_name", "birth", "sex", "number", "village", "address", "commune_text", "phone")
    said = {**row, "birth": show_birth(row), "sex": _SEX.get(row["sex"] or "", "")}
    words = (plain(said[name]) for name in shown)
    codes = "; ".join(dict.fromkeys(code for code in row["codes"] if code))
    return (str(number), sample.id, key, stratum, *words, codes, amounts(row["amounts"]))


def amounts(records: Sequence[int | None]) -> str:
    """Return the monthly amounts (VND) of a person's records one by one: "660.000 (2 bản ghi); 1.320.000". Never their sum: no decision says it."""
    counted = Counter(amount for amount in records if amount is not None)
    each = (f"{amount:,}".replace(",", ".") + (f" ({times} bản ghi)" if times > 1 else "") for amount, times in counted.items())
    return "; ".join(each)


def _explanation(campaign: Campaign, sample: Sample) -> Iterator[str]:
    if campaign.synthetic:
        yield "Dữ liệu mô phỏng, không phải người thật."
    yield f"{campaign.title}. Số liệu đến ngày {campaign.as_of:%d/%m/%Y}. Đơn vị: {sample.unit or 'toàn bộ'}."
    yield "# Mẫu được lấy thế nào"
    counted = "người thụ hưởng" if sample.counts == "persons" else "bản ghi đang hưởng có số tiền"
    yield f"Chọn mẫu {DESIGN_WORDS[sample.design]}: {len(sample.items)} trong {sample.population} {counted}, số chọn ngẫu nhiên {sample.seed}."
    yield f"Độ tin cậy {sample.confidence:.0%}, tỷ lệ sai chấp nhận được {sample.tolerable:.1%}, tỷ lệ sai dự kiến {sample.expected:.1%}."
    if sample.interval:
        yield f"Tổng số tiền {sample.book} đồng, khoảng cách {sample.interval} đồng, bắt đầu từ đồng thứ {sample.start}."
    yield f"Mã băm của tập hợp: {sample.population_sha256}."
    yield "# Cách làm"
    yield from (f"{number}. {step}" for number, step in enumerate(_steps(sample), 1))


def _steps(sample: Sample) -> Iterator[str]:
    yield "Gặp từng người, đối chiếu giấy tờ tùy thân, quyết định hưởng và nơi ở với dòng của người đó. Không thay người khác."
    yield f"Kết luận: {RIGHT} khi mọi thông tin đúng; {WRONG} khi có thông tin sai; {UNSEEN} khi không gặp, không có giấy tờ (được tính là sai)."
    if sample.interval:
        yield "Số tiền đúng: ghi mức được hưởng một tháng theo quyết định, kể cả 0, khi kết luận là Sai. Không ghi thì coi như toàn bộ số tiền sai."
    else:
        yield (
            "Mức trợ cấp ghi từng bản ghi, không cộng: “660.000 (2 bản ghi)” là hai bản ghi cùng mức 660.000 đồng, có thể trùng. "
            "So từng mức với quyết định hưởng; việc trùng đã có tiêu chí riêng, tự nó không làm cho kết luận là Sai."
        )
    yield "Điền đủ mọi dòng rồi chạy ansinh sample --evaluate với tệp này."
