"""The Content-Security-Policy of every page: nothing from another host, no inline script that data could reach."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

_RULES = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


def policy(scripts: Iterable[str] = (), styles: Iterable[str] = ()) -> str:
    """Return the policy that allows own files and, by their hash, just these inline scripts and style sheets."""
    return _RULES.format(scripts=_hashes(scripts), styles=_hashes(styles))


def _hashes(texts: Iterable[str]) -> str:
    return "".join(f" 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in sorted(set(texts)))


POLICY = policy()
