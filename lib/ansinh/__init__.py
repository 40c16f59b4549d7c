"""An Sinh: audit notebooks and a published site on social-security data and account coverage.

In a notebook one line is enough::

    from ansinh import open_audit
    audit = open_audit(campaign, unit, as_of)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ansinh.audit import Audit, open_audit

__all__ = ["Audit", "open_audit"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # The front door is loaded on first use, so that `ansinh --help` need not wait for pandas.
    if name in __all__:
        from ansinh import audit

        return getattr(audit, name)
    raise AttributeError(f"module 'ansinh' has no attribute {name!r}")
