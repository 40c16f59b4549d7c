"""Reading the demo city's workbooks, beside pandas and polars on the same files; the whole city; and how much memory one huge list takes.

    uv run --with polars --with fastexcel python -m tests.benchmarks.intake --workspace .
    uv run python -m tests.benchmarks.intake --huge

Ours finds the table, reads every value into its canonical form, mends, quarantines and writes Parquet; the others only read cells.
Each way runs in a process of its own on one core; `ansinh intake` with all lists uses as many processes as cores and links them too.
Seconds are those of the clock; processor seconds do not depend on what else the machine does. Peak memory is the process's own, libraries
and all, for several processes the largest one's.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ansinh.campaign import Workspace
from ansinh.intake.files import Job, read_file

ROOT = Path(__file__).parents[2]


def ours(files: list[Path]) -> int:
    """Read the lists into canonical rows; returns the rows read."""
    campaign = Workspace(ROOT).campaign()
    rows = 0
    with tempfile.TemporaryDirectory() as cache:
        for path in files:
            load, _ = read_file(Job(ROOT, campaign, "beneficiaries", path, f"danh-sach/{path.name}", Path(cache), True))
            rows += load.rows_read
    return rows


def pandas_openpyxl(files: list[Path]) -> int:
    """Read cells with pandas and openpyxl, its default."""
    import pandas as pd

    return sum(len(frame) for path in files for frame in pd.read_excel(path, sheet_name=None, header=None).values())


def pandas_calamine(files: list[Path]) -> int:
    """Read cells with pandas and calamine."""
    import pandas as pd

    return sum(len(frame) for path in files for frame in pd.read_excel(path, sheet_name=None, header=None, engine="calamine").values())


def polars(files: list[Path]) -> int:
    """Read cells with polars and fastexcel."""
    import polars as pl

    return sum(len(frame) for path in files for frame in pl.read_excel(path, sheet_id=0, has_header=False).values())


def whole_city(files: list[Path]) -> int:
    """Load all lists of the workspace `files[0]` into a store of its own, with one process a core; returns the rows read."""
    from ansinh.intake import load

    source = Workspace(files[0])
    with tempfile.TemporaryDirectory() as folder:
        for name in ("params", "_quarto.yml"):
            (Path(folder) / name).symlink_to(source.root / name)
        place = Workspace(Path(folder))
        campaign = place.campaign()
        place.sources(campaign).parent.mkdir(parents=True)
        place.sources(campaign).symlink_to(source.sources(campaign))
        return load(place, campaign, jobs=os.cpu_count() or 1).rows_read


WAYS = {"whole city": whole_city, "ours": ours, "pandas, calamine": pandas_calamine, "polars": polars, "pandas, openpyxl": pandas_openpyxl}


def measure(way: str, files: list[Path]) -> dict[str, float]:
    """Run one way in a process of its own; returns rows, seconds and peak memory in MB."""
    command = [sys.executable, "-m", "tests.benchmarks.intake", "--run", way, "--files", *map(str, files)]
    environment = os.environ | {"POLARS_MAX_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    return dict(json.loads(done.stdout.splitlines()[-1])) if done.returncode == 0 else {}


def huge(folder: Path) -> dict[str, Path]:
    """Write a CSV of about 200 MB and a workbook of 1,000,000 rows."""
    import xlsxwriter

    head = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Xã/Phường", "Mức trợ cấp", "Số điện thoại", "Ghi chú"]

    def row(number: int) -> list[str]:
        born = f"{number % 28 + 1:02}/{number % 12 + 1:02}/{1930 + number % 60}"
        person = [str(number), f"Nguyễn Thị {chr(65 + number % 26)}{chr(97 + number // 26 % 26)}", born, "Nữ", f"0011{number:08}"]
        return [*person, "Phường Phúc Xá", "660.000", f"09{number % 10**8:08}", "Không có ghi chú nào thêm cho dòng này cả"]

    text, book_path = folder / "001-ba-dinh.csv", folder / "001-ba-dinh.xlsx"
    with text.open("w", encoding="utf-8") as file:
        file.write(",".join(head) + "\n")
        number = 0
        while file.tell() < 200 * 1024**2:
            number += 1
            file.write(",".join(row(number)) + "\n")
    book = xlsxwriter.Workbook(str(book_path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, head)
    for number in range(1, 1_000_001):
        sheet.write_row(number, 0, row(number))
    book.close()
    return {"200 MB CSV": text, "1,000,000-row workbook": book_path}


def main() -> None:
    """Print one row per way."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workspace", type=Path, default=Path("."))
    parser.add_argument("--huge", action="store_true")
    parser.add_argument("--run")
    parser.add_argument("--files", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    if given.run:
        start = time.perf_counter()
        rows = WAYS[given.run](given.files)
        seconds = time.perf_counter() - start
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        told = {
            "rows": rows,
            "seconds": round(seconds, 1),
            "processor": round(sum(found.ru_utime + found.ru_stime for found in used), 1),
            "peak_mb": round(max(found.ru_maxrss for found in used) / 1024),
        }
        print(json.dumps(told))
        return
    print(
        "| what | way | rows | seconds | processor seconds | rows a processor second | peak MB |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    with tempfile.TemporaryDirectory() as folder:
        if given.huge:
            cases = [(name, "ours", [path]) for name, path in huge(Path(folder)).items()]
        else:
            place = Workspace.find(given.workspace)
            books = sorted((place.sources(place.campaign()) / "danh-sach").glob("*.xlsx"))
            cases = [(f"{len(books)} workbooks", way, books) for way in WAYS if way != "whole city"]
            cases.insert(0, ("all lists", "whole city", [place.root]))
        for name, way, files in cases:
            told = measure(way, files)
            cells = [told.get("rows", "not installed"), *(told.get(key, "") for key in ("seconds", "processor"))]
            cells += [round(told["rows"] / told["processor"]) if told else "", told.get("peak_mb", "")]
            named = "ansinh intake, all processors" if way == "whole city" else way
            print("| " + " | ".join(map(str, [name, named, *cells])) + " |", flush=True)


if __name__ == "__main__":
    main()
