"""The documented views that checks are written over: one row of a canonical table with everything a predicate may ask.

An auditor opens the same views with `open_views` and runs `Check.sql()` by hand.
"""

from __future__ import annotations

from functools import cache

import duckdb

from ansinh import store
from ansinh.campaign import Campaign, Workspace
from ansinh.checks.check import VIEW_OF
from ansinh.checks.policies import KNOWN_PREFIXES, OLDEST, RULES, amounts
from ansinh.checks.same_person import propose
from ansinh.errors import EngineError
from ansinh.identity import citizen_number, dates
from ansinh.identity.banks import Banks

PERSONAL = frozenset(
    {"age", "age_least", "birth_first", "number_year", "number_sex", "number_filled", "lawful_holders", "person_birth_date"}
)
"""Columns the views add that are as personal as those they are made of (store.Column.personal says it of the others)."""

MEMORY = "1GB"
"""What the engine may hold of the city; the rest it spills."""


def open_views(workspace: Workspace, campaign: Campaign, *, same_person: bool = True) -> duckdb.DuckDBPyConnection:
    """Return a connection with the canonical tables and the judged_* views of the campaign's snapshot.

    `same_person` looks for probable duplicates over the whole city (seconds); without it nobody is a lookalike.
    """
    con = store.connect(workspace.store(campaign, campaign.as_of), memory=MEMORY)
    prepare(con, workspace, campaign, same_person=same_person)
    return con


def prepare(con: duckdb.DuckDBPyConnection, workspace: Workspace, campaign: Campaign, *, same_person: bool = True) -> None:
    """Lay the judged_* views over the canonical tables that `con` has."""
    _lay_references(con)
    _fill_references(con, campaign, Banks.read(workspace.params / "banks.csv"))
    _fill_months(con)
    if same_person:
        clusters = propose(con, campaign).clusters[["record_id", "cluster"]].astype("str")
        con.register("frame", clusters)
        con.execute("INSERT INTO lookalikes SELECT record_id, cluster FROM frame")
        con.unregister("frame")
    _lay_views(con)


def lay_empty(con: duckdb.DuckDBPyConnection) -> None:
    """Lay all views over tables without rows: their columns and types, for what only needs these."""
    for table in store.TABLES.values():
        con.execute(f'CREATE VIEW "{table.name}" AS {store.empty(table)}')
    _lay_references(con)
    _lay_views(con)


@cache
def view_columns(table: str) -> dict[str, str]:
    """Return the columns of the judged view of a canonical table with their types in the engine."""
    with duckdb.connect(":memory:") as con:
        lay_empty(con)
        return {name: type for name, type, *_ in con.execute(f"DESCRIBE {VIEW_OF[table]}").fetchall()}


def _lay_views(con: duckdb.DuckDBPyConnection) -> None:
    for sql in (_NUMBERS, _PEOPLE, _TWINS, _REGISTER, _AGED, _BENEFICIARIES, _ACCOUNTS, _PAYMENTS):
        try:
            con.execute(sql)
        except duckdb.Error as error:
            raise EngineError(f"The engine could not prepare the checks' views ({type(error).__name__}).") from None


def _lay_references(con: duckdb.DuckDBPyConnection) -> None:
    """Make the small reference tables, empty: settings, provinces, policies, usual account lengths, probable duplicates, months."""
    for table in (
        "settings (as_of DATE, period VARCHAR)",
        "provinces (code VARCHAR)",
        "policies (code VARCHAR, age_from INTEGER, age_to INTEGER, band_from INTEGER, band_to INTEGER, amounts BIGINT[])",
        "usual (bank VARCHAR, usual_lengths BIGINT[])",
        "lookalikes (record_id VARCHAR, cluster VARCHAR)",
        "months (birth_text VARCHAR, birth_month INTEGER)",
    ):
        con.execute(f"CREATE TABLE {table}")


def _fill_references(con: duckdb.DuckDBPyConnection, campaign: Campaign, banks: Banks) -> None:
    con.execute("INSERT INTO settings VALUES (?, ?)", [campaign.as_of, campaign.period])
    con.executemany("INSERT INTO provinces VALUES (?)", [[code] for code in sorted(citizen_number.PROVINCE_CODES)])
    rules = [(rule.code, rule.age_from, rule.age_to, rule.band_from, rule.band_to, amounts(rule, campaign)) for rule in RULES]
    con.executemany("INSERT INTO policies VALUES (?, ?, ?, ?, ?, ?)", rules)
    lengths = [(bank.code, list(bank.account_lengths)) for bank in banks.banks if bank.account_lengths]
    con.executemany("INSERT INTO usual VALUES (?, ?)", lengths or [("", [])])


def _fill_months(con: duckdb.DuckDBPyConnection) -> None:
    """Read the month out of birth dates without a day, once for each way they are written."""
    texts = store.query(con, "SELECT DISTINCT birth_text FROM beneficiaries WHERE birth_precision = 'month' AND birth_text IS NOT NULL")
    read = [(text, found.month) for text in texts["birth_text"] if (found := dates.parse(text)) and found.month]
    if read:
        con.executemany("INSERT INTO months VALUES (?, ?)", read)


_PLACEHOLDERS = ", ".join(f"'{number}'" for number in sorted(citizen_number.PLACEHOLDERS))
_ASCII = "trim(replace(replace(upper(strip_accents({})), 'Đ', 'D'), '  ', ' '))"

_NUMBERS = f"""
CREATE TEMP TABLE numbers AS
SELECT number, CASE
    WHEN NOT regexp_full_match(number, '[0-9]+') THEN 'invalid'
    WHEN number = repeat(number[1], length(number)) OR number IN ({_PLACEHOLDERS}) THEN 'placeholder'
    WHEN length(number) = 12 AND (number[1:3] IN (SELECT code FROM provinces) OR number[1:3]::INTEGER >= {citizen_number.FIRST_COUNTRY_CODE}) THEN 'personal'
    WHEN length(number) = 12 THEN 'unknown_province'
    WHEN length(number) = 9 THEN 'cmnd'
    WHEN length(number) = 8 THEN 'cmnd_lost_zero'
    WHEN length(number) IN (10, 11) THEN 'lost_zeros'
    ELSE 'invalid' END AS number_kind,
    CASE WHEN NOT regexp_full_match(number, '[0-9]{{8}}|[0-9]{{10,11}}') OR number = repeat(number[1], length(number)) OR padded IN ({_PLACEHOLDERS}) THEN NULL
        WHEN length(number) = 8 THEN CASE WHEN number[1] <> '0' THEN padded END
        WHEN padded[1:3] IN (SELECT code FROM provinces) AND 1900 + 100 * (padded[4]::INTEGER // 2) + padded[5:6]::INTEGER <= (SELECT year(as_of) FROM settings) THEN padded
    END AS number_filled,
    CASE WHEN regexp_full_match(number, '[0-9]{{12}}') THEN 1900 + 100 * (number[4]::INTEGER // 2) + number[5:6]::INTEGER END AS number_year,
    CASE WHEN regexp_full_match(number, '[0-9]{{12}}') THEN CASE WHEN number[4]::INTEGER % 2 = 1 THEN 'female' ELSE 'male' END END AS number_sex
FROM (SELECT DISTINCT number, lpad(number, CASE WHEN length(number) < 9 THEN 9 ELSE 12 END, '0') AS padded FROM beneficiaries WHERE number IS NOT NULL)
"""
"""Every distinct number once, with its kind and what its digits say (lib/ansinh/identity/citizen_number.py in SQL). The kind goes by length;
whether zeros can have been lost, number_filled tells: the number with them put back."""

_PEOPLE = f"""
CREATE TEMP TABLE people AS
WITH several AS (SELECT person_id FROM beneficiaries GROUP BY person_id HAVING count(*) > 1)
SELECT person_id, 1 AS person_records, 1 AS person_units, (name_key IS NOT NULL)::BIGINT AS person_names,
    birth_date AS person_birth_date, [coalesce(amount, 0)] AS person_amounts, status <> 'active' AS person_stopped,
    list_distinct(list_filter([name_key, {_ASCII.format("receiver_name")}], lambda name: name IS NOT NULL)) AS lawful_holders,
    coalesce(policy_code LIKE '5.%' AND policy_code <> '5.4', false)::BIGINT AS protection_policies, false AS single_parent_conflict, false AS two_laws
FROM beneficiaries ANTI JOIN several USING (person_id)
UNION ALL
SELECT person_id, count(*), count(DISTINCT unit), count(DISTINCT name_key), min(birth_date), list(DISTINCT coalesce(amount, 0)),
    bool_or(status <> 'active') AND NOT bool_or(status = 'active'),
    list_distinct(coalesce(array_agg(name_key) FILTER (name_key IS NOT NULL), []) || coalesce(array_agg({_ASCII.format("receiver_name")}) FILTER (receiver_name IS NOT NULL), [])),
    count(DISTINCT policy_code) FILTER (policy_code LIKE '5.%' AND policy_code <> '5.4'),
    bool_or(policy_code = '5.4') AND bool_or(policy_code LIKE '5.%' AND policy_code <> '5.4' AND NOT regexp_matches(policy_code, '^5[.][568]')),
    bool_or(policy_code LIKE 'NCC.%') AND bool_or(policy_code LIKE '5.%')
FROM beneficiaries SEMI JOIN several USING (person_id) GROUP BY person_id
"""
"""Every person once, with what the person's records say together. Hardly anybody has several; gathering for everybody would take most of the time."""

_TWINS = """
CREATE TEMP TABLE twins AS
SELECT name_key, birth_date, sex, commune, count(DISTINCT person_id) AS twin_numbers FROM beneficiaries
WHERE number IS NOT NULL AND length(number) = 12 AND birth_date IS NOT NULL GROUP BY ALL HAVING count(DISTINCT person_id) > 1
"""
_REGISTER = """
CREATE TEMP TABLE register AS
SELECT person_id, arg_max(result, (CASE result WHEN 'deceased' THEN 3 WHEN 'not_checked' THEN 0 WHEN 'matched' THEN 1 ELSE 2 END, match_id)) AS register_result,
    max(checked_on) AS checked_on
FROM register_matches WHERE person_id <> '' GROUP BY person_id
"""
_AGED = """
CREATE VIEW aged_beneficiaries AS
WITH born AS (
    SELECT b.*, s.as_of, coalesce(b.birth_date, make_date(b.birth_year, coalesce(m.birth_month, 1), 1)) AS birth_first,
        coalesce(b.birth_date, last_day(make_date(b.birth_year, coalesce(m.birth_month, 12), 1))) AS birth_last
    FROM beneficiaries b CROSS JOIN settings s LEFT JOIN months m ON m.birth_text = b.birth_text AND b.birth_precision = 'month')
SELECT * EXCLUDE (birth_last),
    CASE WHEN birth_first > as_of THEN least(year(as_of) - birth_year, -1) ELSE date_sub('year', birth_first, as_of) END AS age,
    CASE WHEN birth_first > as_of THEN least(year(as_of) - birth_year, -1) ELSE date_sub('year', least(birth_last, as_of), as_of) END AS age_least
FROM born
"""
"""Every record with its age in full years. Where only the year or the month of birth is known, two ages may be possible: age is that of who
was born on its first day (birth_first), age_least that of who was born on its last. They differ by one year at most."""
_BENEFICIARIES = f"""
CREATE VIEW judged_beneficiaries AS
WITH based AS (
    SELECT b.*, n.number_kind, n.number_filled, n.number_year, n.number_sex,
        b.birth_text IS NOT NULL AND b.birth_year IS NOT NULL AND b.birth_precision = 'month' AND regexp_matches(b.birth_text, '^[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-]')
            AND NOT regexp_matches(b.birth_text, '^0{{1,2}}[/.-]') AS birth_impossible
    FROM aged_beneficiaries b LEFT JOIN numbers n USING (number)),
usual_accounts AS (SELECT person_id, bool_or(status <> 'rejected') AS any_account FROM accounts WHERE person_id <> '' GROUP BY person_id),
twice AS (SELECT person_id, unit, policy_code, name_key, count(*) AS rows FROM beneficiaries GROUP BY ALL HAVING count(*) > 1)
SELECT based.*, r.register_result, r.checked_on, p.person_records, p.person_units, p.person_names, coalesce(t.twin_numbers, 1) AS twin_numbers,
    a.age_from, a.age_to,
    CASE WHEN based.age = based.age_least OR younger.amounts IS NULL THEN policy.amounts
        ELSE list_sort(list_distinct(list_concat(policy.amounts, younger.amounts))) END AS amounts_allowed,
    a.code IS NOT NULL OR {" OR ".join(f"starts_with(based.policy_code, '{prefix}')" for prefix in KNOWN_PREFIXES)} AS policy_known,
    coalesce(twice.rows, 1) AS same_unit_policy,
    p.protection_policies > 1 OR p.single_parent_conflict AS protection_conflict,
    coalesce(p.two_laws, false) AS two_laws, l.record_id IS NOT NULL AS lookalike, coalesce(u.any_account, false) AS any_account
FROM based LEFT JOIN register r USING (person_id) LEFT JOIN people p USING (person_id)
LEFT JOIN twins t ON t.name_key = based.name_key AND t.birth_date = based.birth_date AND t.sex IS NOT DISTINCT FROM based.sex AND t.commune IS NOT DISTINCT FROM based.commune
LEFT JOIN (SELECT code, min(age_from) AS age_from, nullif(max(age_to), {OLDEST}) AS age_to FROM policies GROUP BY code) a ON a.code = based.policy_code
LEFT JOIN policies policy ON policy.code = based.policy_code AND based.age BETWEEN policy.band_from AND policy.band_to
LEFT JOIN policies younger ON younger.code = based.policy_code AND based.age_least BETWEEN younger.band_from AND younger.band_to
LEFT JOIN lookalikes l ON l.record_id = based.record_id LEFT JOIN usual_accounts u ON u.person_id = based.person_id
LEFT JOIN twice ON twice.person_id = based.person_id AND twice.unit = based.unit AND twice.policy_code IS NOT DISTINCT FROM based.policy_code
    AND twice.name_key IS NOT DISTINCT FROM based.name_key
"""
_HOME = "(SELECT person_id, arg_min(commune, (unit, commune)) AS commune, arg_max(policy_group, coalesce(amount, 0)) AS policy_group FROM beneficiaries GROUP BY person_id)"
_ACCOUNTS = f"""
CREATE VIEW judged_accounts AS
WITH shared AS (
    SELECT bank, account_number, count(DISTINCT person_id) AS account_people FROM accounts WHERE person_id <> '' AND account_number IS NOT NULL GROUP BY ALL)
SELECT a.*, s.as_of, h.commune, h.policy_group, p.lawful_holders, p.person_birth_date, usual.usual_lengths, coalesce(shared.account_people, 1) AS account_people
FROM accounts a CROSS JOIN settings s LEFT JOIN people p USING (person_id) LEFT JOIN {_HOME} h USING (person_id) LEFT JOIN usual USING (bank)
LEFT JOIN shared ON shared.account_number = a.account_number AND shared.bank IS NOT DISTINCT FROM a.bank
"""
_PAYMENTS = f"""
CREATE VIEW judged_payments AS
WITH active AS (SELECT DISTINCT person_id FROM accounts WHERE status = 'active' AND person_id <> ''),
twice AS (SELECT person_id, period, policy_code, result, count(*) AS rows FROM payments GROUP BY ALL HAVING count(*) > 1)
SELECT y.*, s.as_of, h.commune, h.policy_group, r.register_result, p.person_amounts, p.person_stopped,
    active.person_id IS NOT NULL AS active_account,
    coalesce(twice.rows, 1) AS same_payment
FROM payments y CROSS JOIN settings s LEFT JOIN people p USING (person_id) LEFT JOIN {_HOME} h USING (person_id)
LEFT JOIN register r USING (person_id) LEFT JOIN active USING (person_id)
LEFT JOIN twice ON twice.person_id = y.person_id AND twice.period IS NOT DISTINCT FROM y.period
    AND twice.policy_code IS NOT DISTINCT FROM y.policy_code AND twice.result IS NOT DISTINCT FROM y.result
"""
