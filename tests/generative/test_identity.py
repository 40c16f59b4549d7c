"""Properties of the identity room: nothing crashes on any text, what is written can be read again, a clean value stays itself."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from ansinh.identity import accounts, citizen_number, dates, legacy, names, phones

CELLS = st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.none(), st.booleans(), st.dates(), st.datetimes())
DIGITS = st.text("0123456789", min_size=6, max_size=6)
PROVINCES = st.sampled_from(sorted(citizen_number.PROVINCE_CODES))
YEARS = st.integers(1900, 2399)
SEXES = st.sampled_from(["male", "female"])

INITIALS = st.sampled_from(re.findall(r"\S+", "b c ch d đ g gh h k kh l m n ng nh ph qu r s t th tr v x"))
RHYMES = st.sampled_from(
    re.findall(
        r"\S+",
        "a ạ à ả ã á ă ắ ằ ẵ ẳ ặ â ấ ầ ẫ ẩ ậ e é è ẽ ẻ ẹ ê ế ề ễ ể ệ i í ì ĩ ỉ ị o ó ò õ ỏ ọ ô ố ồ ỗ ổ ộ ơ ớ ờ ỡ ở ợ "
        "u ú ù ũ ủ ụ ư ứ ừ ữ ử ự y ý ỳ ỹ ỷ ỵ ương ướng ường ượng uyễn uyết oà oá oan oán iên iến iện anh ánh ăng ặng ần ân "
        "ung ùng ọc ích inh ình ơn ương ươi ưởi ưu ia ịa oai oại uân uấn yên",
    )
)
SYLLABLES = st.builds("{}{}".format, INITIALS, RHYMES)
NAMES = st.lists(SYLLABLES, min_size=2, max_size=5).map(" ".join)


def numbers(province: str, year: int, sex: str, rest: str) -> str:
    return f"{province}{(year - 1900) // 100 * 2 + (sex == 'female')}{year % 100:02d}{rest}"


@given(PROVINCES, YEARS, SEXES, DIGITS)
def test_a_number_tells_birth_year_sex_and_province(province: str, year: int, sex: str, rest: str) -> None:
    number = numbers(province, year, sex, rest)
    assert citizen_number.compact(citizen_number.format(number)) == number
    assert citizen_number.is_valid(number)
    parts = citizen_number.birth_year(number), citizen_number.sex(number), citizen_number.province(number)
    assert parts == (year, sex, province)


@given(PROVINCES, YEARS, SEXES, DIGITS)
def test_a_number_without_its_leading_zeros_comes_back_only_when_it_agrees(province: str, year: int, sex: str, rest: str) -> None:
    number = numbers(province, year, sex, rest)
    lost = number.lstrip("0")
    proposed = citizen_number.repair(lost, birth_year=year, sex=sex)
    assert proposed == (number if citizen_number.kind(lost) == "lost_zeros" else None)
    assert citizen_number.repair(lost, birth_year=year + 1) is None


@given(CELLS)
def test_no_cell_crashes_a_number_account_or_phone(cell: object) -> None:
    for module in (citizen_number, accounts, phones):
        value = module.compact(cell)
        assert module.compact(value) == value
        assert module.is_valid(value) in (True, False)
        assert len(module.mask(value)) == len(value)
    assert citizen_number.kind(citizen_number.compact(cell)) in {
        *("personal", "cmnd", "lost_zeros", "cmnd_lost_zero", "placeholder", "invalid"),
        None,
    }


@given(CELLS, st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)))
def test_no_cell_crashes_a_date(cell: object, latest: dt.date) -> None:
    found = dates.parse(cell, latest=latest)
    assert found is None or found.rule in {"", *dates.RULES}


@given(st.text("0123456789/.-? :TthángsiĐ()", max_size=14))
def test_no_text_like_a_date_crashes_a_date(text: str) -> None:
    found = dates.parse(text)
    assert found is None or (found.date is None) == (found.precision != "day")


@given(st.dates(dt.date(1000, 1, 1)), st.sampled_from(["day", "month", "year"]))
def test_a_written_date_reads_back(day: dt.date, precision: str) -> None:
    month, number = (day.month if precision != "year" else 0), (day.day if precision == "day" else 0)
    date = dates.PartialDate(day.year, month, number, precision)
    assert dates.parse(dates.format(date)) == date


@given(st.dates(dt.date(1925, 1, 15), dt.date(2024, 1, 14)))
def test_every_way_to_write_a_day_reads_as_that_day(day: dt.date) -> None:
    latest = dt.date(2024, 1, 14)
    ways = [
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day}.{day.month}.{day:%y}" if day.year > 1925 else f"{day:%d-%m-%Y}",
        f"{day:%d-%m-%Y 00:00:00}",
        day.isoformat(),
        f"Ngày {day.day} tháng {day.month} năm {day.year}",
        f"{day:%d%m%Y}",
        dt.datetime(day.year, day.month, day.day),
        float((day - dates.EXCEL_EPOCH).days),
    ]
    read = [dates.parse(way, latest=latest) for way in ways]
    # A serial in the range of years is a year: no list holds 3,000-day-old births of 1905.
    assert all(found is not None and found.date == day for found in read)


@given(st.text(max_size=60))
def test_no_text_crashes_a_name_or_an_old_encoding(text: str) -> None:
    assert names.key(text).isascii()
    assert names.normalise(names.normalise(text)) == names.normalise(text)
    assert names.tokens(text) == tuple(names.key(text).split())
    names.sort_key(text)
    names.tone_key(text)
    for encoding in ("tcvn3", "vni"):
        legacy.to_unicode(text, encoding)
        legacy.from_unicode(text, encoding)
    assert legacy.detect(text) in {"tcvn3", "vni", None}


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_ascii_is_never_an_old_encoding(text: str) -> None:
    assert legacy.detect(text) is None


@given(NAMES, st.sampled_from([str.title, str.upper, str.lower]), st.sampled_from(["NFC", "NFD"]))
def test_ordinary_vietnamese_is_never_an_old_encoding(name: str, case: object, form: str) -> None:
    assert legacy.detect(unicodedata.normalize(form, case(name))) is None  # type: ignore[operator, arg-type]


@given(NAMES, st.sampled_from([str.title, str.upper, str.lower]))
def test_vni_text_comes_back(name: str, case: object) -> None:
    text = case(name)  # type: ignore[operator]
    assert legacy.to_unicode(legacy.from_unicode(text, "vni"), "vni") == text


@given(NAMES, st.sampled_from([str.title, str.upper, str.lower]))
def test_tcvn3_text_comes_back_with_its_capitals(name: str, case: object) -> None:
    text = "Nguyễn " + name if case is str.title else "nguyễn " + name
    text = case(text)  # type: ignore[operator]
    assert legacy.to_unicode(legacy.from_unicode(text, "tcvn3"), "tcvn3") == text


@given(NAMES, st.sampled_from(["tcvn3", "vni"]))
def test_a_name_in_an_old_encoding_is_found(name: str, encoding: str) -> None:
    text = "Nguyễn Văn " + name.title()
    assert legacy.detect(legacy.from_unicode(text, encoding)) == encoding


@given(NAMES)
def test_the_name_a_bank_writes_is_the_same_from_every_spelling(name: str) -> None:
    spelled = [name, name.upper(), unicodedata.normalize("NFD", name), f"  {name.title()} ", name.replace("đ", "ð")]
    assert len({names.key(spelling) for spelling in spelled}) == 1
    assert names.key(name) == names.key(names.key(name))


@given(st.one_of(st.text(max_size=40), NAMES, NAMES.map(str.upper), NAMES.map(lambda name: unicodedata.normalize("NFD", name))))
def test_folding_by_table_is_what_unidecode_does(text: str) -> None:
    from unidecode import unidecode

    assert names.ascii(text) == unidecode(text)
