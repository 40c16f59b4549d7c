"""What machines of one batch share: a folder or bucket (any fsspec address) where every file lies under its own SHA-256.

A file is fetched by the hash a job's key names and checked against it, so a worker can neither read a stale file nor a broken one, and
what lies there already is never sent again. Holds personal data: restricted like the store itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansinh import hashes
from ansinh.errors import NotReady, UserError

Files = Mapping[str, str]
"""Name relative to the workspace → SHA-256 of its content."""


class Share:
    """Files under an address such as s3://bucket/prefix or file:///mnt/ansinh; credentials come from the environment, never from it."""

    def __init__(self, address: str) -> None:
        """Open the share; raises UserError when the address cannot be understood or the extra `cluster` is not installed."""
        try:
            import fsspec

            # Other machines write there all the time: no listing is believed twice.
            self._files, self._root = fsspec.core.url_to_fs(address, use_listings_cache=False)
        except (ImportError, ValueError) as error:
            raise UserError(f"--share {address}: {error}. Install the extra: pip install 'ansinh[cluster]'.") from None
        self.address = address

    def send(self, root: Path, files: Files) -> int:
        """Put the files of the workspace at `root` that the share lacks; returns how many were sent."""
        there = self._hashes()
        missing = {digest: name for name, digest in files.items() if digest not in there}
        for digest, name in sorted(missing.items()):
            self._put(self._place(digest), (root / name).read_bytes())
        return len(missing)

    def fetch(self, root: Path, files: Files) -> None:
        """Bring the files to the workspace at `root`, unless the same content stands there; each is checked, each appears whole.

        Raises NotReady when the share lacks one or holds it broken.
        """
        for name, digest in sorted(files.items()):
            path = root / name
            if path.is_file() and hashes.anew(path) == digest:
                continue
            try:
                content: bytes = self._files.cat_file(self._place(digest))
            except FileNotFoundError:
                content = b""
            if hashlib.sha256(content).hexdigest() != digest:
                raise NotReady(f"{name}: the share does not hold it as it was sent. Run the command again; it sends what is missing.")
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
            draft.write_bytes(content)
            os.replace(draft, path)

    def publish(self, name: str, files: Files) -> None:
        """Keep a list of files under a name: the store of a snapshot."""
        self._put(f"{self._root}/lists/{name}.json", json.dumps(dict(files), sort_keys=True, indent=0).encode())

    def published(self, name: str) -> dict[str, str]:
        """Return a list that was kept under a name, nothing when there is none."""
        try:
            found: Any = json.loads(self._files.cat_file(f"{self._root}/lists/{name}.json"))
        except FileNotFoundError:
            return {}
        return dict(found)

    def _place(self, digest: str) -> str:
        return f"{self._root}/files/{digest[:2]}/{digest}"

    def _hashes(self) -> set[str]:
        try:
            return {path.rsplit("/", 1)[-1] for path in self._files.find(f"{self._root}/files")}
        except FileNotFoundError:
            return set()

    def _put(self, place: str, content: bytes) -> None:
        """Write whole: an object store does so by itself, in a folder a draft is renamed."""
        if "file" in self._files.protocol:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            draft = Path(f"{place}.{uuid.uuid4().hex}")
            draft.write_bytes(content)
            os.replace(draft, place)
        else:
            self._files.pipe_file(place, content)
