"""The page as text: what is in it, and what is not."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.report import page
from fleet.report.objectives import measured
from fleet.report.page import ASSETS, PROGRAMS, STYLES, embedded
from tests.report.synthetic import many, synthetic_data


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return synthetic_data(many(10))


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_data_is_what_it_was_and_ends_no_element(value: object) -> None:
    text = embedded(value)
    assert json.loads(text) == value
    assert not re.search("[<>&\u2028\u2029]", text)


def test_the_page_names_no_address(data: dict[str, Any]) -> None:
    """But for the name of SVG, which is no address."""
    text = page(data).replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text)
    assert not re.findall(r"<(?:link|img|iframe|object|embed|base)\b", text)
    assert not re.findall(r"@import|url\(", text)


def test_every_file_of_the_page_is_in_it(data: dict[str, Any]) -> None:
    text = page(data)
    for name in (*STYLES, *PROGRAMS):
        assert (ASSETS / name).read_text(encoding="utf-8") in text, name
    assert {each.name for each in ASSETS.iterdir()} == {*STYLES, *PROGRAMS, "page.html"}
    for each in ASSETS.iterdir():
        assert len(each.read_text(encoding="utf-8").splitlines()) < 250
        assert not re.search(r"innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|eval\(", each.read_text())


def test_nobody_and_no_secret_is_named(data: dict[str, Any]) -> None:
    """People's groups, mail addresses, images and kubeconfigs stay where they are."""
    text = page(data)
    for each in many(10).tenants:
        groups = (*each.groups.admins, *each.groups.developers, *each.groups.viewers)
        assert not [group for group in groups if group in text]
    assert not re.findall(r"@sha256:|[\w.]+@[\w-]+\.\w+|kubeconfig:|BEGIN [A-Z ]*KEY|password", text)


def test_what_was_not_measured_is_said_and_not_made_up(data: dict[str, Any]) -> None:
    assert data["measured"] == {"known": False, "why": measured(None)["why"]}
    assert "--prometheus" in data["measured"]["why"]
    for address in ("http://127.0.0.1:9", "file:///etc/passwd", "nonsense"):
        answer = measured(address)
        assert not answer["known"]
        assert address in answer["why"]


def test_a_catalogue_without_prices_has_a_page(tmp_path: Path) -> None:
    catalogue = many(10)
    without = type(catalogue)(**{**vars(catalogue), "prices": None})
    made = synthetic_data(without)
    assert made["cost"] is None
    assert '"cost":null' in page(made)


def test_the_bill_of_the_page_is_that_of_fleet_cost(data: dict[str, Any]) -> None:
    own = sum(each["cost"]["own"]["monthly"] for each in data["tenants"])
    others = sum(line["monthly"] for part in ("platform", "idle") for line in data["cost"][part])
    assert round(own + others, 2) == data["cost"]["price"]["monthly"]
