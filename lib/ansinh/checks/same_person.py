"""Who may be one person although no number says so: a declared model over name, birth, sex, place, phone, account and number.

One row is one person of the store (records that share a number already are one). The model is MODEL below: what is compared,
the degrees of agreement an auditor reads, how often true pairs show them. How rare an agreement is among strangers is
counted on the city itself, and an agreeing name weighs by its own frequency, so that Nguyễn Thị Hoa does not flood the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pandas as pd
import psutil

from ansinh.campaign import Campaign
from ansinh.checks.linkage import Comparison, Level, Links, Model, level_of, link
from ansinh.errors import EngineError
from ansinh.identity import names

THRESHOLD = 0.9
"""Probability from which a pair is proposed, unless the campaign sets checks.thresholds.same_person."""

EXPECTED_SHARE = 0.003
"""Share of persons listed twice without a shared number, before looking: the prior of every pair. Ours; domain figures name none."""

SHARED_BY_MANY = 8
"""A phone or account under more persons than this is an official's or a cashier's, and says nothing about who is who."""

PER_RECORD = 700
"""Bytes the engine may hold for each record, where that is more than it is held to: else all is spilled and read again for every rule."""

NAMESAKES = 64
"""Persons of one name and birth year up to whom that alone is reason to look at a pair. Among more, EXPECTED_SHARE / 64 leaves even a
misread digit of the birth date far below any threshold; who agrees in anything else besides is looked at by another rule."""

Progress = Callable[[str, int, int], None]

_SLIP = "hamming({0}_l, {0}_r) <= 2 AND damerau_levenshtein({0}_l, {0}_r) <= 1"
"""One digit off or two neighbours swapped, of texts of one length: the first half is a fast sieve, the second decides."""

MODEL = Model(
    comparisons=(
        Comparison(
            "name",
            "name_key_l IS NULL OR name_key_r IS NULL",
            (
                Level("tone_l = tone_r", "trùng họ tên, kể cả dấu", 0.80, "tone"),
                Level("name_key_l = name_key_r AND (bare_l OR bare_r)", "trùng họ tên, một bên mất dấu", 0.05, "name_key"),
                Level("name_key_l = name_key_r", "trùng họ tên, khác dấu", 0.02, "name_key"),
                Level("name_sorted_l = name_sorted_r", "trùng các chữ trong họ tên, khác thứ tự", 0.02, "name_sorted"),
                Level(
                    "ends_l = ends_r AND (list_has_all(words_l, words_r) OR list_has_all(words_r, words_l))",
                    "trùng họ và tên, một bên thiếu chữ đệm",
                    0.04,
                    "ends",
                ),
                Level(
                    "length(name_key_l) >= 8 AND abs(length(name_key_l) - length(name_key_r)) <= 1 AND damerau_levenshtein(name_key_l, name_key_r) <= 1",
                    "họ tên lệch một ký tự",
                    0.04,
                    "ends",
                    0.5,
                ),
                Level(
                    "given_l = given_r AND length(name_key_l) >= 10 AND abs(length(name_key_l) - length(name_key_r)) <= 2"
                    " AND damerau_levenshtein(name_key_l, name_key_r) <= 2",
                    "họ tên lệch hai ký tự",
                    0.015,
                ),
                Level("ELSE", "họ tên khác nhau", 0.015),
            ),
        ),
        Comparison(
            "birth",
            "birth_l IS NULL OR birth_r IS NULL",
            (
                Level("birth_l = birth_r", "trùng ngày sinh", 0.90, "birth", u=5e-5),
                Level(
                    "left(birth_l, 4) = left(birth_r, 4) AND substr(birth_l, 5, 2) = right(birth_r, 2) AND right(birth_l, 2) = substr(birth_r, 5, 2)",
                    "ngày và tháng sinh đảo chỗ",
                    0.02,
                    u=1e-5,
                ),
                Level(_SLIP.format("birth"), "ngày sinh lệch một chữ số", 0.04, u=1.4e-3),
                Level("left(birth_l, 4) = left(birth_r, 4)", "trùng năm sinh, khác ngày tháng", 0.02, u=1 / 60),
                Level("ELSE", "ngày sinh khác nhau", 0.02),
            ),
        ),
        Comparison(
            "birth_year",
            "(birth_l IS NOT NULL AND birth_r IS NOT NULL) OR birth_year_l IS NULL OR birth_year_r IS NULL",
            (
                Level("birth_year_l = birth_year_r", "trùng năm sinh, một bên không đủ ngày tháng", 0.93, u=1 / 60),
                Level("abs(birth_year_l - birth_year_r) = 1", "năm sinh lệch một năm", 0.03, u=1 / 30),
                Level("ELSE", "năm sinh khác nhau", 0.04),
            ),
        ),
        Comparison(
            "sex",
            "sex_l IS NULL OR sex_r IS NULL",
            (Level("sex_l = sex_r", "cùng giới tính", 0.98, u=0.5), Level("ELSE", "khác giới tính", 0.02)),
        ),
        Comparison(
            "place",
            "unit_l = 'none' OR unit_r = 'none'",
            (
                Level("commune_l = commune_r AND village_l = village_r", "cùng thôn, tổ dân phố", 0.45),
                Level("commune_l = commune_r", "cùng xã, phường", 0.25),
                Level("unit_l = unit_r", "cùng đơn vị", 0.12),
                Level("ELSE", "khác đơn vị", 0.18),
            ),
        ),
        Comparison(
            "phone",
            "phone_l IS NULL OR phone_r IS NULL",
            (Level("phone_l = phone_r", "trùng số điện thoại", 0.45, u=1e-6), Level("ELSE", "số điện thoại khác nhau", 0.55)),
        ),
        Comparison(
            "account",
            "account_l IS NULL OR account_r IS NULL",
            (
                Level("list_has_any(accounts_l, accounts_r)", "trùng số tài khoản", 0.30, u=1e-6),
                Level("ELSE", "số tài khoản khác nhau", 0.70),
            ),
        ),
        Comparison(
            "number",
            "number_l IS NULL OR number_r IS NULL OR length(number_l) <> length(number_r)",
            (
                Level("number_l = number_r", "số định danh trùng sau khi bù số 0 ở đầu", 0.30, u=1e-6),
                Level(_SLIP.format("number"), "số định danh lệch một chữ số", 0.30, u=1e-6),
                Level("ELSE", "số định danh khác nhau", 0.40),
            ),
        ),
    ),
    blocking=(
        "l.seldom = r.seldom AND l.birth_year = r.birth_year",
        "l.name_sorted = r.name_sorted AND l.birth = r.birth",
        "l.name_sorted = r.name_sorted AND l.birth_year = r.birth_year AND l.unit = r.unit",
        "l.ends = r.ends AND l.birth = r.birth",
        "l.given = r.given AND l.birth = r.birth",
        "l.surname = r.surname AND l.birth = r.birth AND l.unit = r.unit",
        "l.ends = r.ends AND l.birth_year = r.birth_year AND l.unit = r.unit",
        "l.commune = r.commune AND l.birth_year = r.birth_year AND l.surname = r.surname AND l.sex = r.sex",
        "l.commune = r.commune AND l.name_key = r.name_key",
        "l.phone = r.phone",
        "l.account = r.account",
        "l.number = r.number",
        "l.tail = r.tail AND l.birth_year = r.birth_year",
        "l.head = r.head AND l.name_key = r.name_key",
    ),
    expected_share=EXPECTED_SHARE,
)

_PEOPLE = """
CREATE TEMP TABLE same_person_people AS
WITH several AS (SELECT person_id FROM beneficiaries WHERE person_id <> '' GROUP BY 1 HAVING count(*) > 1),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY person_id ORDER BY
        (full_name IS NULL)::INT + (birth_date IS NULL)::INT + (number IS NULL)::INT + (commune IS NULL)::INT, unit, record_id) AS place
    FROM beneficiaries SEMI JOIN several USING (person_id)),
best AS (
    SELECT * FROM beneficiaries ANTI JOIN several USING (person_id) WHERE person_id <> ''
    UNION ALL SELECT * EXCLUDE (place) FROM ranked WHERE place = 1),
busy AS (SELECT phone FROM (SELECT DISTINCT phone, person_id FROM beneficiaries WHERE phone IS NOT NULL) GROUP BY 1 HAVING count(*) > {many}),
crowded AS (
    SELECT account_number FROM (SELECT DISTINCT account_number, person_id FROM accounts WHERE account_number IS NOT NULL)
    GROUP BY 1 HAVING count(*) > {many}),
own AS (
    SELECT person_id, account_number FROM accounts ANTI JOIN crowded USING (account_number)
    WHERE person_id <> '' AND account_number IS NOT NULL),
held AS (SELECT person_id, min(account_number) AS account, max(account_number) AS last FROM own GROUP BY 1),
lists AS (
    SELECT person_id, list_sort(list(DISTINCT account_number)) AS accounts
    FROM own SEMI JOIN (SELECT person_id FROM held WHERE account <> last) USING (person_id) GROUP BY 1)
SELECT r.person_id AS unique_id, r.record_id, r.unit, r.commune, lower(nullif(trim(r.village), '')) AS village,
    r.name_key, t.tone, t.tone = lower(r.name_key) AS bare, string_split(r.name_key, ' ') AS words,
    array_to_string(list_sort(string_split(r.name_key, ' ')), ' ') AS name_sorted,
    split_part(r.name_key, ' ', 1) AS surname, split_part(r.name_key, ' ', -1) AS given,
    split_part(r.name_key, ' ', 1) || ' ' || split_part(r.name_key, ' ', -1) AS ends,
    lpad(strftime(r.birth_date, '%Y%m%d'), 8, '0') AS birth, r.birth_year, r.sex,
    CASE WHEN busy.phone IS NULL THEN r.phone END AS phone,
    held.account, CASE WHEN held.account IS NOT NULL THEN coalesce(lists.accounts, [held.account]) END AS accounts,
    CASE WHEN length(r.number) BETWEEN 10 AND 12 THEN lpad(r.number, 12, '0') WHEN length(r.number) IN (8, 9) THEN lpad(r.number, 9, '0') END AS number,
    CASE WHEN length(r.number) BETWEEN 10 AND 12 THEN right(r.number, 6) END AS tail,
    CASE WHEN length(r.number) = 12 THEN left(r.number, 6) END AS head
FROM best r LEFT JOIN same_person_tones t USING (full_name) LEFT JOIN busy ON busy.phone = r.phone
LEFT JOIN held USING (person_id) LEFT JOIN lists USING (person_id)
"""
# What few have (several records, several accounts, a phone many share) is gathered apart: at a country's size nothing wide is sorted or listed for all.

_COMPARED = """
CREATE TEMP VIEW same_person_compared AS
SELECT p.*, CASE WHEN c.name_sorted IS NULL THEN p.name_sorted END AS seldom
FROM same_person_people p LEFT JOIN same_person_common c ON c.name_sorted = p.name_sorted AND c.birth_year = p.birth_year
"""


@dataclass(frozen=True)
class Proposals:
    """Pairs and clusters of persons who may be one.

    pairs     person_l, person_r, record_l, record_r, unit_l, unit_r, match_weight, probability, reasons (Vietnamese, no personal
              value), against (what speaks against it), cluster; best first.
    clusters  cluster (opaque, the lowest person in it), person_id, record_id, unit, size.
    weights   comparison, label, m, u, weight: the model as used, for the method page.
    """

    pairs: pd.DataFrame
    clusters: pd.DataFrame
    weights: pd.DataFrame


def propose(
    con: duckdb.DuckDBPyConnection, campaign: Campaign, *, threshold: float | None = None, progress: Progress | None = None
) -> Proposals:
    """Find persons of the whole store who may be one person under no shared number.

    `con` has the store's views beneficiaries and accounts; nothing is left behind in it. `threshold` is a probability; default:
    the campaign's checks.thresholds.same_person, else THRESHOLD. Same store, same result, whatever the number of threads.
    """
    limit = campaign.checks.thresholds.get("same_person", THRESHOLD) if threshold is None else threshold
    tell = progress or (lambda stage, done, total: None)
    tell("same person: prepare", 0, 3)
    try:
        with _room(con):
            _prepare(con)
            tell("same person: compare", 1, 3)
            links = link(con, "same_person_compared", MODEL, limit)
            people = _among(con, links)
    except duckdb.Error as error:
        raise EngineError(f"The engine could not look for the same person ({type(error).__name__}).") from None
    finally:
        con.execute("DROP VIEW IF EXISTS same_person_compared")
        for table in ("common", "people", "tones"):
            con.execute(f"DROP TABLE IF EXISTS same_person_{table}")
    tell("same person: explain", 2, 3)
    proposals = _explained(links, people)
    tell("same person: done", 3, 3)
    return proposals


@contextmanager
def _room(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let a held engine hold more where there are more records than a city's, at most half of this machine's memory."""
    before, held, records = con.execute(
        """SELECT current_setting('memory_limit'), parse_formatted_bytes(current_setting('memory_limit')), count(*) FROM beneficiaries"""
    ).fetchall()[0]
    wanted = min(records * PER_RECORD, psutil.virtual_memory().total // 2)
    if wanted <= held:
        yield
        return
    con.execute(f"SET memory_limit = '{wanted // 1024}KiB'")
    try:
        yield
    finally:
        con.execute(f"SET memory_limit = '{before}'")


def _prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Create the table of persons, one row each."""
    written = con.execute(
        "SELECT DISTINCT full_name FROM beneficiaries WHERE full_name IS NOT NULL AND person_id <> '' ORDER BY full_name"
    ).df()["full_name"]
    tones = pd.DataFrame({"full_name": written.astype("str"), "tone": [names.tone_key(text) for text in written]}, dtype="str")
    con.register("same_person_given", tones)
    con.execute("CREATE TEMP TABLE same_person_tones AS SELECT * FROM same_person_given")
    con.unregister("same_person_given")
    con.execute(_PEOPLE.format(many=SHARED_BY_MANY))
    con.execute(
        f"""CREATE TEMP TABLE same_person_common AS
        SELECT name_sorted, birth_year FROM same_person_people GROUP BY ALL HAVING count(*) > {NAMESAKES}"""
    )
    con.execute(_COMPARED)


def _among(con: duckdb.DuckDBPyConnection, links: Links) -> pd.DataFrame:
    """Return person_id, record_id and unit of the persons in `links`."""
    con.register("same_person_linked", links.clusters[["id"]].astype("str"))
    found = con.execute(
        "SELECT unique_id AS person_id, record_id, unit FROM same_person_people SEMI JOIN same_person_linked ON id = unique_id ORDER BY 1"
    ).df()
    con.unregister("same_person_linked")
    return found


def _explained(links: Links, people: pd.DataFrame) -> Proposals:
    known = people.set_index("person_id")
    cluster_of = links.clusters.set_index("id")["cluster"]
    pairs = pd.DataFrame({"person_l": links.pairs["id_l"], "person_r": links.pairs["id_r"]}, dtype="str")
    for side in ("l", "r"):
        for column in ("record_id", "unit"):
            pairs[f"{column.removesuffix('_id')}_{side}"] = pairs[f"person_{side}"].map(known[column])
    pairs["match_weight"], pairs["probability"] = links.pairs["match_weight"], links.pairs["probability"]
    reasons, against = _reasons(links)
    pairs["reasons"], pairs["against"] = pd.Series(reasons, dtype="str"), pd.Series(against, dtype="str")
    pairs["cluster"] = pairs["person_l"].map(cluster_of)
    clusters = links.clusters.rename(columns={"id": "person_id"})
    for column in ("record_id", "unit"):
        clusters[column] = clusters["person_id"].map(known[column])
    clusters["size"] = clusters.groupby("cluster")["person_id"].transform("size").astype("int64")
    return Proposals(pairs, clusters, links.weights)


def _reasons(links: Links) -> tuple[list[str], list[str]]:
    """Return for each pair what speaks for it and what against it, strongest first, by the weights of the model."""
    weight = {(row.comparison, row.label): float(row.weight) for row in links.weights.itertuples()}
    patterns: dict[tuple[int, ...], tuple[str, str]] = {}
    gammas = links.pairs[[f"gamma_{comparison.name}" for comparison in MODEL.comparisons]]
    found = []
    for pattern in gammas.itertuples(index=False, name=None):
        if pattern not in patterns:
            shown = [(c.name, level.label) for c, gamma in zip(MODEL.comparisons, pattern, strict=True) if (level := level_of(c, gamma))]
            ranked = sorted(shown, key=lambda item: -abs(weight[item]))
            patterns[pattern] = (
                "; ".join(item[1] for item in ranked if weight[item] > 0),
                "; ".join(item[1] for item in ranked if weight[item] <= 0),
            )
        found.append(patterns[pattern])
    return [item[0] for item in found], [item[1] for item in found]
