"""Write the generated documents and the executed demo notebooks anew: `make docs`.

Tests compare what stands in the repository with what this would write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from ansinh import store
from ansinh.audit import analysis, guide
from ansinh.audit.figure import BEHIND
from ansinh.campaign import Workspace, campaign_schema
from ansinh.checks.admit import FUNCTIONS, LONGEST, OPERATORS
from ansinh.checks.catalogue import THRESHOLDS, catalogue
from ansinh.checks.check import VIEW_OF
from ansinh.checks.policies import OLDEST, POLICIES, RULES, amounts
from ansinh.checks.same_person import EXPECTED_SHARE, MODEL, NAMESAKES, SHARED_BY_MANY, THRESHOLD
from ansinh.checks.views import lay_empty
from tests import accuracy as measured
from tests.docs import reference

ROOT = Path(__file__).parents[1]


def data_model() -> str:
    """docs/data-model.md."""
    return (
        "# The canonical tables\n\n"
        "Generated from `lib/ansinh/store/tables.py` by `make docs`. Every table is Parquet, one file per unit "
        "(`<table>/unit=<code>/part.parquet`), queried with DuckDB. Everything here is restricted: columns marked personal never leave the store "
        "but through a worklist. A null means that the value was not given or could not be read; the original then stands in `mends` or `quarantine`.\n\n"
        + store.data_model()
        + "\n## Views of free analysis\n\n"
        '`audit.sql("SELECT …")` in a notebook asks one SELECT over these views (`lib/ansinh/audit/analysis.py`): the rows of the audit\'s place alone, without the '
        "personal columns. The engine is closed: it reads no files, no network and no settings, and nothing can be written. Results are raw counts: they are marked "
        "restricted, a notebook that shows them is never sealed, and they must not be passed on. This keeps an honest auditor from accidents; who has the machine has its files.\n\n"
        + analysis.describe()
    )


def audit_guide() -> str:
    """docs/audit.md."""
    return (
        "# The audit in a notebook\n\n"
        "Generated from the docstrings of `lib/ansinh/audit` by `make docs`; `audit.help()` shows the same. `audit = open_audit(campaign, unit, as_of)` opens one place:\n"
        "`unit` is a district's or commune's code, `\"\"` the whole campaign. What a call shows went through disclosure control and may be published. It also knows the way back:\n"
        "`.sql` is how it was counted, `.records(of, row)` whom it counts.\n\n" + guide().markdown() + "\n## Whom a figure counts\n\n"
        '`figure.records(of=…, row=…)` lists the records behind a count; `"not "` and a count lists the others. Numbers are masked and names left out;\n'
        '`reveal=True, reason="…"` shows them, writes the access log (`data/<campaign>/access.jsonl`) and marks the output, so that saving takes it out again.\n'
        "`audit.check(…).records()` shows beside each record the columns its rule compares (policy code, amount, what is allowed); those that are personal, such as the age, only when revealed.\n\n"
        "| figure | counts | when none is named |\n| --- | --- | --- |\n"
        + "".join(
            f"| `audit.{name}()` | {', '.join(f'`{count}`' for count in behind.conditions)} | `{behind.usual}` |\n"
            for name, behind in sorted(BEHIND.items())
        )
    )


def checks() -> str:
    """docs/checks.md."""
    workspace = Workspace(ROOT)
    views = ", ".join(f"`{view}`" for view in VIEW_OF.values())
    text = (ROOT / "tests" / "checks.md.in").read_text(encoding="utf-8")
    for name, value in {
        "views": views,
        "measure": measured.MEASURE.replace("; ", "\n   "),
        "functions": ", ".join(f"`{name}`" for name in sorted(FUNCTIONS - OPERATORS)),
        "longest": f"{LONGEST:,}",
        "thresholds": ", ".join(f"`{name}` {value}" for name, value in THRESHOLDS.items()),
        "threshold": str(THRESHOLD),
        "share": str(EXPECTED_SHARE),
        "namesakes": str(NAMESAKES),
        "many": str(SHARED_BY_MANY),
        "blocking": "\n".join(f"- `{rule}`" for rule in MODEL.blocking),
        "model": "\n".join(_model()),
        "columns": "\n".join(_columns()),
        "policies": "\n".join(_policies(workspace)),
        "catalogue": "\n".join(_catalogue(workspace)),
    }.items():
        text = text.replace("{" + name + "}", value)
    return text


def accuracy() -> str:
    """docs/accuracy.md."""
    campaign = Workspace(ROOT).campaign()
    table = measured.published(ROOT / "params", campaign.name)
    text = (ROOT / "tests" / "accuracy.md.in").read_text(encoding="utf-8")
    for name, value in {
        "people": f"{table['people'].iloc[0]:,}",
        "seed": str(table["seed"].iloc[0]),
        "as_of": f"{campaign.as_of:%d/%m/%Y}",
        "checks": measured.checks_told(table),
        "pairs": measured.PAIRS.read_text(encoding="utf-8").strip(),
    }.items():
        text = text.replace("{" + name + "}", value)
    return text


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _catalogue(workspace: Workspace) -> Iterator[str]:
    for check in catalogue(workspace.campaign()):
        rule = (f"`{check.fails}`", "; ".join(f"`{condition}` ({reason})" for condition, reason in check.not_applicable))
        titles = (check.id, str(check.version), check.title_en, check.title, check.dimension)
        yield _row(*titles, check.table, check.severity, check.who, *rule, check.remedy, check.source)


def _policies(workspace: Workspace) -> Iterator[str]:
    """The policy codes as the shipped campaign counts them."""
    campaign, told = workspace.campaign(), {policy.code: policy for policy in POLICIES}
    for rule in RULES:
        ages = [
            f"{first}–{'' if last == OLDEST else last}" for first, last in ((rule.age_from, rule.age_to), (rule.band_from, rule.band_to))
        ]
        coefficients, due = (", ".join(f"{number:,}" for number in found or ()) for found in (rule.coefficients, amounts(rule, campaign)))
        yield _row(rule.code, campaign.group_of(rule.code), told[rule.code].who, *ages, coefficients, due, told[rule.code].source)


def _model() -> Iterator[str]:
    for comparison in MODEL.comparisons:
        whole = sum(level.m for level in comparison.levels)
        for level in comparison.levels:
            rare = f"the value's own, of `{level.frequency}`" if level.frequency else "counted"
            yield _row(comparison.name, level.label, f"`{level.condition}`", f"{level.m / whole:.3f}", rare)


def _columns() -> Iterator[str]:
    """The columns of the judged views beyond their canonical tables."""
    con = duckdb.connect(":memory:")
    lay_empty(con)
    for table, view in VIEW_OF.items():
        added = [
            f"`{name}` {type.lower()}"
            for name, type, *_ in con.execute(f"DESCRIBE {view}").fetchall()
            if name not in store.TABLES[table].names
        ]
        yield f"- `{view}`: {', '.join(added)}"


def contract() -> str:
    """tests/site/contract.json: what every renderer must make of the small project."""
    from tests.site.small_project import recorded

    return recorded()


DOCUMENTS: dict[str, Callable[[], str]] = {
    "docs/accuracy.md": accuracy,
    "docs/data-model.md": data_model,
    "docs/audit.md": audit_guide,
    "docs/campaign.schema.json": campaign_schema,
    "docs/checks.md": checks,
    "docs/reference/command.md": reference.command,
    "docs/reference/campaign.md": reference.campaign_file,
    "docs/reference/measures.md": reference.measure_functions,
    "tests/site/contract.json": contract,
}


def main() -> None:
    """Write all of them, and say which have changed."""
    from tests.conftest import judged_city
    from tests.executed import FOLDER, execute_copies
    from tests.rules import REGISTER, register

    def generated() -> dict[Path, bytes]:
        files = [*(ROOT / name for name in DOCUMENTS), REGISTER, *sorted(FOLDER.glob("*.ipynb"))]
        return {path: path.read_bytes() for path in files if path.is_file()}

    before = generated()
    for name, make in DOCUMENTS.items():
        (ROOT / name).write_text(make(), encoding="utf-8")
    register(Workspace(ROOT).campaign())
    cache = ROOT / ".pytest_cache" / "d" / "city"
    cache.mkdir(parents=True, exist_ok=True)
    execute_copies(judged_city(cache))
    after = generated()
    changed = [path.relative_to(ROOT).as_posix() for path, content in after.items() if before.get(path) != content]
    print("\n".join([*(f"changed: {name}" for name in changed), f"{len(after)} generated files, {len(changed)} changed."]))


if __name__ == "__main__":
    main()
