"""What is asked of the Quarto command, and what its pages must keep. The command here is a stand-in that writes what Quarto would."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sys
from pathlib import Path

import pytest

from ansinh.errors import AnsinhError, UserError
from ansinh.site import quarto
from tests.site.small_project import PAGES, lay

PAGE = (
    "<html><head>\n<script src='a.js'></script><script src=\"https://cdn.example.org/require.js\"></script>\n<style>p{}</style></head>"
    "<body><script>around()</script><main><script>inside()</script></main></body></html>"
)


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A command in Quarto's place: it writes every page but those named in MISSING, complains, and says that all went well."""
    path = tmp_path / "quarto"
    path.write_text(
        f"#!{sys.executable}\nimport os, pathlib, sys\nstaged, output = pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[5])\n"
        "assert sys.argv[1] == 'render' and sys.argv[3] == '--no-execute'\n"
        "for source in staged.rglob('*.ipynb'):\n    name = source.relative_to(staged).with_suffix('.html')\n"
        "    if name.as_posix() != os.environ.get('MISSING'):\n"
        f"        (output / name).parent.mkdir(parents=True, exist_ok=True)\n        (output / name).write_text({PAGE!r})\n"
        "print('ERROR: the lights went out', file=sys.stderr)\n",
        encoding="utf-8",
    )
    path.chmod(0o755)
    monkeypatch.setenv("QUARTO_PATH", str(path))
    return path


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a Unix script")
def test_quarto_renders_the_staged_project_and_its_pages_are_counted(command: Path, tmp_path: Path) -> None:
    assert quarto.render(lay(tmp_path / "staged"), tmp_path / "tree") == tuple(sorted(PAGES))
    assert json.dumps("Phường Cát Linh") in (tmp_path / "tree" / "search.js").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a Unix script")
def test_a_missing_page_is_an_error_with_quartos_own_words(command: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISSING", "chi-thi.html")
    with pytest.raises(AnsinhError, match=r"chi-thi\.html \(exit status 0\).*\n.*the lights went out"):
        quarto.render(lay(tmp_path / "staged"), tmp_path / "tree")


def test_without_quarto_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUARTO_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="--renderer embedded"):
        quarto.render(tmp_path, tmp_path / "tree")


def test_a_command_that_cannot_be_started_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "quarto").write_text("no program", encoding="utf-8")
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / "quarto"))
    with pytest.raises(UserError, match="cannot be started"):
        quarto.render(tmp_path, tmp_path / "tree")


def test_quartos_own_inline_scripts_run_by_hash_and_none_inside_the_content() -> None:
    made = quarto.kept_promises(PAGE)
    rule = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', made)[1]
    assert "example.org" not in made
    assert hashed("around()") in rule
    assert hashed("inside()") not in rule
    assert "unsafe-inline" not in re.search(r"script-src[^;]*", rule)[0]
