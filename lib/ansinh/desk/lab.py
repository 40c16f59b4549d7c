"""Start JupyterLab on the notebooks: on this machine only, with the save hook, on the home notebook of a campaign."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from ansinh.campaign import Campaign, Workspace
from ansinh.desk.copies import copy
from ansinh.errors import UserError

HOME = "trang_chu"
"""The home notebook."""
CONFIG = Path(__file__).with_name("jupyter")
"""What of JupyterLab can be set by file only."""
EXTENSION = "ansinh.desk.server"
HOOK = "ansinh.desk.saving.pre_save"


def command(workspace: Workspace, campaign: Campaign, *, port: int, browser: bool, more: tuple[str, ...] = ()) -> list[str]:
    """Return the command that starts JupyterLab; the campaign's working copy of the home notebook is written first.

    `more` are options passed on to Jupyter ("--allow-root" in a container). Raises UserError when JupyterLab is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise UserError(
            "JupyterLab is not installed. Run `make lab`, or `uv sync --group notebook` (without uv: `pip install jupyterlab ipywidgets`)."
        )
    home = copy(workspace, campaign, HOME, "").relative_to(workspace.notebooks).as_posix()
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ip=127.0.0.1",
        f"--port={port}",
        f"--ServerApp.root_dir={workspace.notebooks}",
        f"--LabApp.default_url=/lab/tree/{home}",
        "--LabApp.custom_css=True",
        f"--ServerApp.jpserver_extensions={{{EXTENSION!r}: True}}",
        f"--FileContentsManager.pre_save_hook={HOOK}",
        # No update checks, no extension listings (and no news, see jupyter/labconfig): nothing is asked of another machine.
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        "--LabApp.extension_manager=readonly",
        *([] if browser else ["--no-browser"]),
        *more,
    ]


def start(workspace: Workspace, campaign: Campaign, *, port: int, browser: bool, more: tuple[str, ...] = ()) -> int:
    """Run JupyterLab until it is stopped; returns its exit code. Notebooks find the workspace by ANSINH_WORKSPACE."""
    arguments = command(workspace, campaign, port=port, browser=browser, more=more)
    paths = [str(CONFIG), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    environment = os.environ | {"ANSINH_WORKSPACE": str(workspace.root), "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}
    if os.name == "posix":
        # JupyterLab takes this process's place, so that whoever ends the one ends the other.
        os.execve(arguments[0], arguments, environment)
    return subprocess.run(arguments, env=environment, check=False).returncode
