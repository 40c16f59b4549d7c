"""The gate: what must not leave is refused in every kind of file; what may leave passes."""

from __future__ import annotations

import base64
import html
import io
import json
import shutil
import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pytest
import xlsxwriter

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import GateRefusal, UserError
from ansinh.site import publish
from ansinh.site.gate import SHIPPED, Gate


@pytest.fixture(scope="module")
def gate(city: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """The gate of the small city, to which a person of two names and a wallet's account are added, on a machine of one user."""
    workspace = Workspace(
        shutil.copytree(
            city.root,
            tmp_path_factory.mktemp("gate") / "city",
            ignore=shutil.ignore_patterns("sources", "cache", "truth", "reports", "_site"),
        )
    )
    campaign = workspace.campaign()
    folder = workspace.store(campaign, campaign.as_of)
    path = sorted((folder / "beneficiaries").rglob("part.parquet"))[0]
    frame = pd.read_parquet(path)
    frame.loc[0, "full_name"] = "Nguyễn Nở"
    store.write(folder, store.BENEFICIARIES, frame, path.parent.name.removeprefix("unit="))
    path = sorted((folder / "accounts").rglob("part.parquet"))[0]
    frame = pd.read_parquet(path)
    frame.loc[0, "account_number"] = "MOMO0912345678ab"
    store.write(folder, store.ACCOUNTS, frame, path.parent.name.removeprefix("unit="))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOGNAME", "quantrivien7")
        yield Gate(workspace, campaign)


@pytest.fixture(scope="module")
def somebody(city: Workspace, gate: Gate) -> dict[str, str]:
    """A synthetic person of the small city."""
    campaign = city.campaign()
    con = store.connect(city.store(campaign, campaign.as_of))
    sql = (
        "SELECT b.full_name, b.name_key, b.number, b.phone, a.account_number FROM beneficiaries b JOIN accounts a USING (person_id)"
        " WHERE length(b.number) = 12 AND length(b.phone) = 10 AND length(a.account_number) = 13 ORDER BY b.record_id LIMIT 1"
    )
    return {str(key): str(value) for key, value in store.query(con, sql).iloc[0].items()} | {"root": gate.root}


PRIVATE_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----"


def leaks(somebody: dict[str, str]) -> dict[str, str]:
    """Each kind of what must not leave."""
    return {
        "citizen number": somebody["number"],
        "citizen number of nobody on the lists": "001299001234",
        "CMND": "012345678",
        "telephone": somebody["phone"],
        "account number": somebody["account_number"],
        "wallet": "momo0912345678ab",
        "name": somebody["full_name"],
        "name without diacritics": somebody["name_key"],
        "name in capitals": somebody["full_name"].upper(),
        "name of two words": "Nguyễn Nở",
        "local path": "/home/somebody/danh-sach.xlsx",
        "windows path": "C:\\Users\\somebody\\danh-sach.xlsx",
        "root of this workspace": somebody["root"],
        "user name": "quantrivien7",
        "private key": PRIVATE_KEY,
        "token": "ghp_" + "a1B2" * 9,
        "password": "password=Matkhau2024",
        "address with a password": "postgresql://reader:hunter22@db/list",
    }


KINDS = (
    "citizen number",
    "citizen number of nobody on the lists",
    "CMND",
    "telephone",
    "account number",
    "wallet",
    "name",
    "name without diacritics",
    "name in capitals",
    "name of two words",
    "local path",
    "windows path",
    "root of this workspace",
    "user name",
    "private key",
    "token",
    "password",
    "address with a password",
)


def workbook(text: str, torn: bool = False) -> bytes:
    """A workbook with a text in a cell, torn into two runs of rich text on demand."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    half = len(text) // 2
    if torn:
        sheet.write_rich_string(0, 0, text[:half], book.add_format({"bold": True}), text[half:], "!")
    else:
        sheet.write_string(0, 0, text)
    book.close()
    return buffer.getvalue()


def properties(text: str) -> bytes:
    """A workbook with a text in its properties."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"author": text})
    book.add_worksheet()
    book.close()
    return buffer.getvalue()


def picture(text: str, kind: bytes = b"tEXt") -> bytes:
    """A picture of one dot with a text in its metadata."""
    words = text.encode()
    data = {
        b"tEXt": b"Comment\0" + words,
        b"zTXt": b"Comment\0\0" + zlib.compress(words),
        b"iTXt": b"Comment\0\1\0vi\0\0" + zlib.compress(words),
        b"eXIf": b"MM\0*" + words,
    }
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (kind, data[kind]),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def notebook(text: str) -> bytes:
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": f"<p>{html.escape(text)}</p>"}}
    cell = {"cell_type": "code", "id": "a", "execution_count": None, "metadata": {}, "source": "", "outputs": [output]}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def drawn(text: str) -> bytes:
    """A notebook with a picture whose metadata hold a text."""
    image = base64.b64encode(picture(text, b"iTXt")).decode()
    return json.dumps({"cells": [{"outputs": [{"data": {"image/png": image}}]}]}).encode()


FILES: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "html": ("page.html", lambda text: f"<p>Danh sách: {html.escape(text)}.</p>".encode()),
    "html attribute": ("page.html", lambda text: f'<abbr title="{html.escape(text)}">…</abbr>'.encode()),
    "html comment": ("page.html", lambda text: f"<p>x</p><!-- {html.escape(text)} -->".encode()),
    "svg": ("chart.svg", lambda text: f"<svg><text>{html.escape(text)}</text></svg>".encode()),
    "csv": ("table.csv", lambda text: f"ten;so\r\n{text};1\r\n".encode("utf-8-sig")),
    "json": ("evidence.json", lambda text: json.dumps({"note": text}, ensure_ascii=False).encode()),
    "json in ASCII": ("evidence.json", lambda text: json.dumps({"note": text}).encode()),
    "search index": ("search.js", lambda text: f"window.X=[{json.dumps(text)}];".encode()),
    "style": ("site.css", lambda text: f"/* {text} */".encode()),
    "text": ("DOC-TOI.txt", lambda text: text.encode()),
    "notebook": ("page.ipynb", notebook),
    "picture in a notebook": ("page.ipynb", drawn),
    "workbook": ("table.xlsx", workbook),
    "workbook, rich text": ("table.xlsx", lambda text: workbook(text, torn=True)),
    "workbook's properties": ("table.xlsx", properties),
    "picture, tEXt": ("chart.png", picture),
    "picture, zTXt": ("chart.png", lambda text: picture(text, b"zTXt")),
    "picture, iTXt": ("chart.png", lambda text: picture(text, b"iTXt")),
    "picture, eXIf": ("chart.png", lambda text: picture(text, b"eXIf")),
}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_leak_in_each_kind_of_file_is_refused(
    gate: Gate, somebody: dict[str, str], tmp_path: Path, file: str, kind: str
) -> None:
    name, made = FILES[file]
    value = leaks(somebody)[kind]
    (tmp_path / "don-vi").mkdir()
    (tmp_path / "don-vi" / name).write_bytes(made(value))
    with pytest.raises(GateRefusal, match=f"don-vi/{name}, line ") as refused:
        gate.check(tmp_path)
    assert value not in str(refused.value)


def spaced(text: str, sign: str) -> str:
    return sign.join(text)


WRITTEN: dict[str, Callable[[str], str]] = {
    "entities": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(sign):x};" for sign in text),
    "percent signs": lambda text: quote(text, safe="").replace("%20", "+") if " " not in text else quote(text, safe=""),
    "escapes of JSON": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
    "escapes within entities": lambda text: html.escape(json.dumps(text)),
    "inline tags": lambda text: f"<b>{text[:4]}</b><span class='x'>{text[4:7]}</span><i>{text[7:]}</i>",
    "a tag after every word": lambda text: " ".join(f"<em>{word}</em>" for word in text.split(" ")),
    "zero-width signs": lambda text: spaced(text, "\u200b"),
    "soft hyphens": lambda text: spaced(text, "\u00ad"),
    "full-width signs": lambda text: "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text),
    "composed signs taken apart": lambda text: unicodedata.normalize("NFD", text),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "doubled spaces": lambda text: text.replace(" ", "   "),
    "a line's end": lambda text: text.replace(" ", "\n"),
    "base64": lambda text: base64.b64encode(f"<p>{text}</p> và những điều khác".encode()).decode(),
    "a data address": lambda text: '<a href="data:text/plain;base64,' + base64.b64encode(text.encode()).decode() + '">x</a>',
}
NUMBERS_WRITTEN: dict[str, Callable[[str], str]] = {
    "groups of three": lambda text: " ".join(text[at : at + 3] for at in range(0, len(text), 3)),
    "groups with dots": lambda text: ".".join(text[at : at + 3] for at in range(0, len(text), 3)),
    "groups with hyphens": lambda text: "-".join(text[at : at + 4] for at in range(0, len(text), 4)),
    "a number before": lambda text: "5 " + " ".join(text[at : at + 3] for at in range(0, len(text), 3)),
    "digits apart": lambda text: " ".join(text),
    "leading zeros lost": lambda text: text.lstrip("0"),
    "letters around": lambda text: f"CCCD{text}HN",
    "Arabic digits": lambda text: "".join(chr(0x660 + int(sign)) for sign in text),
}
NAMES_WRITTEN: dict[str, Callable[[str], str]] = {
    "hyphens": lambda text: text.lower().replace(" ", "-"),
    "underscores": lambda text: text.replace(" ", "_"),
    "mixed case": lambda text: "".join(sign.upper() if at % 2 else sign.lower() for at, sign in enumerate(text)),
    "capitals": lambda text: text.upper(),
}


@pytest.mark.parametrize(
    ("kind", "way"),
    [(kind, way) for kind in ("number", "phone", "account_number", "full_name") for way in WRITTEN]
    + [(kind, way) for kind in ("number", "phone") for way in NUMBERS_WRITTEN]
    + [(kind, way) for kind in ("full_name", "name_key") for way in NAMES_WRITTEN],
)
def test_however_it_is_written_it_is_found(gate: Gate, somebody: dict[str, str], tmp_path: Path, kind: str, way: str) -> None:
    written = (WRITTEN | NUMBERS_WRITTEN | NAMES_WRITTEN)[way](somebody[kind])
    (tmp_path / "page.html").write_text(f"<p>Danh sách: {written}</p>\n", encoding="utf-8")
    with pytest.raises(GateRefusal) as refused:
        gate.check(tmp_path)
    assert somebody[kind] not in str(refused.value)


def test_a_leading_name_of_a_file_is_found_and_not_repeated(gate: Gate, somebody: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / f"{somebody['name_key'].lower().replace(' ', '-')}.html").write_text("<p>x</p>", encoding="utf-8")
    with pytest.raises(GateRefusal, match="…, line 0: a file's name"):
        gate.check(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("table.csv", "họ tên".encode("utf-16")),
        ("table.csv", "họ tên".encode("cp1258", "replace") + b"\xff"),
        ("chart.png", picture("x")[:-20]),
        ("chart.png", picture("x") + b"hidden"),
        ("font.woff2", b"wOF2 another font"),
        ("list.zip", b"PK\x05\x06" + b"\0" * 18),
        ("page.html", b'<img src="data:image/jpeg;base64,/9j/4AAQSkZJRgABAQ==">'),
    ],
)
def test_what_cannot_be_read_to_its_last_byte_is_refused(gate: Gate, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GateRefusal, match="cannot read"):
        gate.check(tmp_path)


def test_a_link_to_another_file_is_refused(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "list.html").write_text("x", encoding="utf-8")
    (tmp_path / "site" / "page.html").symlink_to(tmp_path / "list.html")
    with pytest.raises(GateRefusal, match="link"):
        gate.check(tmp_path / "site")


def test_the_fonts_shipped_with_the_theme_pass(gate: Gate, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "theme")
    gate.check(tmp_path)


def test_a_number_written_in_groups_is_found_too(gate: Gate, somebody: dict[str, str], tmp_path: Path) -> None:
    number = somebody["number"]
    (tmp_path / "page.html").write_text(f"<p>{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}</p>", encoding="utf-8")
    with pytest.raises(GateRefusal):
        gate.check(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        '<script src="https://cdn.example.org/x.js"></script>',
        "<style>@import url(//fonts.example.org/a.css)</style>",
        "<p>/home/somebody/data/list.xlsx</p>",
    ],
)
def test_foreign_hosts_and_local_paths_are_refused(gate: Gate, tmp_path: Path, line: str) -> None:
    (tmp_path / "page.html").write_text(line, encoding="utf-8")
    with pytest.raises(GateRefusal):
        gate.check(tmp_path)


def test_a_file_the_gate_cannot_read_is_refused(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(b"PK")
    with pytest.raises(GateRefusal, match="cannot read"):
        gate.check(tmp_path)


def test_ordinary_figures_and_names_of_units_pass(gate: Gate, tmp_path: Path) -> None:
    text = "<p>Thị trấn Quang Minh: 293.500 người; 40,26 %; 16/01/2024; 1.234,5 tỷ đồng; Văn bản số 61/UBND-KSTTHC.</p>"
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    gate.check(tmp_path)


def test_a_refused_site_leaves_the_old_one_standing(published: Workspace, somebody: dict[str, str], tmp_path: Path) -> None:
    workspace = Workspace(shutil.copytree(published.root, tmp_path / "workspace"))
    campaign = workspace.campaign()
    before = (workspace.output(campaign) / "index.html").read_bytes()
    page = workspace.runs(campaign, campaign.as_of) / "city" / "city_overview.ipynb"
    page.write_text(page.read_text(encoding="utf-8").replace("Hà Nội: ", somebody["full_name"] + ": ", 1), encoding="utf-8")
    with pytest.raises(GateRefusal):
        publish(workspace, campaign, renderer="embedded")
    assert (workspace.output(campaign) / "index.html").read_bytes() == before


def test_another_audience_cannot_overwrite_a_site(published: Workspace, campaign: Campaign) -> None:
    internal = campaign.model_copy(update={"audience": "internal"})
    with pytest.raises(UserError, match=r"site\.output"):
        publish(published, internal, renderer="embedded")
    marker = json.loads((published.output(campaign) / "site.json").read_text(encoding="utf-8"))
    assert marker["audience"] == "public"
