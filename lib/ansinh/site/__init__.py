"""Sealed notebooks → gate → staged Quarto project → pages → gate → swapped in, all or nothing."""

from ansinh.site.publish import SiteReport, broken_links, publish

__all__ = ["SiteReport", "broken_links", "publish"]
