"""Write the generated documents and the executed demo notebooks anew: `make docs`.

Tests compare what stands in the repository with what this would write.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ansinh import store
from ansinh.campaign import campaign_schema

ROOT = Path(__file__).parents[1]


def data_model() -> str:
    """docs/data-model.md."""
    return (
        "# The canonical tables\n\n"
        "Generated from `lib/ansinh/store.py` by `make docs`. Every table is Parquet, one file per unit "
        "(`<table>/unit=<code>/part.parquet`), queried with DuckDB. Everything here is restricted: columns marked personal never leave the store "
        "but through a worklist. A null means that the value was not given or could not be read; the original then stands in `mends` or `quarantine`.\n\n"
        + store.data_model()
    )


DOCUMENTS: dict[str, Callable[[], str]] = {
    "docs/data-model.md": data_model,
    "docs/campaign.schema.json": campaign_schema,
}


def main() -> None:
    """Write all of them."""
    from tests.conftest import judged_city
    from tests.executed import execute_copies

    for name, make in DOCUMENTS.items():
        (ROOT / name).write_text(make(), encoding="utf-8")
    cache = ROOT / ".pytest_cache" / "d" / "city"
    cache.mkdir(parents=True, exist_ok=True)
    execute_copies(judged_city(cache))


if __name__ == "__main__":
    main()
