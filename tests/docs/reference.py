"""The reference pages that code writes: the command, the campaign file, the measures' functions."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from ansinh import measures
from ansinh.audit.helping import summary
from ansinh.campaign import Campaign
from ansinh.cli.commands import app

NO_LIST = "ansinh.measures.scope"
"""What all measures are asked of; described by its class, not as a measure."""


def row(*cells: str) -> str:
    """Return one line of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


def verbs() -> dict[str, Any]:
    """Return every verb of the command by its name, in the order of `ansinh --help`."""
    group: Any = typer.main.get_command(app)
    return dict(group.commands)


def command() -> str:
    """docs/reference/command.md."""
    return (
        "# The command\n\n"
        "Generated from `lib/ansinh/cli` by `make docs`; `ansinh VERB --help` says the same. CAMPAIGN is the name of a file in `params/campaigns` or a path to one.\n\n"
        "| exit code | meaning |\n| --- | --- |\n"
        "| 0 | all good |\n| 1 | built, but some units failed, or lists were refused or not understood |\n| 2 | a mistake you can mend: one sentence says how |\n"
        "| 3 | a fault of ours |\n| 130 | interrupted; the same command goes on where it stopped |\n\n"
        + "\n".join(_verb(name, verb) for name, verb in verbs().items())
    )


def _verb(name: str, verb: Any) -> str:
    arguments = [parameter for parameter in verb.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in verb.params if parameter.param_type_name == "option" and "--help" not in parameter.opts]
    usage = " ".join(["ansinh", name, *("[OPTIONS]" if options else "",), *(_value(argument) for argument in arguments)])
    lines = [
        row(
            ", ".join(f"`{given}`" for given in (*option.opts, *option.secondary_opts)), _value(option), _default(option), option.help or ""
        )
        for option in options
    ]
    table = "| option | value | default | meaning |\n| --- | --- | --- | --- |\n" + "".join(lines) if lines else ""
    return f"## ansinh {name}\n\n{inspect.cleandoc(verb.help or '')}\n\n```text\n{usage.strip()}\n```\n\n{table}"


def _value(parameter: Any) -> str:
    """Return what is written after an option: its own word, the choices there are, or nothing for a switch."""
    if parameter.metavar:
        return str(parameter.metavar)
    if getattr(parameter, "is_flag", False):
        return ""
    taken = parameter.type_descriptor.annotation
    if issubclass(taken, Enum):
        return ", ".join(f"`{choice.value}`" for choice in taken)
    return {int: "NUMBER", float: "NUMBER", Path: "PATH"}.get(taken, "TEXT")


def _default(option: Any) -> str:
    if option.required:
        return "required"
    given = getattr(option.default, "value", option.default)
    if getattr(option, "is_flag", False):
        return "yes" if given is True and option.secondary_opts else ""
    return "" if given in (None, "", ()) or callable(given) else f"`{given}`"


def campaign_file() -> str:
    """docs/reference/campaign.md."""
    schema = Campaign.model_json_schema(by_alias=True)
    parts = schema["$defs"]
    head = (
        "# The campaign file\n\n"
        "Generated from `lib/ansinh/campaign.py` by `make docs`. One file under `params/campaigns/` is a whole campaign; its name is the campaign's name. A key nobody knows is\n"
        "refused, with the remedy. Editors that know YAML complete and check it with `# yaml-language-server: $schema=../../docs/campaign.schema.json` in the first line.\n"
    )
    order = list(_order(schema, parts))
    named = sorted(parts.items(), key=lambda item: order.index(item[0]))
    return "\n".join([head, _part("The file", schema, parts), *(_part(_heading(name), part, parts) for name, part in named)])


def _order(schema: dict[str, Any], parts: dict[str, Any]) -> Iterator[str]:
    """Yield the names of parts in the order in which the file's keys lead to them."""
    for asked in schema["properties"].values():
        for name in _referred(asked):
            yield name
            yield from _order(parts[name], parts)


def _referred(asked: Any) -> list[str]:
    return [text.rpartition("/")[2] for text in _values(asked, "$ref")]


def _values(tree: Any, key: str) -> Iterator[str]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from [value] if name == key else _values(value, key)
    elif isinstance(tree, list):
        for value in tree:
            yield from _values(value, key)


def _heading(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip().capitalize()


def _part(title: str, part: dict[str, Any], parts: dict[str, Any]) -> str:
    lines = [
        row(
            f"`{key}`",
            _kind(asked),
            "required" if key in part.get("required", []) else _given(asked.get("default")),
            asked.get("description") or " ".join(parts[name]["description"] for name in _referred(asked)),
        )
        for key, asked in part["properties"].items()
    ]
    return (
        f"## {title}\n\n{inspect.cleandoc(part['description'])}\n\n| key | value | default | meaning |\n| --- | --- | --- | --- |\n"
        + "".join(lines)
    )


def _kind(asked: dict[str, Any]) -> str:
    """Say in words what a key may hold."""
    if "$ref" in asked:
        name = _heading(asked["$ref"].rpartition("/")[2])
        return f"[{name.lower()}](#{name.lower().replace(' ', '-')})"
    if "anyOf" in asked:
        return " or ".join(_kind(one) for one in asked["anyOf"] if one.get("type") != "null")
    if "enum" in asked:
        return ", ".join(f"`{one}`" for one in asked["enum"])
    if asked.get("type") == "array":
        return f"list of: {_kind(asked.get('items', {}))}"
    if asked.get("type") == "object":
        return f"keys to: {_kind(asked.get('additionalProperties', {}))}"
    limits = {"minimum": "≥ {}", "exclusiveMinimum": "> {}", "maximum": "≤ {}", "exclusiveMaximum": "< {}", "pattern": "`{}`"}
    told = [text.format(asked[key]) for key, text in limits.items() if key in asked]
    return " ".join(
        [
            {"string": asked.get("format", "text"), "integer": "whole number", "number": "number", "boolean": "true or false"}.get(
                asked.get("type", ""), "text"
            ),
            *told,
        ]
    )


def _given(default: Any) -> str:
    """Write a default as the file would; nothing for an empty one or for a part, whose own keys say theirs."""
    return "" if default in (None, "", [], {}) or isinstance(default, dict) else f"`{json.dumps(default, ensure_ascii=False)}`"


def measure_functions() -> str:
    """docs/reference/measures.md."""
    return (
        "# The measures' functions\n\n"
        "Generated from the docstrings of `lib/ansinh/measures` by `make docs`. Each takes a `Scope` (a place and its snapshot) and returns raw counts, which only\n"
        "`release` turns into something that may be shown. What numerator and denominator mean: [the measures](../measures.md).\n\n"
        + "\n".join(_modules())
    )


def _modules() -> Iterator[str]:
    for found in pkgutil.iter_modules(measures.__path__, f"{measures.__name__}."):
        module = importlib.import_module(found.name)
        functions = [
            (name, member)
            for name, member in vars(module).items()
            if inspect.isfunction(member) and member.__module__ == found.name and not name.startswith("_")
        ]
        if found.name == NO_LIST or not functions:
            continue
        short = found.name.rpartition(".")[2]
        lines = "".join(row(f"`{short}.{name}`", summary(member)) for name, member in functions)
        yield f"## {short}\n\n{summary(module)}\n\n| function | what it returns |\n| --- | --- |\n{lines}"
