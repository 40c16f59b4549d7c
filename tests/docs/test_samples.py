"""Every command and code sample of the documentation does what its page says: it is run, in the order of the page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansinh.campaign import Workspace
from tests.conftest import PEOPLE, SEED, lay_workspace
from tests.docs.reference import verbs
from tests.docs.samples import LONG, PAGES, ROOT, Sample, lay_reader, run, samples, start_of

TUTORIAL = "docs/tutorial/index.md"
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}


def _pages() -> Iterator[object]:
    """Yield the pages with samples, those that need a city or take long marked slow."""
    for name, text in TEXTS.items():
        asked = list(samples(text))
        if asked:
            long = start_of(text) != "checkout" or any(LONG.search(sample.text) for sample in asked)
            yield pytest.param(name, marks=pytest.mark.slow if long else (), id=name)


def _small(folder: Path) -> None:
    """Make the shipped demo campaign's city the tests' small one."""
    path = folder / "params" / "campaigns" / "hanoi-tet-2024.yml"
    text = re.sub(r"people: \d+", f"people: {PEOPLE}", path.read_text(encoding="utf-8"))
    path.write_text(re.sub(r"seed: \d+", f"seed: {SEED}", re.sub(r"\n  history: .*", "", text)), encoding="utf-8")


@pytest.mark.parametrize("name", list(_pages()))
def test_the_samples_of_a_page_run(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder, start = tmp_path / "workspace", start_of(TEXTS[name])
    if start == "tutorial" or name == TUTORIAL:
        shutil.copytree(request.getfixturevalue("tutorial"), folder, symlinks=True)
    else:
        lay_workspace(folder)
        lay_reader(folder)
        _small(folder)
    if start == "demo city":
        city: Workspace = request.getfixturevalue("city")
        shutil.copytree(city.root / "data", folder / "data")
    for sample in samples(TEXTS[name]) if name != TUTORIAL else ():  # the fixture has followed it
        run(sample, folder)
    if name == TUTORIAL:
        assert (folder / "_site-tay-ho" / "index.html").is_file()


def test_a_sample_is_found_by_its_fence() -> None:
    text = '```sh\nansinh doctor\n```\n\n   ```python\n   print(1)\n   ```\n\n```text\nno\n```\n\n```yaml {append="a.yml"}\nb: 1\n```\n\n```yaml\nc: 2\n```\n'
    assert list(samples(text)) == [
        Sample("sh", "", "", "ansinh doctor\n"),
        Sample("python", "", "", "print(1)\n"),
        Sample("yaml", "append", "a.yml", "b: 1\n"),
    ]


def test_a_sample_that_fails_fails_the_test(tmp_path: Path) -> None:
    lay_workspace(tmp_path / "workspace")
    lay_reader(tmp_path / "workspace")
    for text, code in (("make nothing", 2), ("exit 3\ntrue", 3), ("false | cat", 1)):
        with pytest.raises(AssertionError, match=f"exit code {code}"):
            run(Sample("sh", "", "", text), tmp_path / "workspace")


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_command_a_page_names_is_one_there_is(name: str) -> None:
    known = verbs()
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    code = "\n".join(re.findall(r"```(?!python).*?```|`[^`\n]+`|\n {4}ansinh [^\n]*", TEXTS[name], re.DOTALL))
    # A capital letter stands for a verb or a campaign, not for itself.
    for verb, rest in re.findall(r"\bansinh ([a-z][a-z-]*)([^`\n|&;]*)", code):
        assert verb in known, f"{name}: there is no ansinh {verb}"
        options = {option for parameter in known[verb].params for option in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
        assert [option for option in re.findall(r"(?<=\s)--?[a-z][a-z-]*", rest) if option not in options] == [], (
            f"{name}: ansinh {verb}{rest}"
        )
    for target in re.findall(r"(?<![\w/-])make ([a-z][a-z-]*)(?=[\s`])", code):
        assert target in targets, f"{name}: there is no make {target}"
