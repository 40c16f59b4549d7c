"""All verbs on one app: importing them hangs them there."""

from ansinh.cli import desk, intake, proof, verbs
from ansinh.cli.app import app

__all__ = ["app", "desk", "intake", "proof", "verbs"]
