"""Where lists with names may be written, and how: never beside pages or under version control, readable by their owner alone."""

from __future__ import annotations

import io
import os
import stat
import uuid
from pathlib import Path

from ansinh.campaign import Campaign, Workspace
from ansinh.errors import UserError

SHORTEST_PASSWORD = 12
_OURS = ("cache", "samples", "sources", "store", "truth")
"""Folders of data/<campaign> that hold other things."""
_VERSION_CONTROL = (".git", ".hg", ".svn")


def target(workspace: Workspace, campaign: Campaign, out: Path) -> Path:
    """Return `out`, resolved, if lists with names may be written there; raises UserError with the reason and another place.

    Refused are the site, the reports, the officials' own files (a list there would be read as one of theirs), any other folder of the
    workspace but data/<campaign>, and any folder under version control, ignored or not. data/<campaign> is the restricted folder
    that holds the store already: git ignores it, and the program writes nothing else there.
    """
    found = out.expanduser().resolve()
    inside = workspace.data(campaign).resolve()
    elsewhere = f"Name another folder, such as data/{campaign.name}/worklists, or one outside."
    for name, folder in (
        ("the site", workspace.output(campaign)),
        ("the reports", workspace.reports),
        ("the source lists", workspace.sources(campaign)),
    ):
        if _in(found, folder) or _in(folder.resolve(), found):
            raise UserError(f"--out lies in or above {name}. Lists with names are not written there. {elsewhere}")
    if _in(found, inside) and found != inside and found.relative_to(inside).parts[0] not in _OURS:
        return found
    if _in(found, workspace.root) or _in(workspace.root, found):
        raise UserError(f"--out lies in the workspace, beside what is published or kept under version control. {elsewhere}")
    for folder in (found, *found.parents):
        if any((folder / name).exists() for name in _VERSION_CONTROL):
            raise UserError(f"--out lies under version control ({folder.name}). Lists with names are not written there. {elsewhere}")
    return found


def _in(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder.resolve())


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter (0700); what lies above it is left as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(stat.S_IRWXU)


def write(path: Path, content: bytes, password: str = "") -> None:
    """Write a file whole, readable by its owner alone (0600), encrypted when there is a password."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(encrypted(content, password) if password else content)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def encrypted(content: bytes, password: str) -> bytes:
    """Return a workbook encrypted with AES-256 as Excel and LibreOffice do it (ECMA-376 agile encryption, by msoffcrypto-tool)."""
    from msoffcrypto.format.ooxml import OOXMLFile

    made = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, made)
    return made.getvalue()


def password_from(name: str | None) -> str:
    """Return the password that the environment variable or the file `name` holds, "" for None; raises UserError.

    A password is never an argument: arguments stand in process lists and shell histories.
    """
    if name is None:
        return ""
    found = os.environ.get(name)
    if found is None and Path(name).is_file():
        found = Path(name).read_text(encoding="utf-8")
    if found is None:
        raise UserError("--password-from names neither an environment variable nor a file. Set one that holds the password.")
    if len(found.strip()) < SHORTEST_PASSWORD:
        raise UserError(
            f"The password is shorter than {SHORTEST_PASSWORD} signs. Take a longer one: the file travels by mail and on sticks."
        )
    return found.strip()
