"""The store: whole files, fixed bytes, and an engine whose errors quote nobody."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ansinh import store
from ansinh.errors import EngineError, NotReady


def persons(*ids: str) -> pd.DataFrame:
    return pd.DataFrame({"person_id": list(ids), "unit": "001", "clean": True})


def test_rows_written_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    first = store.write(tmp_path / "a", store.PERSONS, persons("1", "2", "3"), "001").read_bytes()
    second = store.write(tmp_path / "b", store.PERSONS, persons("3", "1", "2"), "001").read_bytes()
    assert first == second


def test_writing_again_replaces_the_units_rows_and_leaves_the_others(tmp_path: Path) -> None:
    store.write(tmp_path, store.PERSONS, persons("1", "2"), "001")
    store.write(tmp_path, store.PERSONS, persons("3"), "002")
    store.write(tmp_path, store.PERSONS, persons("9"), "001")
    con = store.connect(tmp_path)
    assert store.query(con, "SELECT person_id FROM persons ORDER BY 1").person_id.tolist() == ["3", "9"]


def test_a_units_view_reads_only_that_units_file(tmp_path: Path) -> None:
    store.write(tmp_path, store.PERSONS, persons("1"), "001")
    store.write(tmp_path, store.PERSONS, persons("2"), "002")
    con = store.connect(tmp_path, units=["002"])
    assert store.query(con, "SELECT person_id FROM persons").person_id.tolist() == ["2"]


def test_a_table_nobody_has_written_is_an_empty_view_with_its_columns(tmp_path: Path) -> None:
    con = store.connect(tmp_path)
    for table in store.TABLES.values():
        assert list(store.query(con, f'SELECT * FROM "{table.name}"').columns) == list(table.names)


def test_a_column_that_an_earlier_version_did_not_write_is_null(tmp_path: Path) -> None:
    path = store.write(tmp_path, store.PERSONS, persons("1"), "001")
    pq.write_table(pq.read_table(path).drop_columns(["account_trouble"]), path)
    con = store.connect(tmp_path)
    assert list(store.query(con, "SELECT * FROM persons").columns) == list(store.PERSONS.names)
    assert store.query(con, "SELECT account_trouble FROM persons").account_trouble.isna().all()


def test_a_store_that_does_not_exist_says_what_to_run_first(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="ansinh intake"):
        store.connect(tmp_path / "2024-01-14")


def test_an_engine_error_never_quotes_the_value_it_failed_on(tmp_path: Path) -> None:
    store.write(tmp_path, store.PERSONS, persons("secret-001045012345"), "001")
    con = store.connect(tmp_path)
    with pytest.raises(EngineError) as refused:
        store.query(con, "SELECT CAST(person_id AS INTEGER) FROM persons", what="a test")
    assert "001045012345" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_column_that_does_not_fit_is_named_without_its_values(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"persons\.age"):
        store.write(tmp_path, store.PERSONS, pd.DataFrame({"age": ["001045012345x"]}), "001")


@pytest.mark.parametrize("unit", ["../001", "", "a b", "001/002"])
def test_a_unit_that_is_no_plain_code_never_becomes_a_path(tmp_path: Path, unit: str) -> None:
    with pytest.raises(EngineError):
        store.write(tmp_path, store.PERSONS, persons("1"), unit)


def test_no_half_written_file_is_left_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        store.write(tmp_path, store.PERSONS, pd.DataFrame({"nonsense": [1]}), "001")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
