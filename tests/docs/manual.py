"""Build the documentation's own site, docs/ → _docs/, with the embedded renderer: `make manual`."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

from ansinh.errors import UserError
from ansinh.site import broken_links, embedded

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s#]+)\)")


def build(output: Path) -> tuple[str, ...]:
    """Render docs/ into `output`, which is replaced as a whole, and return the pages.

    Raises UserError when the renderer warns or a link leads nowhere; what stood in `output` then stays.
    """
    with tempfile.TemporaryDirectory(prefix=".manual-", dir=output.parent) as folder:
        project, made = Path(folder) / "docs", Path(folder) / "site"
        shutil.copytree(ROOT / "docs", project)
        for page in project.rglob("*.md"):
            inside = partial(_inside, within=page.relative_to(project).parent)
            page.write_text(_LINK.sub(inside, page.read_text(encoding="utf-8")), encoding="utf-8")
        told = embedded.render(project, made, strict=True)
        if broken := broken_links(made):
            raise UserError("Links of the documentation lead nowhere:\n" + "\n".join(f"  {link}" for link in broken))
        if output.exists():
            shutil.rmtree(output)
        made.rename(output)
    return told.pages


def _inside(found: re.Match[str], within: Path) -> str:
    """Return a link to a file of the checkout outside docs/ as its words: a reader of the repository can follow it, a reader of the site cannot."""
    path = (ROOT / "docs" / within / found[2]).resolve()
    leads_out = "://" not in found[2] and path.exists() and path.is_relative_to(ROOT) and not path.is_relative_to(ROOT / "docs")
    return found[1] if leads_out else found[0]


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
