"""_quarto.yml as the embedded renderer reads it: the keys it honours, and a warning for each it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansinh.errors import UserError

HONOURED = frozenset(
    {
        *("project.type", "project.output-dir", "project.render", "project.resources", "lang", "language"),
        *("website.title", "website.search", "website.navbar.left", "website.page-footer.center"),
        *(
            "format.html.theme",
            "format.html.css",
            "format.html.toc",
            "format.html.toc-depth",
            "format.html.toc-title",
            "format.html.html-math-method",
        ),
        *("execute.enabled", "execute.echo"),
    }
)
"""Keys that mean the same in both renderers; a list or a text ends a key."""


@dataclass(frozen=True)
class Config:
    """What the renderer needs of the project file, and the keys it does not support."""

    title: str
    lang: str
    navbar: tuple[tuple[str, str], ...]
    footer: str
    render: tuple[str, ...]
    resources: tuple[str, ...]
    toc_title: str
    toc_depth: int
    words: dict[str, str]
    unsupported: tuple[str, ...]


def read_config(folder: Path) -> Config:
    """Read folder/_quarto.yml; raises UserError when it is no website project."""
    content = yaml.safe_load((folder / "_quarto.yml").read_text(encoding="utf-8")) or {}
    project, website = content.get("project", {}), content.get("website", {})
    if project.get("type") != "website":
        raise UserError("_quarto.yml: project.type must be website.")
    html = content.get("format", {}).get("html", {})
    language = content.get("language")
    words = yaml.safe_load((folder / language).read_text(encoding="utf-8")) if language else {}
    return Config(
        title=website.get("title", ""),
        lang=content.get("lang", "en"),
        navbar=tuple((item["href"], item["text"]) for item in website.get("navbar", {}).get("left", [])),
        footer=website.get("page-footer", {}).get("center", ""),
        render=tuple(project.get("render", ["**/*.ipynb"])),
        resources=tuple(project.get("resources", [])),
        toc_title=html.get("toc-title", words.get("toc-title-website", "")),
        toc_depth=int(html.get("toc-depth", 3)),
        words=words,
        unsupported=tuple(key for key in _keys(content) if key not in HONOURED),
    )


def _keys(content: dict[str, Any], before: str = "") -> Iterator[str]:
    for key, value in content.items():
        name = f"{before}{key}"
        if isinstance(value, dict) and name not in HONOURED:
            yield from _keys(value, f"{name}.")
        else:
            yield name
