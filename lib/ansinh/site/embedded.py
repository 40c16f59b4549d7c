"""The embedded renderer: a staged Quarto project → the same pages at the same addresses, without Quarto and without network.

Gather everything, then lay out, then write: config → pages → navigation → build.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import jinja2
from markupsafe import Markup

from ansinh.campaign import Campaign, Workspace
from ansinh.errors import UserError
from ansinh.show import numbers
from ansinh.site.config import Config, read_config
from ansinh.site.nav import Nav, navigation, search_index
from ansinh.site.page import Page, read_page

Progress = Callable[[str, int, int], None]

CSP = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Rendered:
    """What was rendered: page addresses and warnings."""

    pages: tuple[str, ...]
    warnings: tuple[str, ...]


def render(staged: Path, output: Path, workspace: Workspace, campaign: Campaign, *, strict: bool, progress: Progress) -> Rendered:
    """Render the staged project into `output`; raises UserError under `strict` when something is not supported."""
    config = read_config(staged)
    files = sorted(
        path
        for path in staged.rglob("*.ipynb")
        if any(fnmatch(path.relative_to(staged).as_posix(), glob.replace("**/", "*")) for glob in config.render)
    )
    pages = [read_page(path, staged) for path in files]
    warnings = [f"_quarto.yml: {key} is not supported" for key in config.unsupported] + [text for page in pages for text in page.warnings]
    if strict and warnings:
        raise UserError(
            "The embedded renderer does not support everything the project asks for:\n" + "\n".join(f"  {text}" for text in warnings)
        )
    nav = navigation(workspace, campaign, pages)
    _copy_resources(staged, output, config)
    (output / "search.js").write_text(search_index(pages), encoding="utf-8")
    template = _template()
    for number, page in enumerate(pages, 1):
        target = output / f"{page.path}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_lay_out(template, page, config, nav, campaign), encoding="utf-8")
        progress("site: pages", number, len(pages))
    return Rendered(tuple(page.path for page in pages), tuple(warnings))


def _copy_resources(staged: Path, output: Path, config: Config) -> None:
    """Copy what the project declares as resources; a folder is written "name/**", as Quarto wants it."""
    for path in sorted(
        path for glob in config.resources for path in staged.glob(f"{glob}/*" if glob.endswith("**") else glob) if path.is_file()
    ):
        if path.suffix != ".yml":
            target = output / path.relative_to(staged)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    return environment.get_template("page.html")


def _lay_out(template: jinja2.Template, page: Page, config: Config, nav: Nav, campaign: Campaign) -> str:
    before, after = nav.neighbours.get(page.path, (None, None))
    return template.render(
        page=page,
        body=Markup(page.body),
        title=page.title,
        description=str(page.front.get("description", "")),
        config=config,
        csp=CSP,
        toc=[heading for heading in page.headings if 2 <= heading.level <= config.toc_depth],
        navbar=[(href.removesuffix(".ipynb"), text) for href, text in config.navbar],
        groups=nav.groups,
        tabs=nav.tabs.get(page.told.get("unit", ""), []),
        before=before,
        after=after,
        campaign=campaign,
        as_of=numbers.date(campaign.as_of),
        deadline=numbers.date(campaign.deadline),
    )
