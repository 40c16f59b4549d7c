"""The published folder: whose it is, how a new site takes the old one's place in one step, which earlier ones are kept.

Beside `_site` lie `_site.new` (being made), `_site.kept/0001`, `0002`, … (earlier sites, the newest last) and, only where the
system cannot exchange two folders in one step, `_site.old` for an instant.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ansinh import hashes
from ansinh.campaign import Campaign
from ansinh.errors import Busy, UserError

MARKER = "site.json"
"""Names the campaign and audience of a published site, so that another cannot overwrite it."""
SUMS = "SHA256SUMS"
"""The hash of every other file of a site, as `sha256sum --check` reads it; what a signature is made over."""
SIGNATURES = (f"{SUMS}.sig", f"{SUMS}.minisig")
_EXCHANGE = {"linux": ("renameat2", True), "darwin": ("renamex_np", False)}


@dataclass(frozen=True)
class Kept:
    """An earlier site: its number, as-of date (YYYY-MM-DD), pages and folder."""

    number: int
    as_of: str
    pages: int
    folder: Path


def fresh_of(output: Path) -> Path:
    """Return the folder beside `output` a new site is made in."""
    return output.with_name(f"{output.name}.new")


def old_of(output: Path) -> Path:
    """Return where the old site stands for the instant between two renames."""
    return output.with_name(f"{output.name}.old")


@contextmanager
def owned(output: Path, campaign: Campaign) -> Iterator[None]:
    """Hold the output folder: nobody else writes there, and it is this campaign's, of this audience, or empty.

    Puts back a site that a killed process left aside. Raises UserError when the folder is another site's or no site, Busy when
    another campaign is writing there.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(output.with_name(f".{output.name}.lock"), timeout=0):
            if old_of(output).is_dir() and not output.exists():
                old_of(output).rename(output)
            _own(output, campaign)
            yield
    except Timeout:
        raise Busy(f"Another site is being written to {output.name}. Wait until it has ended.") from None


def _own(output: Path, campaign: Campaign) -> None:
    if not output.exists() or not any(output.iterdir()):
        return
    found = marker(output)
    if not found:
        raise UserError(f"{output.name} holds files that are no published site. Move them, or name another folder in site.output.")
    if (found["campaign"], found["audience"]) != (campaign.name, campaign.audience):
        raise UserError(
            f"{output.name} is the site of {found['campaign']} ({found['audience']}). Name another folder in site.output of {campaign.name}."
        )


def marker(site: Path) -> dict[str, str]:
    """Return what a site says of itself: campaign, audience, as_of, made_of; nothing when it is no published site."""
    path = site / MARKER
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def pages_of(site: Path) -> int:
    """Return the number of a site's pages."""
    return sum(1 for _ in site.rglob("*.html"))


def sums(site: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a site, by its path; the sums themselves and their signatures left out."""
    found = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*")) if path.is_file()}
    return {name: hashes.anew(path) for name, path in found.items() if name not in (SUMS, *SIGNATURES)}


def write_sums(site: Path) -> None:
    """Write SHA256SUMS over a finished site."""
    (site / SUMS).write_text("".join(f"{digest}  {name}\n" for name, digest in sums(site).items()), encoding="utf-8")


def read_sums(site: Path) -> dict[str, str]:
    """Return the sums as they were written; nothing when there are none."""
    path = site / SUMS
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def swap(fresh: Path, output: Path, keep: int) -> None:
    """Put the new site in the old one's place, in one step where the system can, and keep the old one among the last `keep`.

    Killed at any moment, this leaves the old site or the new one; in the instant between two renames (Windows) the old one lies
    beside, and `owned` puts it back.
    """
    if not output.exists():
        fresh.rename(output)
        return
    old = fresh
    if not exchanged(fresh, output):
        old = old_of(output)
        shutil.rmtree(old, ignore_errors=True)
        output.rename(old)
        try:
            fresh.rename(output)
        except OSError:
            old.rename(output)
            raise
    _keep(old, output, keep)


def exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot."""
    name, at_folder = _EXCHANGE.get(sys.platform, ("", False))
    call = getattr(ctypes.CDLL(None), name, None) if name else None
    if call is None:
        return False
    first, second = os.fsencode(one), os.fsencode(other)
    here = -100  # AT_FDCWD
    done = call(here, first, here, second, 2) if at_folder else call(first, second, 2)
    return bool(done == 0)


def kept(output: Path) -> list[Kept]:
    """Return the earlier sites, oldest first."""
    folders = sorted(path for path in output.with_name(f"{output.name}.kept").glob("[0-9]*") if marker(path))
    return [Kept(int(path.name), marker(path)["as_of"], pages_of(path), path) for path in folders]


def _keep(old: Path, output: Path, keep: int) -> None:
    """Put the old site last among those kept, and let the oldest go."""
    folder = output.with_name(f"{output.name}.kept")
    before = [item.number for item in kept(output)]
    if keep and marker(old):
        folder.mkdir(exist_ok=True)
        old.rename(folder / f"{max(before, default=0) + 1:04}")
    else:
        shutil.rmtree(old, ignore_errors=True)
    for item in kept(output)[: -keep or None]:
        shutil.rmtree(item.folder)
