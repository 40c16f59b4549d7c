"""Build the documentation's own site, docs/ → _docs/, with the embedded renderer: `make manual`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from ansinh.errors import UserError
from ansinh.site import broken_links, embedded

ROOT = Path(__file__).parents[2]


def build(output: Path) -> tuple[str, ...]:
    """Render docs/ into `output`, which is replaced as a whole, and return the pages.

    Raises UserError when the renderer warns or a link leads nowhere; what stood in `output` then stays.
    """
    with tempfile.TemporaryDirectory(prefix=".manual-", dir=output.parent) as folder:
        made = Path(folder) / "site"
        told = embedded.render(ROOT / "docs", made, strict=True)
        if broken := broken_links(made):
            raise UserError("Links of the documentation lead nowhere:\n" + "\n".join(f"  {link}" for link in broken))
        if output.exists():
            shutil.rmtree(output)
        made.rename(output)
    return told.pages


def main() -> None:
    """Build it and say where it is."""
    output = ROOT / "_docs"
    try:
        pages = build(output)
    except UserError as error:
        sys.exit(str(error))
    print(f"{len(pages)} pages: {(output / 'index.html').as_uri()}")


if __name__ == "__main__":
    main()
