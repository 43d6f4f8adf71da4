"""Pages of synthetic clusters, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet.report import page
from tests.report.browser import Page, browsing
from tests.report.synthetic import many, synthetic_data


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pages are."""
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="session")
def few(folder: Path) -> Path:
    """The page of ten tenants."""
    file = folder / "few.html"
    file.write_text(page(synthetic_data(many(10))), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def thousand(folder: Path) -> Path:
    """The page of a thousand tenants."""
    file = folder / "thousand.html"
    file.write_text(page(synthetic_data(many(1000))), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Headless Chromium, one for all tests."""
    with browsing(tmp_path_factory.mktemp("chromium")) as made:
        yield made


@pytest.fixture
def reader(browser: Page) -> Page:
    """The browser with nothing said, nothing asked, and no preference."""
    browser.prefers()
    browser.size(1280, 900)
    browser.said.clear()
    browser.asked.clear()
    return browser
