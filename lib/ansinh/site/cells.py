"""Code cells: their options (`#| key: value`), their tags, and their outputs as HTML."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

OPTIONS: Mapping[str, tuple[Any, ...] | type] = {
    "echo": (True, False),
    "include": (True, False),
    "output": (True, False),
    "eval": (True, False),
    "warning": (True, False),
    "label": str,
    "fig-cap": str,
    "fig-alt": str,
    "tbl-cap": str,
}
"""Cell options the embedded renderer knows, with their values or the kind of value."""
IMAGES = {"image/svg+xml": True, "image/png": False, "image/jpeg": False}
"""Kinds of picture, and whether the notebook holds them as text."""
_REFERENCE = re.compile(r"(?<![\w.@])@((?:fig|tbl)-[\w-]*\w)")
_CODE = re.compile(r"(`{3,}|~{3,})[\s\S]*?\1|`[^`\n]*`")


def source_of(cell: Mapping[str, Any]) -> str:
    """Return a cell's source as one text."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def tagged(cell: Mapping[str, Any]) -> set[str]:
    """Return a cell's tags, with hyphens."""
    return {str(tag).replace("_", "-") for tag in cell.get("metadata", {}).get("tags", [])}


def options_of(cell: Mapping[str, Any], path: str, warnings: list[str]) -> dict[str, Any]:
    """Return a code cell's options; what the renderer does not know is named in `warnings`."""
    try:
        options = yaml.safe_load("\n".join(re.findall(r"^#\| ?(.*)$", source_of(cell), re.MULTILINE))) or {}
    except yaml.YAMLError:
        options = None
    if not isinstance(options, dict):
        warnings.append(f"{path}: the options of a cell are no YAML")
        return {}
    for key, value in options.items():
        known = OPTIONS.get(key, ())
        if not (isinstance(value, known) if isinstance(known, type) else value in known):
            warnings.append(f"{path}: the cell option {key} is not supported")
    return options


class Numbered:
    """Figures and tables with a label: numbered in their order, and referred to by @label."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = {"fig": words.get("crossref-fig-title", "Figure"), "tbl": words.get("crossref-tbl-title", "Table")}
        self._names: dict[str, str] = {}

    def name(self, label: str) -> str:
        """Return "Hình 1" for a new label that begins with fig- or tbl-, "" for another."""
        kind = label.partition("-")[0]
        if kind not in self._words or "-" not in label:
            return ""
        number = sum(other.startswith(f"{kind}-") for other in self._names) + 1
        return self._names.setdefault(label, f"{self._words[kind]} {number}")

    def referred(self, source: str) -> str:
        """Return Markdown with @label made a link to what carries the label; other text and code stay as they are."""

        def link(found: re.Match[str]) -> str:
            return f"[{self._names[found[1]]}](#{found[1]})" if found[1] in self._names else found[0]

        parts, at = [], 0
        for code in _CODE.finditer(source):
            parts += [_REFERENCE.sub(link, source[at : code.start()]), code[0]]
            at = code.end()
        return "".join([*parts, _REFERENCE.sub(link, source[at:])])


class Outputs:
    """Draws code cells of one page; what it cannot draw is named in the page's warnings."""

    def __init__(self, path: str, warnings: list[str], numbered: Numbered, prose: Callable[[str], str]) -> None:
        self._path, self._warnings, self._numbered, self._prose = path, warnings, numbered, prose

    def of(self, cell: Mapping[str, Any], options: Mapping[str, Any], tags: set[str], echo: bool) -> Iterator[str]:
        """Yield what a code cell shows: its source where it is shown, its outputs, in a figure where it has a caption."""
        if options.get("include", True) is False:
            return
        source = re.sub(r"^#\|.*\n?", "", source_of(cell), flags=re.MULTILINE).strip("\n")
        if source and options.get("echo", echo) and "remove-input" not in tags:
            yield f'<pre class="as-code"><code class="language-python">{html.escape(source)}</code></pre>'
        if options.get("output", True) is False or "remove-output" in tags:
            return
        label, caption = str(options.get("label", "")), str(options.get("fig-cap") or options.get("tbl-cap") or "")
        shown = [markup for output in cell.get("outputs", []) if (markup := self._one(output, options))]
        name = self._numbered.name(label) if shown and caption else ""
        if not shown or not caption:
            yield from shown
            return
        words = f"<figcaption>{html.escape(f'{name}: {caption}' if name else caption)}</figcaption>"
        inner = [words, *shown] if "tbl-cap" in options else [*shown, words]
        yield f'<figure class="as-figure"{f" id={chr(34)}{html.escape(label)}{chr(34)}" if label else ""}>{"".join(inner)}</figure>'

    def _one(self, output: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        """Return one output as HTML: the richest kind we know."""
        if output["output_type"] == "stream":
            return f'<pre class="as-output">{html.escape("".join(output["text"]))}</pre>'
        if output["output_type"] == "error":
            self._warnings.append(f"{self._path}: an error output")
            return ""
        data = {kind: value if isinstance(value, str) else "".join(value) for kind, value in output.get("data", {}).items()}
        if "text/html" in data:
            return data["text/html"]
        for kind, as_text in IMAGES.items():
            if kind in data:
                return self._image(kind, data[kind], as_text, options)
        if "text/markdown" in data:
            return self._prose(data["text/markdown"])
        if "text/plain" in data:
            return f'<pre class="as-output">{html.escape(data["text/plain"])}</pre>'
        self._warnings.append(f"{self._path}: an output of type {', '.join(data)} is not supported")
        return ""

    def _image(self, kind: str, content: str, as_text: bool, options: Mapping[str, Any]) -> str:
        told = str(options.get("fig-alt") or options.get("fig-cap") or "")
        if not told:
            self._warnings.append(f"{self._path}: a picture without fig-alt, which says what it shows")
        coded = base64.b64encode(content.encode()).decode() if as_text else "".join(content.split())
        return f'<img class="as-picture" src="data:{kind};base64,{coded}" alt="{html.escape(told)}">'
