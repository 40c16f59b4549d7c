"""Write the lists of an invented district for the tutorial: `python make_lists.py FOLDER`, or `python make_lists.py FOLDER --mended`.

1,280 invented persons of the eight wards of Quận Tây Hồ, in Excel files as offices send them: title rows, two ways to name columns, lost zeros,
birth years without a day, numbers left out, five persons on two lists. No person in them exists. The same files every time; with --mended, Phường Bưởi sends its list again without mistakes.
"""

import datetime as dt
import random
import sys
from pathlib import Path

import xlsxwriter

WARDS = ["Phú Thượng", "Nhật Tân", "Tứ Liên", "Quảng An", "Xuân La", "Yên Phụ", "Bưởi", "Thụy Khuê"]
PEOPLE = 160
FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô"]
MIDDLE = {"Nam": ["Văn", "Đức", "Quang", "Minh"], "Nữ": ["Thị", "Thị Thanh", "Thị Ngọc", "Thu"]}
GIVEN = {
    "Nam": ["An", "Bình", "Cường", "Dũng", "Hùng", "Khoa", "Sơn", "Tuấn"],
    "Nữ": ["Chi", "Dung", "Hà", "Hoa", "Lan", "Mai", "Nga", "Yến"],
}
BANKS = {"Vietcombank": 13, "Agribank": 13, "BIDV": 14, "VietinBank": 12}
FIRST_DAY = dt.datetime(2023, 12, 4, 8)
TITLE = ["ỦY BAN NHÂN DÂN QUẬN TÂY HỒ", "DANH SÁCH ĐỐI TƯỢNG BẢO TRỢ XÃ HỘI (SỐ LIỆU MINH HỌA)"]


def people(draw: random.Random) -> list[dict[str, object]]:
    """Invent the persons of the district."""
    found = []
    for ward in WARDS:
        for _ in range(PEOPLE):
            sex = draw.choice(["Nam", "Nữ"])
            year = draw.randint(1926, 1943)
            bank = draw.choice(list(BANKS))
            opened = FIRST_DAY + dt.timedelta(days=draw.randint(0, 39), minutes=draw.randint(0, 600))
            found.append(
                {
                    "name": f"{draw.choice(FAMILY)} {draw.choice(MIDDLE[sex])} {draw.choice(GIVEN[sex])}",
                    "birth": f"{draw.randint(1, 28):02}/{draw.randint(1, 12):02}/{year}",
                    "sex": sex,
                    "number": f"001{'01'[sex == 'Nữ']}{year % 100:02}{draw.randint(0, 999999):06}",
                    "group": f"Tổ {draw.randint(1, 12)}",
                    "ward": f"Phường {ward}",
                    "phone": f"09{draw.randint(0, 99999999):08}",
                    "account": f"{draw.randint(1, 10 ** BANKS[bank] - 1):0{BANKS[bank]}}" if draw.random() < 0.84 else "",
                    "bank": bank,
                    "opened": opened.strftime("%d/%m/%Y %H:%M"),
                    "channel": draw.choice(["Chi nhánh", "Điểm lưu động", "Bưu điện", "VNeID"]),
                }
            )
    return found


def spoilt(person: dict[str, object], draw: random.Random) -> dict[str, object]:
    """Return a person as a list may have it: something missing, something lost on the way."""
    chance, listed = draw.random(), dict(person)
    if chance < 0.03:
        listed["birth"] = str(person["birth"])[-4:]
    elif chance < 0.05:
        listed["number"] = ""
    elif chance < 0.08:
        listed["number"] = int(str(person["number"]))  # what a spreadsheet makes of it: two zeros lost
    elif chance < 0.12:
        listed["phone"] = ""
    elif chance < 0.14:
        listed["name"] = str(person["name"]).upper()
    return listed


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    """Write one workbook; every sheet is a list of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": FIRST_DAY})  # the same bytes every time
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)


def main(folder: Path, mended: bool) -> None:
    """Write all lists; `mended`: the list of Phường Bưởi without mistakes."""
    draw = random.Random(2024)
    everyone = people(draw)
    for number, ward in enumerate(WARDS):
        heads = [
            "STT",
            "Họ và tên",
            "Ngày tháng năm sinh",
            "Giới tính",
            "Số CCCD",
            "Tổ dân phố",
            "Mã đối tượng",
            "Mức trợ cấp",
            "Điện thoại",
        ]
        if number % 2:
            heads = ["TT", "Họ tên đối tượng", "Ngày sinh", "Giới", "CCCD/CMND", "TDP", "Mã ĐT", "Mức hưởng (đồng)", "SĐT"]
        own = [person for person in everyone if person["ward"] == f"Phường {ward}"]
        correct = mended and ward == "Bưởi"
        if ward == "Bưởi" and not mended:
            own += [person for person in everyone if person["ward"] == "Phường Thụy Khuê"][:5]  # five persons on two lists
        errors = random.Random(ward)
        listed = own if correct else [spoilt(person, errors) for person in own]
        keys = ("name", "birth", "sex", "number", "group")
        rows = [[at, *(person[key] for key in keys), "5.5c", 440000, person["phone"]] for at, person in enumerate(listed, 1)]
        total = ["", "Tổng cộng", "", "", "", "", "", 440000 * len(rows), ""]
        title = [[text] for text in (*TITLE, f"Phường {ward}, tháng 01/2024")]
        workbook(
            folder / "danh-sach" / f"Phuong {ward}.xlsx", {f"Phường {ward}": [*title, [], heads, *rows, total, [], ["", "Người lập biểu"]]}
        )
    found = [
        [person["name"], person["birth"], person["number"], "Khớp" if draw.random() < 0.95 else "Sai họ tên", "05/01/2024"]
        for person in everyone
    ]
    heads = ["Họ và tên", "Ngày sinh", "Số định danh cá nhân", "Kết quả đối chiếu", "Ngày đối chiếu"]
    workbook(folder / "cong-an" / "Doi chieu CSDLQG.xlsx", {"Kết quả": [heads, *found]})
    with_account = [person for person in everyone if person["account"]]
    heads = ["Họ và tên", "Số CCCD", "Số tài khoản", "Tên chủ tài khoản", "Ngân hàng", "Ngày mở", "Kênh mở"]
    accounts = [
        [person["name"], person["number"], person["account"], person["name"], person["bank"], person["opened"], person["channel"]]
        for person in with_account
    ]
    workbook(folder / "tai-khoan" / "Tai khoan da mo.xlsx", {"Tài khoản": [heads, *accounts]})
    heads = ["Họ và tên", "Số CCCD", "Kỳ chi trả", "Số tiền", "Hình thức chi trả", "Số tài khoản", "Ngân hàng", "Kết quả", "Ngày chi trả"]
    paid = [
        [person["name"], person["number"], "01/2024", 440000]
        + (["Tài khoản", person["account"], person["bank"]] if person["account"] and draw.random() < 0.9 else ["Tiền mặt", "", ""])
        + ["Thành công", "10/01/2024"]
        for person in everyone
    ]
    workbook(folder / "chi-tra" / "Chi tra thang 01-2024.xlsx", {"Tháng 01": [heads, *paid]})
    print(f"{len(WARDS) + 3} workbooks in {folder}")


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "--mended"]
    main(Path(given[0] if given else "lists"), "--mended" in sys.argv)
