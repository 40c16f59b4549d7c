"""A signature over a site's SHA256SUMS, made and checked by a program the user has: ssh-keygen (OpenSSH 8.2+) or minisign."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from ansinh.errors import UserError
from ansinh.site.swap import SIGNATURES, SUMS

NAMESPACE = "ansinh"
"""What ssh-keygen calls the purpose of a signature: one made for something else is none for a site."""
_SIGNER = "ansinh"


def sign(site: Path, key: Path) -> Path:
    """Sign a site's sums with a private key of ssh-keygen or minisign; returns the signature's file, beside the sums.

    The program asks for the key's passphrase itself. Raises UserError when the key, the site or the program is not there, or when
    the program refuses.
    """
    if not (site / SUMS).is_file():
        raise UserError(f"{site.name} has no {SUMS}: there is no published site to sign. Run `ansinh build` first.")
    if not key.is_file():
        raise UserError(f"There is no key {key.name}. Name the file of a private key of ssh-keygen or minisign.")
    mini, key = _is_minisign(key), key.resolve()
    command = [_program("minisign"), "-S", "-s", str(key), "-m", SUMS] if mini else [_program("ssh-keygen"), "-Y", "sign", "-f", str(key), "-n", NAMESPACE, SUMS]  # fmt: skip
    target = site / SIGNATURES[1 if mini else 0]
    target.unlink(missing_ok=True)
    done = subprocess.run(command, cwd=site, check=False, stdout=subprocess.DEVNULL)
    if done.returncode or not target.is_file():
        raise UserError(f"{Path(command[0]).name} did not sign (exit status {done.returncode}). Is {key.name} a private key?")
    return target


def signed_by(site: Path, public: Path) -> bool:
    """Tell whether the site's sums carry a good signature of the key whose public part is in `public`.

    Raises UserError when that file or the program is not there.
    """
    if not public.is_file():
        raise UserError(f"There is no key {public.name}. Name the file of a public key of ssh-keygen or minisign.")
    mini = _is_minisign(public)
    signature = site / SIGNATURES[1 if mini else 0]
    if not signature.is_file() or not (site / SUMS).is_file():
        return False
    if mini:
        command = [_program("minisign"), "-V", "-q", "-p", str(public.resolve()), "-m", SUMS, "-x", signature.name]
        return subprocess.run(command, cwd=site, capture_output=True, check=False).returncode == 0
    key = public.read_text(encoding="utf-8").strip()
    with tempfile.TemporaryDirectory() as folder:
        allowed = Path(folder) / "allowed_signers"
        allowed.write_text(f'{_SIGNER} namespaces="{NAMESPACE}" {key}\n', encoding="utf-8")
        command = [_program("ssh-keygen"), "-Y", "verify", "-f", str(allowed), "-I", _SIGNER, "-n", NAMESPACE, "-s", signature.name]
        with (site / SUMS).open("rb") as content:
            return subprocess.run(command, cwd=site, stdin=content, capture_output=True, check=False).returncode == 0


def _is_minisign(key: Path) -> bool:
    return key.read_bytes().startswith(b"untrusted comment:")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise UserError(f"{name} is not on this machine. Install it (OpenSSH brings ssh-keygen), or use a key of the other kind.")
    return found
