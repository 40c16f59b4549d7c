"""Navigation as Quarto makes it of the project file: navbar, the sidebar of a page, previous and next page, footer."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansinh.site.config import Config, Item, Sidebar
from ansinh.site.page import Page

SOURCE = re.compile(r"\.(?:ipynb|md|qmd)(?=#|$)")
"""The ending of a document of the project; its page ends in .html."""


@dataclass(frozen=True)
class Link:
    """An entry of a navigation, ready to be drawn: text, address from the site's root ("" for none), entries below."""

    text: str
    href: str = ""
    contents: tuple[Link, ...] = ()

    @property
    def foreign(self) -> bool:
        """Whether it leads out of the site."""
        return "://" in self.href or self.href.startswith("mailto:")


@dataclass(frozen=True)
class Side:
    """A sidebar, its entries resolved, and the addresses they lead to in their order."""

    id: str
    title: str
    contents: tuple[Link, ...]
    order: tuple[Link, ...]


class Navigation:
    """The navigation of a whole site; what does not resolve is in `warnings`."""

    def __init__(self, config: Config, pages: Sequence[Page], files: Sequence[str] = ()) -> None:
        self._pages = {f"{page.path}.html": page for page in pages}
        self._files = frozenset(files)
        self.warnings: list[str] = []
        self.navbar = tuple(self._links(config.navbar))
        self.footer = tuple(tuple(self._links(part)) for part in config.footer)
        self._sides = [self._side(sidebar) for sidebar in config.sidebars]
        self._beside = config.page_navigation

    def sidebar(self, page: Page) -> Side | None:
        """Return the page's sidebar: the only one, the one its front matter names, or the first that lists it."""
        if page.front.get("sidebar") is False:
            return None
        if len(self._sides) == 1 and not self._sides[0].id:
            return self._sides[0]
        named = next((side for side in self._sides if side.id == page.front.get("sidebar")), None)
        here = f"{page.path}.html"
        return named or next((side for side in self._sides if any(link.href == here for link in side.order)), None)

    def neighbours(self, page: Page) -> tuple[Link | None, Link | None]:
        """Return the previous and the next page of the page's sidebar."""
        side = self.sidebar(page) if self._beside else None
        addresses = [link.href for link in side.order] if side else []
        here = f"{page.path}.html"
        if side is None or here not in addresses:
            return None, None
        at = addresses.index(here)
        return (side.order[at - 1] if at else None), (side.order[at + 1] if at + 1 < len(addresses) else None)

    def _side(self, sidebar: Sidebar) -> Side:
        contents = tuple(self._links(sidebar.contents))
        order: dict[str, Link] = {}
        for link in _flat(contents):
            if link.href and not link.foreign:
                order.setdefault(link.href, link)
        return Side(sidebar.id, sidebar.title, contents, tuple(order.values()))

    def _links(self, items: Sequence[Item]) -> Iterator[Link]:
        for item in items:
            if item.auto:
                yield from self._auto(item.auto)
            else:
                href = SOURCE.sub(".html", item.href.removeprefix("/"))
                address = href.partition("#")[0]
                page = self._pages.get(address)
                if href and not page and "://" not in href and address not in self._files:
                    self.warnings.append(f"_quarto.yml: the navigation names {item.href}, which is not in the project")
                    continue
                yield Link(item.text or (page.title if page else href), href, tuple(self._links(item.contents)))

    def _auto(self, globs: Sequence[str]) -> Iterator[Link]:
        """List pages by address, folders as sections; a page's `order` goes first, a folder's index gives its title."""
        patterns = [re.compile(_expression(glob)) for glob in globs]
        found = [page for page in self._pages.values() if any(pattern.fullmatch(page.path) for pattern in patterns)]
        found.sort(key=lambda page: (page.front.get("order", 1e9), posixpath.basename(page.path) != "index", page.path))
        base = posixpath.dirname(globs[0].partition("*")[0]) if len(globs) == 1 else ""
        index = [page for page in found if base and page.path == f"{base}/index"]
        yield from (Link(page.title, f"{page.path}.html") for page in index)
        yield from _tree(found, f"{base}/" if base else "")


def _expression(glob: str) -> str:
    """Return a glob over addresses without ending as a regular expression: ** goes into folders, * does not."""
    plain = SOURCE.sub("", glob).rstrip("/")
    return re.escape(plain).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")


def _tree(pages: Sequence[Page], folder: str) -> Iterator[Link]:
    done: set[str] = set()
    for page in pages:
        head, _, below = page.path.removeprefix(folder).partition("/")
        if not below:
            if not (folder and head == "index"):
                yield Link(page.title, f"{page.path}.html")
        elif head not in done:
            done.add(head)
            inner = [other for other in pages if other.path.startswith(f"{folder}{head}/")]
            index = next((other for other in inner if other.path == f"{folder}{head}/index"), None)
            yield Link(
                index.title if index else head.replace("-", " ").capitalize(),
                f"{index.path}.html" if index else "",
                tuple(_tree(inner, f"{folder}{head}/")),
            )


def _flat(links: Sequence[Link]) -> Iterator[Link]:
    for link in links:
        yield link
        yield from _flat(link.contents)
