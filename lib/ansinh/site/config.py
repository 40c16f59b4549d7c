"""_quarto.yml as the embedded renderer reads it: the keys it honours, and a warning for each it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansinh.errors import UserError
from ansinh.site.language import words_of

PROJECT_FILE = "_quarto.yml"
HONOURED = frozenset(
    {
        *("project.type", "project.output-dir", "project.render", "project.resources", "project.title"),
        *("lang", "language", "toc", "toc-depth", "toc-title"),
        *("website.title", "website.description", "website.favicon", "website.search", "website.page-navigation", "website.sidebar"),
        *("website.navbar.left", "website.navbar.right", "website.navbar.title", "website.navbar.search"),
        *("website.page-footer", "website.page-footer.left", "website.page-footer.center", "website.page-footer.right"),
        *("website.announcement", "website.announcement.content", "website.announcement.dismissable"),
        *("website.announcement.position", "website.announcement.type"),
        *("format.html.theme", "format.html.css", "format.html.include-in-header", "format.html.html-math-method"),
        *("format.html.toc", "format.html.toc-depth", "format.html.toc-title"),
        *("execute.enabled", "execute.echo"),
    }
)
"""Keys that mean the same in both renderers; a list or a text ends a key. The theme is Quarto's: the embedded renderer's is the css."""
PAGE_KEYS = frozenset({"title", "description", "date", "lang", "order", "sidebar", "toc", "ansinh", "jupyter"})
"""Keys of a page's front matter that the embedded renderer honours or that concern no renderer."""


@dataclass(frozen=True)
class Item:
    """One entry of a navigation as the project file writes it: text, address in the project ("" for none), entries below."""

    text: str = ""
    href: str = ""
    contents: tuple[Item, ...] = ()
    auto: tuple[str, ...] = ()
    """Globs whose pages are listed here (`contents: auto` is **)."""


@dataclass(frozen=True)
class Sidebar:
    """One sidebar: its id ("" when it is the only one), title and entries."""

    id: str
    title: str
    contents: tuple[Item, ...]


@dataclass(frozen=True)
class Config:
    """What the renderer needs of the project file, and the keys it does not support."""

    title: str
    description: str
    favicon: str
    lang: str
    search: bool
    announcement: str
    announcement_type: str
    navbar: tuple[Item, ...]
    footer: tuple[tuple[Item, ...], ...]
    sidebars: tuple[Sidebar, ...]
    page_navigation: bool
    render: tuple[str, ...]
    resources: tuple[str, ...]
    css: tuple[str, ...]
    header: str
    echo: bool
    toc: bool
    toc_title: str
    toc_depth: int
    output: str
    words: dict[str, str]
    unsupported: tuple[str, ...]


def read_config(folder: Path) -> Config:
    """Read folder/_quarto.yml; raises UserError when it is no website project or a file it names is missing."""
    content = read_project_file(folder / PROJECT_FILE)
    project, website = content.get("project", {}), content.get("website", {})
    if project.get("type") != "website":
        raise UserError(f"{PROJECT_FILE}: project.type must be website.")
    html = {key: content[key] for key in ("toc", "toc-depth", "toc-title") if key in content} | (
        content.get("format", {}).get("html") or {}
    )
    lang = str(content.get("lang", "en"))
    words = words_of(lang) | _language(content.get("language"), folder)
    announcement = website.get("announcement", "")
    told = announcement if isinstance(announcement, dict) else {"content": announcement}
    navbar, footer = website.get("navbar", {}), website.get("page-footer", {})
    return Config(
        title=str(navbar.get("title") or website.get("title") or project.get("title", "")),
        description=str(website.get("description", "")),
        favicon=str(website.get("favicon", "")),
        lang=lang,
        search=website.get("search", True) is not False and navbar.get("search", True) is not False,
        announcement=str(told.get("content", "")),
        announcement_type=str(told.get("type", "primary")),
        navbar=tuple(_item(item) for side in ("left", "right") for item in navbar.get(side, [])),
        footer=_footer(footer),
        sidebars=_sidebars(website.get("sidebar", [])),
        page_navigation=bool(website.get("page-navigation", False)),
        render=tuple(project.get("render", ["**/*.qmd", "**/*.md", "**/*.ipynb", "!**/README.md"])),
        resources=tuple(_listed(project.get("resources", []))),
        css=tuple(_listed(html.get("css", []))),
        header=_included(html.get("include-in-header", []), folder),
        echo=content.get("execute", {}).get("echo", True) is not False,
        toc=html.get("toc", True) is not False,
        toc_title=html.get("toc-title", words["toc-title-website"]),
        toc_depth=int(html.get("toc-depth", 3)),
        output=str(project.get("output-dir", "_site")),
        words=words,
        unsupported=tuple(key for key in _keys(content) if key not in HONOURED),
    )


def read_project_file(path: Path) -> dict[str, Any]:
    """Read a project file as it is written; raises UserError with the line when it is no YAML."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"There is no {path.name} in {path.parent.name}: it is no Quarto project.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise UserError(f"{path.name}{f', line {mark.line + 1}' if mark else ''}: this is no YAML.") from None
    return content if isinstance(content, dict) else {}


def _language(given: Any, folder: Path) -> dict[str, str]:
    if isinstance(given, str):
        given = read_project_file(folder / given)
    return {key: str(text) for key, text in (given or {}).items()}


def _listed(given: Any) -> Sequence[Any]:
    return given if isinstance(given, list) else [given]


def _included(given: Any, folder: Path) -> str:
    """Return what stands in every page's head: files and texts, as Quarto's include-in-header names them."""
    parts = []
    for part in _listed(given):
        name = part if isinstance(part, str) else part.get("file", "")
        if name and not (folder / name).is_file():
            raise UserError(f"{PROJECT_FILE}: format.html.include-in-header names {name}, which is not there.")
        parts.append((folder / name).read_text(encoding="utf-8") if name else str(part.get("text", "")))
    return "\n".join(part.strip() for part in parts)


def _sidebars(given: Any) -> tuple[Sidebar, ...]:
    found = [one for one in _listed(given) if isinstance(one, dict)]
    return tuple(Sidebar(str(one.get("id", "")), str(one.get("title") or ""), _contents(one.get("contents", []))) for one in found)


def _contents(given: Any) -> tuple[Item, ...]:
    if given == "auto":
        return (Item(auto=("**",)),)
    if isinstance(given, str):
        return (Item(auto=(given if "*" in given else f"{given}/**",)),)
    return tuple(_item(item) for item in _listed(given))


def _item(given: Any) -> Item:
    """Read one entry: a path, a text, `auto`, an object with text and href, or a section with contents."""
    if isinstance(given, str):
        return Item(href=given) if _is_path(given) else Item(text=given)
    if "auto" in given:
        return Item(auto=("**",) if given["auto"] is True else tuple(_listed(given["auto"])))
    section = str(given.get("section") or "")
    href = str(given.get("href") or given.get("file") or (section if _is_path(section) else ""))
    below = given.get("contents", given.get("menu", []))
    return Item(str(given.get("text") or ("" if _is_path(section) else section)), href, _contents(below))


def _is_path(text: str) -> bool:
    return text.endswith((".ipynb", ".md", ".qmd", ".html")) and " " not in text


def _footer(given: Any) -> tuple[tuple[Item, ...], ...]:
    """Return the footer's parts from left to right, each a row of entries."""
    parts = [given] if isinstance(given, str) else [given.get(side) for side in ("left", "center", "right")]
    return tuple(tuple(Item(text=part) if isinstance(part, str) else _item(part) for part in _listed(one)) for one in parts if one)


def _keys(content: dict[str, Any], before: str = "") -> Iterator[str]:
    for key, value in content.items():
        name = f"{before}{key}"
        if isinstance(value, dict) and name not in ("website.sidebar", "language", "website.navbar.left"):
            yield from _keys(value, f"{name}.")
        elif name == "website.sidebar":
            for sidebar in _listed(value):
                yield from (
                    f"{name}.{key}" for key in (sidebar if isinstance(sidebar, dict) else {}) if key not in ("id", "title", "contents")
                )
        else:
            yield name
