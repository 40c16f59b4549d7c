"""One sealed notebook → one page: front matter, body, headings. The cells are one Markdown document, as they are to Quarto."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ansinh.site.prose import engine, unsupported

HIDDEN_TAGS = frozenset({"remove-cell", "parameters", "injected-parameters"})
OPTIONS = {"echo": (False,), "include": (True, False), "output": (True, False)}
"""Cell options (`#| key: value`) and the values the embedded renderer knows."""
_OUTPUT = re.compile("<p>\ue000(\\d+)\ue001</p>")


@dataclass(frozen=True)
class Heading:
    """A heading of the table of contents."""

    level: int
    id: str
    text: str


@dataclass
class Page:
    """A page before it is laid out: `path` is its address without ending, relative to the site's root."""

    path: str
    front: dict[str, Any]
    body: str = ""
    headings: list[Heading] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def up(self) -> str:
        """The relative way from this page to the site's root, "" or "../../"."""
        return "../" * self.path.count("/")

    @property
    def title(self) -> str:
        """The page's title, its address where it has none."""
        return str(self.front.get("title", self.path))

    @property
    def told(self) -> dict[str, Any]:
        """What the batch says of the page: campaign, unit, level, order."""
        found: dict[str, Any] = self.front.get("ansinh", {})
        return found


def heading_id(text: str, taken: set[str]) -> str:
    """Return a heading's id as pandoc makes it: lower case, letters with their diacritics, hyphens; repeated ones numbered."""
    kept = "".join(sign for sign in unicodedata.normalize("NFC", text) if sign.isalnum() or sign in "_-. \t")
    base = re.sub(r"\s+", "-", kept.strip()).lower()
    base = re.sub(r"^[^a-zà-ỹđ]+", "", base) or "section"
    name, number = base, 0
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name)
    return name


def read_front(path: Path, root: Path) -> tuple[Page, list[dict[str, Any]]]:
    """Read a sealed notebook's front matter; returns the page, without body, and the cells that follow."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    first = cells[0] if cells else {}
    front = yaml.safe_load(_source(first).strip().strip("-")) if first.get("cell_type") == "raw" else {}
    return Page(path.relative_to(root).with_suffix("").as_posix(), front or {}), cells[1 if front else 0 :]


def read_page(path: Path, root: Path) -> Page:
    """Read a sealed notebook into a page; warnings name constructs the renderer does not support."""
    page, cells = read_front(path, root)
    fill(page, cells)
    return page


def fill(page: Page, cells: list[dict[str, Any]]) -> None:
    """Give a page its body: prose by markdown-it, outputs in their places."""
    prose, outputs = [], list[str]()
    for cell in cells:
        if set(cell.get("metadata", {}).get("tags", [])) & HIDDEN_TAGS:
            continue
        if cell["cell_type"] == "markdown":
            source = re.sub("[\ue000\ue001]", "", _source(cell))
            page.warnings += [f"{page.path}: {found}" for found in unsupported(source)]
            prose.append(source)
        elif cell["cell_type"] == "code" and _shown(cell, page):
            for output in cell.get("outputs", []):
                prose.append(f"\ue000{len(outputs)}\ue001")
                outputs.append(_output(output, page))
    body = _render(engine(), "\n\n".join(prose), page)
    page.body = f"<h1>{html.escape(page.title)}</h1>\n" + _OUTPUT.sub(lambda found: outputs[int(found[1])], body)


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _shown(cell: dict[str, Any], page: Page) -> bool:
    """Say whether a code cell's outputs are shown; options the renderer does not know are named."""
    options = yaml.safe_load("\n".join(re.findall(r"^#\| ?(.*)$", _source(cell), re.MULTILINE))) or {}
    for key, value in options.items():
        if value not in OPTIONS.get(key, ()):
            page.warnings.append(f"{page.path}: the cell option {key} is not supported")
    return options.get("output", True) is not False and options.get("include", True) is not False


def _render(markdown: MarkdownIt, source: str, page: Page) -> str:
    tokens, taken, tabset = markdown.parse(source), set[str](), 0
    for at, token in enumerate(tokens):
        tabset += token.nesting if token.type.startswith("container_") and "panel-tabset" in token.meta.get("classes", ()) else 0
        if token.type == "heading_open":
            _anchor(token, tokens[at + 1], page, taken, listed=not tabset)
        for child in token.children or []:
            if child.type == "link_open" and re.search(r"\.ipynb(#|$)", str(child.attrGet("href"))):
                child.attrSet("href", re.sub(r"\.ipynb(?=#|$)", ".html", str(child.attrGet("href"))))
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _anchor(opened: Token, inline: Token, page: Page, taken: set[str], *, listed: bool) -> None:
    """Give a heading its id and its permanent link, and the page its table of contents (tabs of a tabset are not listed)."""
    text = "".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))
    given = opened.attrGet("id")
    name = str(given) if given else heading_id(text, taken)
    opened.attrSet("id", name)
    if not listed:
        return
    page.headings.append(Heading(int(opened.tag[1]), name, text))
    label = f"Liên kết đến mục: {text}"
    link = Token("html_inline", "", 0, content=f' <a class="as-anchor" href="#{html.escape(name)}" aria-label="{html.escape(label)}">#</a>')
    inline.children = [*(inline.children or []), link]


def _output(output: dict[str, Any], page: Page) -> str:
    """Return one output as HTML: the richest type we know, in this order."""
    if output["output_type"] == "stream":
        return f'<pre class="as-output">{html.escape("".join(output["text"]))}</pre>'
    if output["output_type"] == "error":
        page.warnings.append(f"{page.path}: an error output")
        return ""
    data = output.get("data", {})
    for kind, render in (("text/html", str), ("text/plain", lambda text: f'<pre class="as-output">{html.escape(text)}</pre>')):
        if kind in data:
            return str(render("".join(data[kind])))
    page.warnings.append(f"{page.path}: an output of type {', '.join(data)} is not supported")
    return ""
