"""The Markdown both renderers understand: CommonMark, tables, footnotes, attributes, callouts, tabsets, figures with captions.

What Quarto knows beyond that is named by `unsupported`, never passed over in silence.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.footnote import footnote_plugin

CALLOUTS = ("note", "tip", "warning", "important", "caution")
"""Kinds of callout; the project's language gives the words above one without a title."""
CLASSES = frozenset({"panel-tabset", *(f"callout-{kind}" for kind in CALLOUTS)})
"""Classes of `::: {.class}` blocks that the embedded renderer draws as Quarto does."""
_FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_UNSUPPORTED = (
    (re.compile(r"\{\{<"), "a shortcode ({{< … >}})"),
    (re.compile(r"(?<![\w.])@(?:fig|tbl|sec|eq|lst)-[\w-]+"), "a cross-reference (@fig-…)"),
    (re.compile(r"\$\$"), "a formula ($$ … $$)"),
    (re.compile(r"<(?!(?:https?|mailto):|[\w.+-]+@)[A-Za-z/!][^>\n]*>"), "raw HTML"),
)
_COMMENT = re.compile(r"(?P<code>(?P<fence>`{3,}|~{3,}).*?(?P=fence)|`[^`\n]*`)|<!--.*?-->", re.DOTALL)


def engine(words: Mapping[str, str]) -> MarkdownIt:
    """Return the Markdown engine: raw HTML is text, `:::` blocks are divs, a paragraph of one image is a figure."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).use(attrs_plugin).use(footnote_plugin)
    markdown.use(container_plugin, "block", validate=lambda *_: True, render=_block(words))
    markdown.add_render_rule("table_open", _table(words))
    markdown.add_render_rule("table_close", lambda self, tokens, index, options, env: "</table></div>\n")
    markdown.core.ruler.push("blocks", _classes)
    markdown.core.ruler.push("figures", _figures)
    return markdown


def without_comments(source: str) -> str:
    """Return Markdown without HTML comments; code keeps them."""
    return _COMMENT.sub(lambda found: found["code"] or "", source)


def resolved(tokens: Sequence[Token], address: Callable[[str], str]) -> None:
    """Give every link and picture the address that `address` makes of its own."""
    for token in tokens:
        for child in token.children or []:
            name = {"link_open": "href", "image": "src"}.get(child.type)
            if name:
                child.attrSet(name, address(str(child.attrGet(name))))


def unsupported(source: str) -> Iterator[str]:
    """Yield what a Markdown source asks for that the embedded renderer cannot draw."""
    if re.search(r"^(?:`{3,}|~{3,})\s*\{", source, re.MULTILINE):
        yield "a raw or executable code block (```{…}) is not supported"
    plain = _FENCED.sub("", source)
    for info in re.findall(r"^:{3,}[ \t]*(\S.*?)[ \t]*$", plain, re.MULTILINE):
        for name in sorted(set(_read(info)[0]) - CLASSES) or ([] if _read(info)[0] else [info]):
            yield f"the block ::: {name} is not supported"
    for pattern, name in _UNSUPPORTED:
        if pattern.search(plain):
            yield f"{name} is not supported"


def _read(info: str) -> tuple[tuple[str, ...], str]:
    """Return the classes and the title of a block's first line: `{.callout-note title="…"}` or one bare word."""
    classes = tuple(re.findall(r"\.([\w-]+)", re.sub(r'"[^"]*"', "", info))) if "{" in info else (info.strip(),)
    title = re.search(r'title="([^"]*)"', info)
    return classes, title[1] if title else ""


def _classes(state: StateCore) -> None:
    """Write a block's classes and title into both of its tokens; the closing one does not carry them."""
    open_blocks: list[dict[str, Any]] = []
    for token in state.tokens:
        if token.type == "container_block_open":
            classes, title = _read(token.info)
            open_blocks.append({"classes": classes, "title": title})
            token.meta = open_blocks[-1]
        elif token.type == "container_block_close":
            token.meta = open_blocks.pop()


def _block(words: Mapping[str, str]) -> Callable[..., str]:
    """Return what draws both ends of a `:::` block, with the words above a callout."""

    def draw(self: Any, tokens: list[Token], index: int, options: Any, env: Any) -> str:
        token = tokens[index]
        classes, title = token.meta["classes"], token.meta["title"]
        kind = next((name.removeprefix("callout-") for name in classes if name.startswith("callout-")), None)
        if kind in CALLOUTS:
            heading = f'<p class="callout-title">{html.escape(title or words[f"callout-{kind}-title"])}</p>\n'
            return f'<div class="callout callout-{kind}" role="note">\n{heading}' if token.nesting == 1 else "</div>\n"
        return f'<div class="{html.escape(" ".join(classes))}">\n' if token.nesting == 1 else "</div>\n"

    return draw


def _table(words: Mapping[str, str]) -> Callable[..., str]:
    """Return what draws the beginning of a table: in a frame of its own, which scrolls where the page is too narrow, and can be reached by keyboard."""

    def draw(self: Any, tokens: list[Token], index: int, options: Any, env: Any) -> str:
        number = sum(token.type == "table_open" for token in tokens[: index + 1])
        name = html.escape(f"{words['crossref-tbl-title']} {number}")
        return f'<div class="as-scroll" tabindex="0" role="group" aria-label="{name}"><table{self.renderAttrs(tokens[index])}>\n'

    return draw


def _figures(state: StateCore) -> None:
    """Make a paragraph that is one image a figure with its caption; `fig-alt` is what screen readers say."""
    for at, token in enumerate(state.tokens):
        if token.type != "inline" or at == 0 or state.tokens[at - 1].type != "paragraph_open":
            continue
        children = [child for child in token.children or [] if child.content.strip() or child.type == "image"]
        if len(children) == 1 and children[0].type == "image":
            image = children[0]
            said, caption = image.attrs.pop("fig-alt", None), image.content
            if not caption:
                continue
            if said:
                image.children = [Token("text", "", 0, content=str(said))]
            state.tokens[at - 1].hidden = state.tokens[at + 1].hidden = True
            before = Token("html_inline", "", 0, content='<figure class="as-figure">')
            after = Token("html_inline", "", 0, content=f"<figcaption>{html.escape(caption)}</figcaption></figure>")
            token.children = [before, image, after]
