"""What an auditor does by hand: finds calls, mistypes, drills from a figure to its SQL and records, reveals for a reason, asks SQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from ansinh import access
from ansinh.audit import AREAS, Audit, guide, open_audit
from ansinh.audit.analysis import columns, views
from ansinh.audit.figure import BEHIND
from ansinh.audit.helping import calls_of
from ansinh.audit.records import RESTRICTED
from ansinh.campaign import Campaign, Workspace
from ansinh.errors import EngineError, UnknownUnit, UserError
from ansinh.show import Shown

UNIT = "277"


@pytest.fixture(scope="module")
def at_hand(city: Workspace, campaign: Campaign) -> Audit:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANSINH_WORKSPACE", str(city.root))
        return open_audit(campaign.name, UNIT, campaign.as_of.isoformat())


@pytest.fixture
def logged(at_hand: Audit) -> list[dict[str, object]]:
    """The access log's entries before the test; the small city is shared, so tests look at what came after."""
    return list(access.entries(at_hand._scope.workspace, at_hand._scope.campaign))


def new_entries(audit: Audit, before: list[dict[str, object]]) -> list[dict[str, object]]:
    return list(access.entries(audit._scope.workspace, audit._scope.campaign))[len(before) :]


# Finding one's way


def test_the_help_page_has_a_sentence_for_every_area_and_call() -> None:
    rows = guide().rows()
    assert len(rows) > 40
    assert [call for call, sentence in rows if not sentence.endswith((".", "!"))] == []
    assert {name for name, _ in rows if name.count(".") == 1 and "(" not in name} == {f"audit.{area}" for area in AREAS}


def test_tab_offers_areas_and_calls_and_nothing_else(at_hand: Audit) -> None:
    shell = InteractiveShell()
    shell.user_ns["audit"] = at_hand
    with provisionalcompleter():
        found = {item.text for item in shell.Completer.completions("audit.coverage.by_", len("audit.coverage.by_"))}
    assert {"by_row", "by_group", "by_bank"} <= {name.lstrip(".").split(".")[-1] for name in found}
    assert dir(at_hand) == sorted([*AREAS, "subject", "check", "sql", "help", "unit"])
    assert "release" not in dir(at_hand.coverage)


def test_everything_shows_itself_in_a_notebook_and_in_a_terminal(at_hand: Audit) -> None:
    shell = InteractiveShell()
    for thing in (at_hand, at_hand.coverage, at_hand.help(), at_hand.check("V05"), at_hand.check("C03").records(1)):
        shown, _ = shell.display_formatter.format(thing)
        assert "<" in shown["text/html"]
        assert "object at 0x" not in shown["text/plain"]


@pytest.mark.parametrize(
    ("area", "name", "said"),
    [
        ("coverage", "by_comune", "audit.coverage has no 'by_comune'. Did you mean 'by_commune'? It is called 'by_row' here."),
        ("coverage", "by_grup", "Did you mean 'by_group'?"),
        ("cleanliness", "by_chek", "Did you mean 'by_check'?"),
        ("payment", "xyz", "There are: amounts, answer"),
    ],
)
def test_a_mistyped_call_is_answered_with_the_near_one(at_hand: Audit, area: str, name: str, said: str) -> None:
    with pytest.raises(AttributeError) as error:
        getattr(getattr(at_hand, area), name)
    assert said in str(error.value)


def test_a_mistyped_area_or_check_is_answered_with_the_near_one(at_hand: Audit) -> None:
    with pytest.raises(AttributeError, match=r"audit has no 'coverag'\. Did you mean 'coverage'\?"):
        _ = at_hand.coverag  # type: ignore[attr-defined]
    with pytest.raises(UserError, match=r"There is no check 'v7'\. Did you mean 'V07'\?"):
        at_hand.check("v7")


@pytest.mark.parametrize(
    ("said", "answer"),
    [("Long Bien", "'004' (Quận Long Biên)"), ("Quận Long Biên", "'004'"), ("4", "'004'"), ("Lng Bien", "'004'"), ("zzz", "such as '001'")],
)
def test_a_unit_said_by_name_or_without_its_zeros_is_answered_with_its_code(
    city: Workspace, monkeypatch: pytest.MonkeyPatch, said: str, answer: str
) -> None:
    monkeypatch.setenv("ANSINH_WORKSPACE", str(city.root))
    with pytest.raises(UnknownUnit) as error:
        open_audit("hanoi-tet-2024", said, "2024-01-14")
    assert answer in str(error.value)


# From a figure to its SQL and its records


def test_every_figure_knows_the_sql_it_is_counted_with(at_hand: Audit) -> None:
    for name, area in AREAS.items():
        for call in dir(getattr(at_hand, name)):
            if call in ("map", "by_day") or getattr(area, call).__annotations__["return"] != "Shown":
                continue
            figure = getattr(getattr(at_hand, name), call)(*(["validity"] if call == "catalogue" else []))
            assert isinstance(figure, Shown)
            counted = name not in ("method", "sources", "directive", "sampling")
            assert ("FROM" in figure.sql) or not counted, (name, call)
            assert "withheld" not in figure.sql


def test_asking_a_figure_for_its_sql_leaves_what_it_shows_as_it_was(at_hand: Audit) -> None:
    figure = at_hand.coverage.by_row()
    before = figure.html
    _ = figure.sql
    assert at_hand.coverage.by_row().html == before


LEAD_TO_NOBODY = {
    "cleanliness.by_check": "rows of records; each check leads to its own",
    "cleanliness.by_who": "findings",
    "coverage.by_day": "days",
    "coverage.by_hours": "hours",
    "coverage.by_owner": "owners are no column",
    "payment.by_bank": "accounts that were paid",
}
"""Figures by_… that lead to no records, and what their rows are."""


def test_every_figure_by_something_leads_to_its_records_or_is_known_not_to() -> None:
    every = {f"{name}.{call}" for name, area in AREAS.items() for call in calls_of(area) if call.startswith("by_")}
    assert every - BEHIND.keys() == LEAD_TO_NOBODY.keys(), "say in BEHIND (lib/ansinh/audit/figure.py) whom a figure counts"


@pytest.mark.parametrize("name", sorted(BEHIND.keys() - {"coverage.map"}))
def test_the_records_of_a_figure_are_as_many_as_the_persons_it_counts(at_hand: Audit, name: str) -> None:
    area, call = name.split(".")
    figure = getattr(getattr(at_hand, area), call)()
    behind = BEHIND[name]
    for of in behind.conditions:
        records = figure.records(of, limit=100_000)
        persons = at_hand._scope.query(
            f"SELECT count(*) AS n FROM persons WHERE {at_hand._scope.where} AND ({behind.conditions[of]})", "the persons"
        )
        assert records.frame["person_id"].nunique() == int(persons["n"].iloc[0]), of


def test_the_records_of_an_age_band_are_those_of_that_age(at_hand: Audit) -> None:
    of_eighty = at_hand.coverage.by_age().records("persons", "3", limit=100_000)
    older = at_hand._scope.query(f"SELECT count(*) AS n FROM persons WHERE {at_hand._scope.where} AND age BETWEEN 80 AND 120", "the old")
    assert of_eighty.frame["person_id"].nunique() == int(older["n"].iloc[0]) > 0


def test_records_can_be_asked_for_one_row_and_for_those_without(at_hand: Audit) -> None:
    figure = at_hand.coverage.by_row()
    every = figure.records("not usable", limit=10_000)
    commune = every["commune"].iloc[0]
    one = figure.records("not usable", commune, limit=10_000)
    assert 0 < len(one) <= len(every)
    assert set(one["commune"]) == {commune}


@pytest.mark.parametrize(
    ("of", "row", "said"),
    [("remaning", "", "Did you mean 'remaining'"), ("remaining", "99999", "no row '99999'"), ("x' OR 1=1", "", "no count")],
)
def test_a_count_or_row_the_figure_does_not_have_is_answered(at_hand: Audit, of: str, row: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        at_hand.coverage.by_row().records(of, row)


def test_a_figure_that_counts_no_persons_says_where_to_look(at_hand: Audit) -> None:
    with pytest.raises(UserError, match=r"audit.sources.reconciliation\(\) leads to no records"):
        at_hand.sources.reconciliation().records()


# Persons, masked and revealed


def test_records_are_masked_and_marked(at_hand: Audit, logged: list[dict[str, object]]) -> None:
    records = at_hand.coverage.by_row().records(limit=5)
    data, metadata = records._repr_mimebundle_()
    assert data[RESTRICTED] == metadata[RESTRICTED] == {"kind": "masked"}
    assert not {"full_name", "number", "phone", "address", "birth_text"} & set(records.frame.columns)
    assert new_entries(at_hand, logged) == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_nobody_is_revealed_without_a_reason(at_hand: Audit, logged: list[dict[str, object]], reason: str) -> None:
    with pytest.raises(UserError, match="say why"):
        at_hand.check("C03").records(reveal=True, reason=reason)
    assert new_entries(at_hand, logged) == []


def test_revealing_is_logged_and_marked(at_hand: Audit, logged: list[dict[str, object]]) -> None:
    records = at_hand.check("C03").records(3, reveal=True, reason="phúc tra đơn khiếu nại")
    data, _ = records._repr_mimebundle_()
    assert data[RESTRICTED] == {"kind": "revealed"}
    assert records["full_name"].notna().all()
    [entry] = new_entries(at_hand, logged)
    assert (entry["action"], entry["unit"], entry["rows"], entry["reason"]) == ("reveal check C03", UNIT, 3, "phúc tra đơn khiếu nại")


@pytest.mark.parametrize("table", ["beneficiaries", "accounts", "payments"])
def test_checks_of_every_table_have_records(at_hand: Audit, table: str) -> None:
    found = at_hand._scope.query(f"SELECT DISTINCT check_id FROM findings WHERE \"table\" = '{table}' AND {at_hand._scope.where}", "ids")
    for id in found["check_id"]:
        masked = at_hand.check(id).records(2)
        assert len(masked) > 0
        assert not {"full_name", "number", "account_number", "holder_name"} & set(masked.frame.columns)


# Free analysis


def test_a_question_of_ones_own_is_answered_over_the_audits_place_only(at_hand: Audit) -> None:
    answer = at_hand.sql("SELECT DISTINCT unit FROM persons")
    assert answer["unit"].tolist() == [UNIT]
    assert answer._repr_mimebundle_()[0][RESTRICTED] == {"kind": "analysis"}


def test_a_figures_own_sql_can_be_asked_again(at_hand: Audit) -> None:
    total = at_hand.coverage.answer().sql.rstrip(";")
    assert int(at_hand.sql(total)["persons"].iloc[0]) == int(at_hand.sql("SELECT count(*) AS n FROM persons")["n"].iloc[0])


def test_no_view_has_a_personal_column() -> None:
    for table in views():
        assert not {column.name for column in table.columns if column.personal} & {name for name, _, _ in columns(table)}


def test_asking_for_a_personal_column_says_where_persons_are_shown(at_hand: Audit) -> None:
    with pytest.raises(UserError, match=r"Personal columns are left out of the views: full_name.*reveal=True"):
        at_hand.sql("SELECT full_name FROM beneficiaries")


def test_a_long_answer_is_cut_and_says_so(at_hand: Audit) -> None:
    answer = at_hand.sql("SELECT * FROM persons", limit=3)
    assert (len(answer), answer.total > 3) == (3, True)
    assert repr(answer).endswith("không đưa lên trang.")


ATTACKS = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM read_parquet('{store}/beneficiaries/unit=277/part.parquet')",
    "SELECT * FROM '{store}/beneficiaries/unit=277/part.parquet'",
    "SELECT * FROM parquet_metadata('{store}/beneficiaries/unit=277/part.parquet')",
    "COPY persons TO '{out}'",
    "COPY (SELECT 1) TO '{out}' (FORMAT csv)",
    "EXPORT DATABASE '{out}'",
    "ATTACH '{out}' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET memory_limit = '64GB'",
    "RESET lock_configuration",
    "PRAGMA database_list",
    "PRAGMA enable_external_access = true",
    "CALL pragma_database_size()",
    "CREATE TABLE mine AS SELECT 1",
    "CREATE MACRO mine() AS 1",
    "CREATE SECRET s (TYPE s3)",
    "INSERT INTO persons SELECT * FROM persons",
    "UPDATE persons SET unit = 'x'",
    "DELETE FROM persons",
    "DROP TABLE persons",
    "SELECT 1; SELECT 2",
    "SELECT 1) TO '{out}' --",
    "SELECT * FROM query('COPY persons TO ''{out}''')",
    "SELECT getenv('HOME')",
    "EXPLAIN ANALYZE SELECT 1",
    "SELECT * FROM scope",
    "SELECT * FROM self",
    "",
    "SELECT * FROM persons WHERE",
]


@pytest.mark.parametrize("query", ATTACKS)
def test_nothing_but_a_select_over_the_views_is_answered(at_hand: Audit, tmp_path: Path, query: str) -> None:
    out = tmp_path / "out"
    folder = at_hand._scope.workspace.store(at_hand._scope.campaign, at_hand._scope.campaign.as_of)
    with pytest.raises(UserError):
        at_hand.sql(query.format(out=out, store=folder))
    assert not out.exists()
    assert int(at_hand.sql("SELECT count(*) AS n FROM persons")["n"].iloc[0]) > 0


def test_an_engine_error_that_could_quote_a_value_is_told_by_its_kind_only(at_hand: Audit) -> None:
    with pytest.raises(EngineError) as error:
        at_hand.sql("SELECT CAST(commune_text AS INTEGER) FROM beneficiaries")
    assert (
        str(error.value)
        == "The engine could not run the query of audit.sql: a value cannot be turned into the type asked for; TRY_CAST gives null there."
    )


def test_a_communes_analysis_holds_that_commune_alone(city: Workspace, campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSINH_WORKSPACE", str(city.root))
    commune = city.register(campaign).children(UNIT)[0].code
    audit = open_audit(campaign.name, commune, campaign.as_of.isoformat())
    people = audit.sql("SELECT DISTINCT commune FROM persons")
    assert people["commune"].tolist() == [commune]
    assert int(audit.sql("SELECT count(*) AS n FROM payments WHERE person_id NOT IN (SELECT person_id FROM persons)")["n"].iloc[0]) == 0
