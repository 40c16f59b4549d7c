"""The embedded renderer: a Quarto website project → the same pages at the same addresses, without Quarto and without network.

Gather everything, then lay out, then write: config → pages → navigation → build. It knows no campaign: `render(folder, output)`
draws any project of notebooks and Markdown documents within what docs/renderers.md lists.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import jinja2
from markupsafe import Markup

from ansinh.errors import UserError
from ansinh.site.config import PROJECT_FILE, Config, read_config
from ansinh.site.cores import spread
from ansinh.site.memory import Memory, key
from ansinh.site.nav import SOURCE, Navigation
from ansinh.site.page import Page, Project, as_bytes, from_bytes, read_page
from ansinh.site.policy import POLICY
from ansinh.site.prose import engine
from ansinh.site.search import NAME as SEARCH
from ansinh.site.search import search_index

Progress = Callable[[str, int, int], None]
DOCUMENTS = (".ipynb", ".md", ".qmd")
NOT_COPIED = (".yml", ".scss")
"""Files of a theme that are read, not published."""
THEME = Path(__file__).with_name("theme")


@dataclass(frozen=True)
class Rendered:
    """What was rendered: page addresses without ending, and warnings."""

    pages: tuple[str, ...]
    warnings: tuple[str, ...]


def render(
    project: Path, output: Path, *, strict: bool = False, jobs: int = 1, memory: Memory | None = None, progress: Progress | None = None
) -> Rendered:
    """Render the Quarto website project in the folder `project` into `output`, which is made where it is missing.

    `jobs` processes read documents; what `memory` holds of an unchanged document is not read again.

    Raises UserError when it is no such project, and under `strict` when it asks for something that is not supported.
    """
    config = _themed(read_config(project), output)
    documents = documents_of(project, config)
    addresses = frozenset(path.relative_to(project).with_suffix("").as_posix() for path in documents)
    told = Project(addresses, config.words, config.echo, project)
    pages = _read(documents, project, told, memory or Memory(), jobs)
    files = resources_of(project, config, pages)
    nav = Navigation(config, pages, files)
    warnings = [
        *(f"{PROJECT_FILE}: {key} is not supported" for key in config.unsupported),
        *nav.warnings,
        *(text for page in pages for text in page.warnings),
    ]
    if strict and warnings:
        raise UserError(
            "The embedded renderer does not support everything the project asks for:\n" + "\n".join(f"  {text}" for text in warnings)
        )
    for name in files:
        _copy(project / name, output / name)
    if config.search:
        output.mkdir(parents=True, exist_ok=True)
        (output / SEARCH).write_text(search_index(pages), encoding="utf-8")
    template = _template()
    for number, page in enumerate(pages, 1):
        target = output / f"{page.path}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_lay_out(template, page, config, nav), encoding="utf-8")
        if progress:
            progress("site: pages", number, len(pages))
    return Rendered(tuple(page.path for page in pages), tuple(warnings))


def _read(documents: Sequence[Path], root: Path, project: Project, memory: Memory, jobs: int) -> list[Page]:
    """Read all documents; a page depends on its document, on which pages there are, on the words and on the files its prose names."""
    shared = repr((sorted(project.pages), sorted(project.words.items()), project.echo))
    keys = [key("page", shared, path.relative_to(root).as_posix(), path.read_bytes()) for path in documents]
    found = [memory.get(one).get("page") for one in keys]
    missing = [path for path, page in zip(documents, found, strict=True) if page is None]
    made = spread(partial(read_page, root=root, project=project), missing, jobs)
    pages = [from_bytes(page) if page is not None else next(made) for page in found]
    for one, page, before in zip(keys, pages, found, strict=True):
        if before is None and not page.files and not page.warnings:
            memory.put(one, {"page": as_bytes(page)})
    return pages


def _themed(config: Config, output: Path) -> Config:
    """Give a project that names no style sheet the shipped theme, laid beside its pages."""
    if config.css:
        return config
    for path in sorted(path for path in THEME.rglob("*") if path.is_file() and path.suffix not in NOT_COPIED):
        _copy(path, output / "theme" / path.relative_to(THEME))
    return replace(
        config,
        css=("theme/site.css",),
        header=f'{config.header}\n<script src="/theme/site.js" defer></script>'.strip(),
        favicon=config.favicon or "theme/favicon.svg",
    )


def documents_of(project: Path, config: Config) -> list[Path]:
    """Return the project's documents in order: what project.render names, without what a leading ! takes out, _ and . never."""
    found: set[Path] = set()
    for glob in config.render:
        named = glob.removeprefix("!")
        matching = set(project.glob(f"{named.rstrip('/')}/**/*" if (project / named).is_dir() else named))
        found = found - matching if glob.startswith("!") else found | matching
    output = project / config.output
    return sorted(
        path
        for path in found
        if path.suffix in DOCUMENTS
        and not any(part.startswith(("_", ".")) for part in path.relative_to(project).parts)
        and not path.is_relative_to(output)
    )


def resources_of(project: Path, config: Config, pages: Sequence[Page] = ()) -> list[str]:
    """Return the files to copy, from the project's root: declared resources ("name/**" is a folder), css, icon, what pages show."""
    globs = [
        f"{glob}/*" if glob.endswith("**") else f"{glob.rstrip('/')}/**/*" if glob.endswith("/") else glob for glob in config.resources
    ]
    declared = {path.relative_to(project).as_posix() for glob in globs for path in project.glob(glob) if path.is_file()}
    named = {name for name in (*config.css, config.favicon) if name and (project / name).is_file()}
    shown = {name for page in pages for name in page.files}
    return sorted(name for name in declared | named | shown if not name.endswith(NOT_COPIED))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    return environment.get_template("page.html")


def _lay_out(template: jinja2.Template, page: Page, config: Config, nav: Navigation) -> str:
    before, after = nav.neighbours(page)
    shown = config.toc and page.front.get("toc", True) is not False
    return template.render(
        page=page,
        here=f"{page.path}.html",
        body=Markup(page.body),
        description=str(page.front.get("description") or config.description),
        config=config,
        words=config.words,
        policy=POLICY,
        header=Markup(_rooted(config.header, page.up)),
        announcement=_inline(config.announcement, page, config),
        toc=[heading for heading in page.headings if 2 <= heading.level <= config.toc_depth] if shown else [],
        navbar=nav.navbar,
        side=nav.sidebar(page),
        before=before,
        after=after,
        footer=[[(_inline(link.text, page, config), link.href) for link in part] for part in nav.footer],
        home="index.html",
    )


def _rooted(markup: str, up: str) -> str:
    """Return markup of the project file with addresses from the project's root ("/theme/…") made relative to a page."""
    return re.sub(r'(\b(?:src|href)=")/(?!/)', lambda found: found[1] + up, markup)


def _inline(text: str, page: Page, config: Config) -> Markup:
    """Return a text of the project file as inline Markdown; its links start at the project's root."""

    def way(address: str) -> str:
        return address if re.match(r"[a-z][a-z0-9+.-]*:|#", address) else page.up + SOURCE.sub(".html", address.lstrip("/"))

    markdown = engine(config.words)
    tokens = markdown.parseInline(text)
    for child in tokens[0].children or [] if tokens else []:
        if child.type == "link_open":
            child.attrSet("href", way(html.unescape(str(child.attrGet("href")))))
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))
