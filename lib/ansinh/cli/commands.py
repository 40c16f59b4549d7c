"""All verbs on one app: importing them hangs them there."""

from ansinh.cli import casework, desk, intake, proof, verbs
from ansinh.cli.app import app

__all__ = ["app", "casework", "desk", "intake", "proof", "verbs"]
