"""The whole country's 705 districts on this machine: seconds, peak memory, and what a second run costs that changes nothing.

    python -m tests.benchmarks.batch_country --workspace . --jobs 2

Needs the demo city's judged store (`ansinh build`). Its districts' shares are laid out again under the codes of the country's 705 districts,
in a temporary workspace: the files are as large as a real city's, only the people repeat.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ansinh import store
from ansinh.campaign import Workspace
from tests.benchmarks.batch import Watch

NAME = "country"


def lay(source: Workspace, target: Workspace, units: int | None) -> list[str]:
    """Write the country's campaign and a store for its 705 districts, or for the first of them; returns their codes."""
    for name in ("params", "notebooks"):
        shutil.copytree(source.root / name, target.root / name)
    shutil.copy(source.root / "_quarto.yml", target.root)
    text = source.campaign_file("hanoi-tet-2024").read_text(encoding="utf-8")
    text = (
        re.sub(r"^name: .*$", f"name: {NAME}", text, flags=re.MULTILINE)
        .replace('root: "01"', 'root: ""')
        .replace("place: Hà Nội", "place: Cả nước")
    )
    (target.params / "campaigns" / f"{NAME}.yml").write_text(text, encoding="utf-8")
    city, country = source.campaign(), target.campaign(NAME)
    given = source.store(city, city.as_of)
    models = [unit.code for unit in source.units(city)]
    laid = target.units(country)[:units]
    for at, unit in enumerate(laid):
        for table in store.TABLES.values():
            path = store.part(given, table, models[at % len(models)])
            if path.is_file():
                rows = pq.read_table(path)
                column = rows.schema.get_field_index("unit")
                rows = rows.set_column(
                    column, rows.schema.field(column), pa.array([unit.code] * rows.num_rows, rows.schema.field(column).type)
                )
                place = store.part(target.store(country, country.as_of), table, unit.code)
                place.parent.mkdir(parents=True, exist_ok=True)
                pq.write_table(rows, place, compression="zstd")
    return [unit.code for unit in laid]


def timed(workspace: Workspace, *arguments: str) -> tuple[float, float, int]:
    """Run `ansinh run` in the workspace; returns wall seconds, CPU seconds and the peak MB of the whole tree of processes."""
    watch, start = Watch(), time.perf_counter()
    command = [str(Path(sys.executable).with_name("ansinh")), "run", NAME, *arguments]
    subprocess.run(command, check=True, capture_output=True, cwd=workspace.root)
    return time.perf_counter() - start, *watch.stop()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workspace", type=Path, default=Path())
    parser.add_argument("--jobs", default="0")
    parser.add_argument("--units", type=int, help="Only the first so many districts: to see that it runs.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        units = lay(Workspace.find(given.workspace), workspace, given.units)
        chosen = [f"--unit={code}" for code in units] if given.units else []
        print("| run | notebooks | seconds | CPU seconds | peak MB of the tree |\n| --- | --- | --- | --- | --- |")
        for words in ("first", "second, nothing changed"):
            seconds, cpu, peak = timed(workspace, f"--jobs={given.jobs}", "--notebook=district_coverage", *chosen)
            print(f"| {words} | {len(units)} | {seconds:.1f} | {cpu:.1f} | {peak} |", flush=True)


if __name__ == "__main__":
    main()
