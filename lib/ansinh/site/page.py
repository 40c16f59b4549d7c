"""One sealed notebook → one page: front matter, body, headings. Prose by markdown-it, outputs by a table of MIME types."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.container import container_plugin

HIDDEN_TAGS = frozenset({"remove-cell", "parameters", "injected-parameters"})


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
    body: str
    headings: list[Heading] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def up(self) -> str:
        """The relative way from this page to the site's root, "" or "../../"."""
        return "../" * self.path.count("/")


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


def _markdown() -> MarkdownIt:
    engine = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).use(attrs_plugin)
    for kind in ("note", "tip", "warning", "important", "caution"):
        engine.use(
            container_plugin,
            f"callout-{kind}",
            validate=lambda text, *_, kind=kind: text.strip().strip("{}.") == f"callout-{kind}",
            render=_callout(kind),
        )
    return engine


def _callout(kind: str) -> Any:
    def render(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
        return f'<div class="callout callout-{kind}" role="note">' if tokens[index].nesting == 1 else "</div>"

    return render


def read_page(path: Path, root: Path) -> Page:
    """Read a sealed notebook into a page; warnings name constructs the renderer does not support."""
    notebook = nbformat.read(path, as_version=4)
    first = notebook.cells[0]
    front = yaml.safe_load(first.source.strip().strip("-")) if first.cell_type == "raw" else {}
    page = Page(path.relative_to(root).with_suffix("").as_posix(), front or {}, "")
    engine, taken = _markdown(), set[str]()
    parts = [f"<h1>{html.escape(str(page.front.get('title', page.path)))}</h1>"]
    for cell in notebook.cells[1:]:
        tags = set(cell.metadata.get("tags", []))
        if tags & HIDDEN_TAGS:
            continue
        if cell.cell_type == "markdown":
            parts.append(_prose(engine, cell.source, page, taken))
        elif cell.cell_type == "code":
            parts += [_output(output, page) for output in cell.outputs]
    page.body = "\n".join(part for part in parts if part)
    return page


def _prose(engine: MarkdownIt, source: str, page: Page, taken: set[str]) -> str:
    tokens = engine.parse(source)
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            text = "".join(child.content for child in tokens[at + 1].children or [] if child.type in ("text", "code_inline"))
            token.attrSet("id", heading_id(text, taken))
            page.headings.append(Heading(int(token.tag[1]), str(token.attrGet("id")), text))
        for child in token.children or []:
            if child.type == "link_open" and re.search(r"\.ipynb(#|$)", str(child.attrGet("href"))):
                child.attrSet("href", re.sub(r"\.ipynb(?=#|$)", ".html", str(child.attrGet("href"))))
    return str(engine.renderer.render(tokens, engine.options, {}))


def _output(output: Any, page: Page) -> str:
    """Return one output as HTML: the richest type we know, in this order."""
    if output.output_type == "stream":
        return f'<pre class="as-output">{html.escape(output.text)}</pre>'
    if output.output_type == "error":
        page.warnings.append(f"{page.path}: an error output")
        return ""
    data = output.get("data", {})
    for kind, render in (("text/html", str), ("text/plain", lambda text: f'<pre class="as-output">{html.escape(text)}</pre>')):
        if kind in data:
            return str(render(data[kind]))
    page.warnings.append(f"{page.path}: an output of type {', '.join(data)} is not supported")
    return ""
