"""The command `ansinh`: parses, calls, tells; decides nothing.

Exit codes: 0 all good · 1 built, but some units failed, or lists were refused or not understood · 2 the user's mistake · 3 ours · 130 interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback

from ansinh.errors import AnsinhError

INTERRUPTED = 130
FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


def main() -> None:
    """Run the command line and end the process with its exit code."""
    _speak_utf8()
    from ansinh.cli.commands import app

    try:
        app(standalone_mode=True)
    except AnsinhError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except SystemExit as ended:  # typer turns Ctrl-C into this
        if ended.code == INTERRUPTED:
            _say("Stopped. What was finished is kept; run the same command to go on.")
        raise
    except OSError as error:
        if error.errno not in FULL:
            _report(error)
            sys.exit(3)
        _say("The disk is full, or a file grew larger than allowed here. Make room and run the same command; what was finished is kept.")
        sys.exit(2)
    except Exception as error:  # the last door: a bug of ours ends with its own exit code
        _report(error)
        sys.exit(3)


def _speak_utf8() -> None:
    """Start anew in UTF-8 mode where the locale's own signs cannot name a folder «nơi khác» (PEP 540; never on Windows, whose names are Unicode)."""
    if sys.getfilesystemencoding().lower() != "utf-8" and not sys.flags.utf8_mode:
        os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], os.environ | {"PYTHONUTF8": "1"})


def _say(text: str) -> None:
    sys.stderr.write(f"ansinh: {text}\n")


def _report(error: Exception) -> None:
    """Tell a bug of ours without the exception's own message, which may quote a person's value."""
    _say(
        f"This is a fault of An Sinh ({type(error).__name__}), not yours. Please report it with the lines below; they hold no personal data."
    )
    for frame in traceback.extract_tb(error.__traceback__):
        _say(f"  {os.path.basename(frame.filename)}:{frame.lineno} in {frame.name}")
    if os.environ.get("ANSINH_DEBUG"):
        traceback.print_exception(error)
