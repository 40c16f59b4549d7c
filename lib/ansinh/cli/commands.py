"""All verbs on one app: importing them hangs them there."""

from ansinh.cli import desk, intake, verbs
from ansinh.cli.app import app

__all__ = ["app", "desk", "intake", "verbs"]
