"""All verbs on one app: importing them hangs them there."""

from ansinh.cli import casework, verbs
from ansinh.cli.app import app

__all__ = ["app", "casework", "verbs"]
