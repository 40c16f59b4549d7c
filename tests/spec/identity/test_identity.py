"""What the identity room promises, as an official would put it. Properties: tests/generative/test_identity.py."""

from __future__ import annotations

import datetime as dt
import doctest
from pathlib import Path

import pytest

from ansinh.identity import accounts, banks, citizen_number, dates, legacy, names, phones

ROOT = Path(__file__).parents[3]
BANKS = banks.Banks.read(ROOT / "params" / "banks.csv")
AS_OF = dt.date(2024, 1, 14)


@pytest.mark.parametrize("module", [accounts, banks, citizen_number, dates, legacy, names, phones], ids=lambda module: module.__name__)
def test_the_examples_in_the_documentation_hold(module: object) -> None:
    done = doctest.testmod(module)  # type: ignore[arg-type]
    assert done.attempted
    assert not done.failed


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("001045012345", "personal"),
        ("001 045.012-345", "personal"),
        ("'001045012345", "personal"),
        ("OO1O45O12345", "personal"),
        ("101190012345", "personal"),  # born abroad
        ("1045012345", "lost_zeros"),
        ("1045012345.0", "lost_zeros"),
        ("1.045012345E+09", "lost_zeros"),
        ("1.045E+09", "invalid"),  # digits are gone for good
        ("012567894", "cmnd"),
        ("12567894", "cmnd_lost_zero"),
        ("00104501234", "invalid"),  # has its zeros, lacks another digit
        ("0145012345", "invalid"),  # no province 000
        ("1945012345", "invalid"),  # nobody is born in 2300
        ("02567894", "invalid"),  # no CMND begins with two zeros
        ("000000000000", "placeholder"),
        ("123456789", "placeholder"),
        ("003045012345", "invalid"),  # no province 003
        ("00104501234X", "invalid"),
        ("0010450123456", "invalid"),
        ("", None),
    ],
)
def test_a_number_is_told_by_its_kind(number: str, kind: str | None) -> None:
    assert citizen_number.kind(number) == kind


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("00104501234X", citizen_number.InvalidFormat),
        ("1045012345", citizen_number.InvalidLength),
        ("003045012345", citizen_number.InvalidComponent),
    ],
)
def test_a_refused_number_is_not_quoted(number: str, error: type[ValueError]) -> None:
    with pytest.raises(error) as raised:
        citizen_number.validate(number)
    assert number not in str(raised.value)


def test_a_lost_zero_is_proposed_only_where_the_record_agrees() -> None:
    assert citizen_number.repair("1045012345", birth_year=1945, sex="male") == "001045012345"
    assert citizen_number.repair("1045012345", birth_year=1946) is None
    assert citizen_number.repair("1045012345", sex="female") is None
    assert citizen_number.repair("3045012345") is None
    assert citizen_number.repair("00104501234", birth_year=1945) is None  # another digit is missing
    assert citizen_number.repair("12567894", birth_year=1945) == "012567894"  # a CMND tells no year


@pytest.mark.parametrize(
    ("cell", "written", "rule"),
    [
        ("15/08/1945", "15/08/1945", ""),
        ("15.8.45", "15/08/1945", "two_digit_year"),
        ("1/2/23", "01/02/2023", "two_digit_year"),
        ("1945", "1945", ""),
        (1945, "1945", ""),
        ("00/00/1945", "1945", ""),
        ("00/05/1945", "05/1945", ""),
        ("tháng 5/1950", "05/1950", "words"),
        ("Tháng 5 năm 1950", "05/1950", "words"),
        ("1945?", "1945", "words"),
        ("khoảng 1945", "1945", "words"),
        ("Ngày 2 tháng 9 năm 1945", "02/09/1945", "words"),
        (16664, "15/08/1945", "excel_serial"),
        (16664.25, "15/08/1945", "excel_serial"),
        ("16664", "15/08/1945", "excel_serial"),
        ("8/25/1945", "25/08/1945", "american_order"),
        ("08/09/1945", "08/09/1945", ""),  # both orders possible: the Vietnamese one holds
        ("1945-08-15 00:00:00", "15/08/1945", ""),
        (dt.datetime(1945, 8, 15), "15/08/1945", ""),
        ("15081945", "15/08/1945", "no_separators"),
        ("19450815", "15/08/1945", "no_separators"),
        ("31/02/1950", "02/1950", "impossible_day"),
        ("13/25/1945", "1945", "impossible_day"),
        ("01/01/2031", "01/01/2031", ""),  # in the future: a check judges it
        ("01/01/1890", "01/01/1890", ""),
    ],
)
def test_a_date_is_read_in_every_form_with_its_precision_and_rule(cell: object, written: str, rule: str) -> None:
    found = dates.parse(cell, latest=AS_OF)
    assert found is not None
    assert (dates.format(found), found.rule) == (written, rule)


@pytest.mark.parametrize("cell", ["", None, True, "không rõ", "abc", 45, float("nan"), "001045012345", "0"])
def test_what_is_no_date_is_none(cell: object) -> None:
    assert dates.parse(cell, latest=AS_OF) is None


@pytest.mark.parametrize(
    ("written", "encoding", "meant"),
    [
        ("NguyÔn V¨n Hoµ", "tcvn3", "Nguyễn Văn Hoà"),
        ("TrÇn ThÞ ¸nh", "tcvn3", "Trần Thị Ánh"),
        ("NGUYÔN THÞ ¸NH", "tcvn3", "NGUYỄN THỊ ÁNH"),
        ("Lª §øc Thä", "tcvn3", "Lê Đức Thọ"),
        ("Th«n 3 – x· Phó S¬n", "tcvn3", "Thôn 3 – xã Phú Sơn"),
        ("NGUYEÃN VAÊN HOØA", "vni", "NGUYỄN VĂN HÒA"),
        ("Traàn Thò Ñöùc", "vni", "Trần Thị Đức"),
    ],
)
def test_text_of_the_eight_bit_age_is_found_and_read(written: str, encoding: str, meant: str) -> None:
    assert legacy.detect(written) == encoding
    assert legacy.to_unicode(written, encoding) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("Hà Nội", "Nguyễn Thị Hòa", "Nguyen Van A", "Lê Hoà", "Trí", "ĐÀO THỊ Ý", "Y Blơk Niê", "Hồ Thị K’Lâm"),
        *("José", "François", "Müller", "El Niño", "São Tomé", "Québec", "café", "naïve", "coöperate", "Zoë", "Bogotá"),
        *("© 2024", "25 °C", "5 µm", "§ 5", "£500", "¥ 100", "« Hà »", "20 m²", "½ tháng", "±5", "5×3", ""),
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert legacy.detect(text) is None


def test_names_compare_across_spelling_case_and_composition() -> None:
    assert names.normalise("  nguyễn   THỊ hoà ") == "Nguyễn Thị Hoà"
    assert names.key("Ðặng Thuỳ Trâm") == "DANG THUY TRAM"  # Icelandic Ð
    assert names.tone_key("Hoà") == names.tone_key("HÒA")
    assert sorted(["Đào", "Dung", "Ân", "An", "Ánh"], key=names.sort_key) == ["An", "Ánh", "Ân", "Dung", "Đào"]
    assert names.is_plain("Nguyễn Văn A") is True
    assert names.is_plain("Nguyễn Văn A (mẹ LS)") is False


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Agribank", "AGRIBANK"),
        ("AGRIBANK CN Đống Đa", "AGRIBANK"),
        ("NH NN&PTNT", "AGRIBANK"),
        ("NHNo&PTNT Việt Nam - Chi nhánh Ba Vì", "AGRIBANK"),
        ("Ngân hàng Nông nghiệp và Phát triển nông thôn VN", "AGRIBANK"),
        ("VBARD", "AGRIBANK"),
        ("Vietcombank", "VCB"),
        ("VCB - CN Thăng Long", "VCB"),
        ("NH TMCP Ngoại thương", "VCB"),
        ("Vietinbank Đống Đa", "CTG"),
        ("NH Công thương", "CTG"),
        ("BIDV", "BID"),
        ("Ngân hàng Đầu tư & Phát triển", "BID"),
        ("LienVietPostBank", "LPB"),
        ("Lien Viet Post Bank", "LPB"),
        ("LPBank", "LPB"),
        ("Ngân hàng Bưu điện Liên Việt", "LPB"),
        ("970449", "LPB"),
        ("MB", "MBB"),
        ("MBBank", "MBB"),
        ("NH Quân đội", "MBB"),
        ("Sài Gòn Công Thương", "SGB"),
        ("SHB", "SHB"),
        ("Sacombank", "STB"),
        ("Techcombak", "TCB"),
        ("Oceanbank", "MBV"),
        ("Đông Á Bank", "VIKKI"),
        ("NHCSXH", "VBSP"),
        ("Ngân hàng Chính sách xã hội", "VBSP"),
        ("Viettel Money", "VTLMONEY"),
        ("ViettelPay", "VTLMONEY"),
        ("VNPT Money", "VNPTMONEY"),
        ("Ví MoMo", "MOMO"),
    ],
)
def test_a_bank_is_found_however_an_official_writes_it(written: str, code: str) -> None:
    found, confidence = BANKS.find(written)
    assert (found, confidence >= 0.9) == (code, True)


@pytest.mark.parametrize(
    "written", ["", "-", "ngân hàng", "tiền mặt", "không có", "Ngân hàng Hòa Bình", "bưu điện", "xyz", "A", "0912345678"]
)
def test_what_names_no_bank_stays_unknown(written: str) -> None:
    assert BANKS.find(written)[0] is None


def test_a_renamed_bank_is_one_bank_under_its_name_of_today() -> None:
    assert {BANKS.find(name)[0] for name in ("LienVietPostBank", "LPBank")} == {"LPB"}
    bank = BANKS.get("LPB")
    assert bank is not None
    assert bank.short_name == "LPBank"
    assert len({bank.code for bank in BANKS.banks}) == len(BANKS.banks)
    assert len({bank.bin for bank in BANKS.banks if bank.bin}) == len([bank for bank in BANKS.banks if bank.bin])


def test_accounts_and_phones_take_what_spreadsheets_leave_of_them() -> None:
    assert accounts.compact("0011 0043-12345") == "0011004312345"
    assert accounts.is_valid("99MM24011M34875080")
    assert not accounts.is_valid("12345")
    assert not accounts.is_valid("1234567#")
    assert phones.compact(912345678) == phones.compact("+84 912.345.678") == "0912345678"
    assert phones.is_valid("02438252525")
    assert not phones.is_valid("0212345678")
