"""Sealed notebooks → gate → staged Quarto project → pages → gate → swapped in, all or nothing."""

from ansinh.site.links import broken_links
from ansinh.site.publish import SiteReport, kept_sites, publish, rollback

__all__ = ["SiteReport", "broken_links", "kept_sites", "publish", "rollback"]
