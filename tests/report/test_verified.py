"""What verify found last is on the page, with its time and without anybody's name (I4)."""

from pathlib import Path

import pytest

from fleet.report import page
from tests.report.browser import Page
from tests.report.synthetic import many, synthetic_data, verified

pytestmark = pytest.mark.xdist_group("report")

SHOWN = "document.querySelector('#verified').textContent"


def test_the_page_says_what_was_verified_and_when(reader: Page, folder: Path) -> None:
    file, catalogue = folder / "verified.html", many(10)
    file.write_text(page(synthetic_data(catalogue, kept=verified(catalogue))), encoding="utf-8")
    reader.open(file)
    said = str(reader.run(SHOWN))
    assert "22 November 2026 at 05:30 UTC: 1 control did not hold." in said
    assert "29 of 30 probes held, by 2,500 requests in 12.5 s." in said
    assert "Images are named by digest" in said
    assert "acme-robotics" in said
    assert "TP-G7-01 did not hold when it was verified" in str(
        reader.run("document.querySelector('#attention').textContent")
    )
    assert reader.said == []


def test_a_page_without_a_result_says_so(reader: Page, few: Path) -> None:
    reader.open(few)
    assert "Never: python -m fleet verify local" in str(reader.run(SHOWN))


def test_an_old_result_is_said_to_be_old_and_who_came_since_is_named(reader: Page, folder: Path) -> None:
    kept = verified(many(10))
    kept |= {"at": "2026-11-01T05:30:00+00:00", "asked": kept["asked"][:-1]}
    file = folder / "old.html"
    file.write_text(page(synthetic_data(many(10), kept=kept)), encoding="utf-8")
    reader.open(file)
    said = str(reader.run(SHOWN))
    assert "more than a week before this page" in said
    assert "Not asked about then: " in said


def test_reasons_stay_where_they_are() -> None:
    """They name groups of people, which the page does not."""
    catalogue = many(10)
    assert "acme:engineers" not in page(synthetic_data(catalogue, kept=verified(catalogue)))
