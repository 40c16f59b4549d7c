"""Declared record linkage: a model written down as data, run by Splink on DuckDB, each pair with its reasons.

The theory is Fellegi and Sunter's (JASA 64, 1969): an agreement that true pairs show with probability m and random pairs with
probability u adds log2(m/u) to the match weight. Here m is declared with the model, u is counted on a fixed sample of the
very data, and where a level names a frequency column, u is the frequency of the agreeing value itself: a common name adds
little. Nothing is drawn at random (the sample is by hash), so the same table gives the same bytes.
"""

from __future__ import annotations

import logging
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pyarrow as pa

from ansinh.errors import EngineError
from ansinh.store import BATCH

# Splink is loaded where it links: notebooks and the command read the catalogue of checks and never link.
if TYPE_CHECKING:
    from splink import SettingsCreator
    from splink.internals.comparison_creator import ComparisonCreator
    from splink.internals.comparison_level_creator import ComparisonLevelCreator

SAMPLE = 1_000
"""Records of the fixed sample; all their pairs (half a million) are compared for u."""

PRIOR_PAIRS = 1_000
"""How many counted pairs a level's expected u is worth."""

PORTION = 2_000_000
"""Records whose pairs are compared at a time, each with all others: what is compared grows faster than the records."""

SMALLEST_U = 2e-7
"""No agreement is taken as rarer than this among random pairs: a tenth of a pair in the sample."""

SMALLEST_FREQUENCY = 1e-6
"""No agreeing value is taken as rarer than this: a value nobody else has may be a slip that two lists share."""


@dataclass(frozen=True)
class Level:
    """One degree of agreement: its SQL condition over `column_l` and `column_r`, what an auditor reads, and m.

    `frequency` names the column whose value's frequency stands for u; `weight` (0 to 1) how far it does. `u` is what to expect
    before counting, worth PRIOR_PAIRS pairs: it decides where hardly any pair of the sample has the trait.
    """

    condition: str
    label: str
    m: float
    frequency: str = ""
    weight: float = 1.0
    u: float = 0.0


@dataclass(frozen=True)
class Comparison:
    """The degrees of agreement of one trait, best first; the last has the condition "ELSE"; `missing` is when it says nothing."""

    name: str
    missing: str
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Model:
    """A whole model: its comparisons, the rules (SQL over l and r) by which pairs are looked at, the share of records with a twin."""

    comparisons: tuple[Comparison, ...]
    blocking: tuple[str, ...]
    expected_share: float


@dataclass(frozen=True)
class Links:
    """What a run found.

    pairs     id_l, id_r (id_l < id_r), match_weight (log2 odds), probability, and per comparison its level `gamma_<name>`.
    clusters  cluster (the lowest id in it), id: connected pairs at the threshold; only clusters of two and more.
    weights   comparison, label, m, u, weight: the model as it was used.
    """

    pairs: pd.DataFrame
    clusters: pd.DataFrame
    weights: pd.DataFrame


def link(con: duckdb.DuckDBPyConnection, table: str, model: Model, threshold: float) -> Links:
    """Find pairs of records of `table` (unique text column `unique_id`) that are one entity with probability ≥ `threshold`.

    Leaves nothing behind in `con`. Raises EngineError, which quotes no value.
    """
    try:
        return _link(con, table, model, threshold)
    except duckdb.Error as error:
        raise EngineError(f"The engine could not link {table} ({type(error).__name__}).") from None


def _link(con: duckdb.DuckDBPyConnection, table: str, model: Model, threshold: float) -> Links:
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    records = con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
    if records < 2:
        return _nothing(model)
    chances = estimate_u(con, table, model)
    with _beside(con, records) as own:
        own.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
        own.register("given", con.sql(f"SELECT * FROM {table} ORDER BY unique_id").to_arrow_reader(BATCH))
        own.execute("CREATE TABLE records AS SELECT * FROM given")
        own.unregister("given")
        splink = DuckDBAPI(own)
        linker = Linker(splink.register("records"), _settings(model, chances, records), log_level=logging.ERROR)
        for column in sorted({level.frequency for comparison in model.comparisons for level in comparison.levels if level.frequency}):
            linker.table_management.register_term_frequency_lookup(splink.register(_frequencies(own, column, records)), column)
        predicted = linker.inference.predict(
            threshold_match_probability=threshold, num_chunks_left=math.ceil(records / PORTION), num_chunks_right=1, warning_mode="never"
        )
        gammas = ", ".join(f"gamma_{comparison.name}" for comparison in model.comparisons)
        pairs = own.execute(
            f"""SELECT least(unique_id_l, unique_id_r) AS id_l, greatest(unique_id_l, unique_id_r) AS id_r,
                round(match_weight, 3) AS match_weight, round(match_probability, 6) AS probability, {gammas}
            FROM {predicted.physical_name} ORDER BY match_weight DESC, id_l, id_r"""
        ).df()
    return Links(pairs, cluster(pairs), _weights(model, chances))


@contextmanager
def _beside(con: duckdb.DuckDBPyConnection, records: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database of Splink's own beside the store's, with the same limits, so that nothing of it stays behind.

    One in memory writes what does not fit again each time it has been read; so the records of a country lie in a file of the same restricted folder.
    """
    limits = _limits(con)
    if records <= PORTION or not limits["temp_directory"]:
        with duckdb.connect(":memory:", config=limits) as own:
            yield own
        return
    Path(str(limits["temp_directory"])).mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=str(limits["temp_directory"])) as folder,
        duckdb.connect(Path(folder) / "link", config=limits) as own,
    ):
        yield own


def _frequencies(own: duckdb.DuckDBPyConnection, column: str, records: int) -> pa.Table:
    """Return how frequent each value is among the others: the pair itself says nothing about coincidence (Jeffreys' half for none)."""
    return own.sql(
        f"""SELECT "{column}", (greatest(count(*) - 2, 0) + 0.5) / {records} AS "tf_{column}"
        FROM records WHERE "{column}" IS NOT NULL GROUP BY 1 ORDER BY 1"""
    ).to_arrow_table()


def _limits(con: duckdb.DuckDBPyConnection) -> dict[str, str | bool | int | float | list[str]]:
    """Return the limits of a connection for one beside it: what does not fit is spilled to the same restricted folder."""
    found = con.execute("SELECT current_setting('threads'), current_setting('memory_limit'), current_setting('temp_directory')").fetchall()[
        0
    ]
    return {"threads": int(found[0]), "memory_limit": str(found[1]).replace(" ", ""), "temp_directory": str(found[2])}


def _nothing(model: Model) -> Links:
    gammas = {f"gamma_{comparison.name}": pd.Series(dtype="int64") for comparison in model.comparisons}
    text, number = pd.Series(dtype="str"), pd.Series(dtype="float64")
    pairs = pd.DataFrame({"id_l": text, "id_r": text, "match_weight": number, "probability": number, **gammas})
    return Links(pairs, cluster(pairs), pd.DataFrame(columns=["comparison", "label", "m", "u", "weight"]))


def estimate_u(con: duckdb.DuckDBPyConnection, table: str, model: Model) -> dict[str, list[float]]:
    """Return for each comparison the probability of each level among random pairs, counted on the fixed sample."""
    columns = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]
    both = ", ".join(f'l."{column}" AS "{column}_l", r."{column}" AS "{column}_r"' for column in columns)
    cases = ", ".join(f"{_case(comparison)} AS {comparison.name}" for comparison in model.comparisons)
    counts = ", ".join(
        f"count(*) FILTER ({comparison.name} = {place})" for comparison in model.comparisons for place in range(len(comparison.levels))
    )
    found = con.execute(
        f"""WITH sample AS MATERIALIZED (SELECT * FROM {table} ORDER BY md5(unique_id), unique_id LIMIT {SAMPLE}),
        paired AS (SELECT {both} FROM sample l JOIN sample r ON l.unique_id < r.unique_id),
        judged AS (SELECT {cases} FROM paired)
        SELECT {counts} FROM judged"""
    ).fetchall()[0]
    numbers: Iterator[int] = iter(found)
    return {comparison.name: _shares(comparison, [next(numbers) for _ in comparison.levels]) for comparison in model.comparisons}


def _case(comparison: Comparison) -> str:
    whens = " ".join(f"WHEN {level.condition} THEN {place}" for place, level in enumerate(comparison.levels[:-1]))
    return f"CASE WHEN {comparison.missing} THEN NULL {whens} ELSE {len(comparison.levels) - 1} END"


def _shares(comparison: Comparison, counts: list[int]) -> list[float]:
    total = sum(counts) + PRIOR_PAIRS
    agreeing = [
        max((count + PRIOR_PAIRS * level.u) / total, SMALLEST_U) for count, level in zip(counts[:-1], comparison.levels[:-1], strict=True)
    ]
    return [*agreeing, max(1 - sum(agreeing), SMALLEST_U)]


def _settings(model: Model, chances: dict[str, list[float]], records: int) -> SettingsCreator:
    from splink import SettingsCreator
    from splink import comparison_level_library as levels
    from splink import comparison_library as comparisons

    compared: list[ComparisonCreator | dict[str, Any]] = []
    for comparison in model.comparisons:
        sum_m = sum(level.m for level in comparison.levels)
        made: list[ComparisonLevelCreator | dict[str, Any]] = [
            levels.CustomLevel(comparison.missing, "missing").configure(is_null_level=True)
        ]
        made += [_level(level, level.m / sum_m, u) for level, u in zip(comparison.levels, chances[comparison.name], strict=True)]
        compared.append(comparisons.CustomComparison(made, output_column_name=comparison.name))
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=compared,
        blocking_rules_to_generate_predictions=[{"blocking_rule": rule} for rule in model.blocking],
        probability_two_random_records_match=min(0.5, 2 * model.expected_share / records),
        retain_matching_columns=True,
    )


def _level(level: Level, m: float, u: float) -> ComparisonLevelCreator:
    from splink import comparison_level_library as levels

    created = levels.ElseLevel() if level.condition == "ELSE" else levels.CustomLevel(level.condition, level.label)
    if not level.frequency:
        return created.configure(m_probability=m, u_probability=u)
    return created.configure(
        m_probability=m,
        u_probability=u,
        tf_adjustment_column=level.frequency,
        tf_adjustment_weight=level.weight,
        tf_minimum_u_value=SMALLEST_FREQUENCY,
        disable_tf_exact_match_detection=True,
    )


def _weights(model: Model, chances: dict[str, list[float]]) -> pd.DataFrame:
    rows = []
    for comparison in model.comparisons:
        sum_m = sum(level.m for level in comparison.levels)
        for level, u in zip(comparison.levels, chances[comparison.name], strict=True):
            m = level.m / sum_m
            rows.append((comparison.name, level.label, round(m, 6), float(f"{u:.3g}"), round(math.log2(m / u), 2)))
    return pd.DataFrame(rows, columns=["comparison", "label", "m", "u", "weight"])


def cluster(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the connected components of `pairs` (id_l, id_r): cluster (its lowest id) and id, both text, sorted."""
    leader: dict[str, str] = {}

    def find(node: str) -> str:
        while leader.setdefault(node, node) != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for left, right in zip(pairs["id_l"], pairs["id_r"], strict=True):
        first, second = sorted((find(left), find(right)))
        leader[second] = first
    found = sorted((find(node), node) for node in leader)
    return pd.DataFrame({"cluster": [row[0] for row in found], "id": [row[1] for row in found]}, dtype="str")


def level_of(comparison: Comparison, gamma: int) -> Level | None:
    """Return the level that Splink numbers `gamma` (highest is best), or None where the trait says nothing."""
    return None if gamma < 0 else comparison.levels[len(comparison.levels) - 1 - gamma]
