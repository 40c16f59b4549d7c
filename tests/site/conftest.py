"""The published site, a real browser over it, and what the site is checked with (tests/site/package.json)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ansinh.campaign import Workspace

ROOT = Path(__file__).parents[2]
CHECKERS = Path(__file__).with_name("node_modules")
KINDS = (
    "index.html",
    "chi-thi.html",
    "phuong-phap.html",
    "don-vi/006-dong-da/tai-khoan.html",
    "don-vi/006-dong-da/du-lieu.html",
    "don-vi/006-dong-da/chi-tra.html",
    "xa-phuong/00199-lang-ha.html",
)
"""One page of every kind."""


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Path:
    """The site named by ANSINH_SITE (CI's own build), else the small demo city's."""
    if given := os.environ.get("ANSINH_SITE"):
        return (ROOT / given).resolve()
    published: Workspace = request.getfixturevalue("published")
    return published.output(published.campaign())


@pytest.fixture
def index(site: Path) -> str:
    """The city page's address, straight from the folder (file://)."""
    return (site / "index.html").as_uri()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page; the test fails when the page reports an error, a blocked resource among them."""
    opened = browser.new_page()
    failures: list[str] = []
    opened.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: failures.append(str(error)))
    yield opened
    opened.close()
    assert failures == []


def checker(name: str) -> Path:
    """Return an installed checker's folder; skips, saying how to install it, where it is not."""
    folder = CHECKERS / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not installed: npm ci --ignore-scripts --prefix tests/site")
    return folder
