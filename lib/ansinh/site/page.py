"""One document → one page: front matter, body, headings. A notebook's cells are one Markdown document, as they are to Quarto."""

from __future__ import annotations

import dataclasses
import html
import json
import posixpath
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from markdown_it.token import Token

from ansinh.errors import UserError
from ansinh.site.cells import Numbered, Outputs, options_of, source_of, tagged
from ansinh.site.config import PAGE_KEYS
from ansinh.site.language import words_of
from ansinh.site.prose import engine, resolved, unsupported, without_comments
from ansinh.site.published import tables

HIDDEN_TAGS = frozenset({"remove-cell", "parameters", "injected-parameters"})
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_PLACE = re.compile("<p>\ue000(\\d+)\ue001</p>")
_SEARCHABLE = re.compile(r"<table[^>]* data-filter=.*?</table>", re.DOTALL)
_SOURCE = re.compile(r"\.(?:ipynb|md|qmd)$")


@dataclass(frozen=True)
class Heading:
    """A heading of the table of contents."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Project:
    """What a document needs to know of its project: the addresses of all pages, the words of its language, whether code is shown."""

    pages: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=lambda: words_of("vi"))
    echo: bool = False
    root: Path | None = None


@dataclass
class Page:
    """A page before it is laid out: `path` is its address without ending, relative to the site's root."""

    path: str
    front: dict[str, Any]
    body: str = ""
    headings: list[Heading] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    rows: list[tuple[str, str]] = field(default_factory=list)
    """Rows of the tables that may be searched: name and anchor."""
    files: list[str] = field(default_factory=list)
    """Files of the project that the prose shows or links to, from the project's root."""

    @property
    def up(self) -> str:
        """The relative way from this page to the site's root, "" or "../../"."""
        return "../" * self.path.count("/")

    @property
    def title(self) -> str:
        """The page's title, its address where it has none."""
        return str(self.front.get("title") or self.path)

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


def as_bytes(page: Page) -> bytes:
    """Return a page as bytes that `from_bytes` reads back."""
    return json.dumps(dataclasses.asdict(page), ensure_ascii=False, default=str).encode()


def from_bytes(content: bytes) -> Page:
    """Return the page that as_bytes wrote; a date of its front matter is a text then."""
    told = json.loads(content)
    told["headings"] = [Heading(**heading) for heading in told["headings"]]
    told["rows"] = [tuple(row) for row in told["rows"]]
    return Page(**told)


def read_page(path: Path, root: Path, project: Project | None = None) -> Page:
    """Read a notebook or a Markdown document into a page; warnings name constructs the renderer does not support.

    Raises UserError when the front matter is no YAML or the notebook no notebook.
    """
    name = path.relative_to(root).as_posix()
    text = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".ipynb":
            cells = json.loads(text)["cells"]
            raw = source_of(cells[0]) if cells and cells[0].get("cell_type") == "raw" else ""
        else:
            raw = text
            cells = [{"cell_type": "raw", "source": ""}, {"cell_type": "markdown", "source": _FRONT.sub("", text)}]
        found = _FRONT.match(raw)
        front = yaml.safe_load(found[1]) if found else None
    except (json.JSONDecodeError, KeyError, TypeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", front matter, line {mark.line + 1}" if mark else ""
        raise UserError(f"{name}{where}: this cannot be read as a page. Mend its front matter or form.") from None
    page = Page(posixpath.splitext(name)[0], front if isinstance(front, dict) else {})
    page.warnings += [f"{page.path}: the front matter key {key} is not supported" for key in page.front if key not in PAGE_KEYS]
    fill(page, cells[1:] if cells and cells[0].get("cell_type") == "raw" else cells, project or Project(root=root))
    return page


def fill(page: Page, cells: list[dict[str, Any]], project: Project | None = None) -> None:
    """Give a page its body: prose by markdown-it, outputs in their places."""
    project = project or Project()
    numbered = Numbered(project.words)
    outputs = Outputs(page.path, page.warnings, numbered, lambda source: _plain(source, page, project))
    sources, blocks = list[str](), list[str]()
    for cell in cells:
        tags = tagged(cell)
        if tags & HIDDEN_TAGS:
            continue
        if cell["cell_type"] == "markdown":
            sources.append(without_comments(re.sub("[\ue000\ue001]", "", source_of(cell))))
        elif cell["cell_type"] == "code":
            for block in outputs.of(cell, options_of(cell, page.path, page.warnings), tags, project.echo):
                sources.append(f"\ue000{len(blocks)}\ue001")
                blocks.append(block)
    prose = [numbered.referred(source) if "\ue000" not in source else source for source in sources]
    page.warnings += [f"{page.path}: {found}" for source in prose for found in unsupported(source)]
    body = _render("\n\n".join(prose), page, project)
    page.body = f"<h1>{_title(page.title)}</h1>\n" + _PLACE.sub(lambda found: blocks[int(found[1])], body)
    page.rows = [
        (row.cells[0].text, anchor)
        for markup in _SEARCHABLE.findall(page.body)
        for table in tables(markup)
        for row, anchor in zip(table.rows, table.anchors(), strict=True)
        if not row.total
    ]


def _title(text: str) -> str:
    """Return a title as HTML; what follows its colon keeps together, so that a line breaks there first."""
    subject, mark, question = html.escape(text).partition(": ")
    return f'{subject}: <span class="as-question">{question}</span>' if mark else subject


def _plain(source: str, page: Page, project: Project) -> str:
    """Render Markdown that an output holds: its headings stand in no table of contents."""
    markdown = engine(project.words)
    tokens = markdown.parse(source)
    resolved(tokens, lambda address: _address(address, page, project))
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _render(source: str, page: Page, project: Project) -> str:
    markdown = engine(project.words)
    tokens, taken, tabset = markdown.parse(source), set[str](), 0
    if "title" not in page.front and tokens and tokens[0].tag == "h1":
        page.front["title"] = _words(tokens[1])
        del tokens[:3]
    for at, token in enumerate(tokens):
        tabset += token.nesting if token.type.startswith("container_") and "panel-tabset" in token.meta.get("classes", ()) else 0
        if token.type == "heading_open":
            _anchor(token, tokens[at + 1], page, taken, project, listed=not tabset)
    resolved(tokens, lambda address: _address(address, page, project))
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _address(address: str, page: Page, project: Project) -> str:
    """Return where a link of the prose leads: a document's link to its page; a file is noted, that it may be copied."""
    path, mark, anchor = address.partition("#")
    if not path or re.match(r"[a-z][a-z0-9+.-]*:|//", path):
        return address
    target = posixpath.normpath(posixpath.join("" if path.startswith("/") else posixpath.dirname(page.path), unquote(path.lstrip("/"))))
    way = page.up + target if path.startswith("/") else path
    if _SOURCE.search(target) and (not project.pages or _SOURCE.sub("", target) in project.pages):
        return _SOURCE.sub(".html", way) + mark + anchor
    if target.startswith("../"):
        page.warnings.append(f"{page.path}: a link to {path}, which lies outside the project")
    elif project.root and (project.root / target).is_file():
        page.files.append(target)
    elif project.pages and posixpath.splitext(target)[0] not in project.pages:
        page.warnings.append(f"{page.path}: a link to {path}, which is not in the project")
    return way + mark + anchor


def _words(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))


def _anchor(opened: Token, inline: Token, page: Page, taken: set[str], project: Project, *, listed: bool) -> None:
    """Give a heading its id and its permanent link, and the page its table of contents (tabs of a tabset are not listed)."""
    text = _words(inline)
    given = opened.attrGet("id")
    name = str(given) if given else heading_id(text, taken)
    opened.attrSet("id", name)
    if not listed:
        return
    page.headings.append(Heading(int(opened.tag[1]), name, text))
    label = f"{project.words['link-to-section']}: {text}"
    link = Token("html_inline", "", 0, content=f' <a class="as-anchor" href="#{html.escape(name)}" aria-label="{html.escape(label)}">#</a>')
    inline.children = [*(inline.children or []), link]
