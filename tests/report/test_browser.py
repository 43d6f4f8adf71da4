"""The page in a real browser: quiet, offline, readable in either light, by keys and with a thousand tenants."""

from pathlib import Path

import pytest

from fleet.report import page
from tests.report.browser import Page
from tests.report.synthetic import many, synthetic_data

pytestmark = pytest.mark.xdist_group("report")

CHECKS = (Path(__file__).parent / "checks.js").read_text(encoding="utf-8")
NAMES = "[...document.querySelectorAll('#tenant-table tbody .name')].map((each) => each.textContent)"
COUNT = "document.querySelector('.count').textContent"


def search(reader: Page, text: str) -> None:
    reader.run(
        f"(() => {{ const find = document.getElementById('find'); find.value = {text!r};"
        " find.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )


@pytest.mark.parametrize("width", [1280, 420])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_quiet_offline_and_accessible(reader: Page, few: Path, scheme: str, width: int) -> None:
    reader.prefers(color_scheme=scheme)
    reader.size(width, 900)
    reader.open(few)
    reader.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert reader.run(CHECKS) == []
    reader.run("document.querySelector('#tenant-table .name').click()")
    assert reader.run(CHECKS) == []
    assert reader.said == []
    assert set(reader.asked) == {few.as_uri()}


def test_the_checks_notice_what_is_wrong(reader: Page, few: Path) -> None:
    """Each of these is found, and by what it is."""
    reader.open(few)
    mistakes = {
        "document.querySelector('#tenant-table caption').remove()": "no caption",
        "document.querySelector('#find').parentElement.firstChild.remove()": "no name",
        "document.querySelector('.chart svg').removeAttribute('aria-label')": "a picture without words",
        "document.querySelector('.lead').style.color = '#999'": "contrast",
        "document.querySelector('#attention h2').outerHTML = '<h4>Too deep</h4>'": "heading",
        "document.querySelector('nav').removeAttribute('aria-label')": "a landmark without a name",
        "document.body.style.width = '3000px'": "the page scrolls sideways",
    }
    for script in mistakes:
        reader.run(script)
    found = reader.run(CHECKS)
    assert [what for what in mistakes.values() if not any(what in line for line in found)] == []


def test_the_reader_chooses_the_light(reader: Page, few: Path) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    reader.prefers(color_scheme="dark")
    reader.open(few)
    dark = reader.run(background)
    reader.run("document.getElementById('theme').click()")
    assert reader.run("document.documentElement.dataset.theme") == "light"
    assert reader.run(background) != dark
    reader.run("document.getElementById('theme').click()")
    assert reader.run(background) == dark


def test_nothing_moves_for_who_wants_no_motion(reader: Page, few: Path) -> None:
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
    reader.open(few)
    assert reader.run(behaviour) == "smooth"
    reader.prefers(reduced_motion="reduce")
    assert reader.run(behaviour) == "auto"


def test_a_tenant_is_opened_and_left_by_keys(reader: Page, few: Path) -> None:
    reader.open(few)
    reader.run("document.querySelector('#tenant-table .name').focus()")
    reader.press("Enter", 13)
    assert reader.run("document.getElementById('detail-title').textContent") == "acme-robotics"
    assert reader.run("document.getElementById('detail').contains(document.activeElement)")
    reader.press("Escape", 27)
    assert not reader.run("document.getElementById('detail').open")
    assert reader.run("document.activeElement.textContent") == "acme-robotics"


def test_a_thousand_tenants_are_searched_filtered_sorted_and_paged(reader: Page, thousand: Path) -> None:
    reader.open(thousand)
    assert len(reader.run(NAMES)) == 25
    assert reader.run(COUNT) == "1,000 tenants"
    assert reader.run("document.querySelectorAll('*').length") < 4000  # of a page of rows, not of all

    search(reader, "0123 INC")
    assert reader.run(NAMES) == ["tenant0123-inc"]
    assert reader.run(COUNT) == "1 of 1,000 tenants"
    search(reader, "nobody at all")
    assert reader.run(NAMES) == []
    search(reader, "")

    reader.run("document.querySelectorAll('#tenant-table thead button')[8].click()")
    reader.run("document.querySelectorAll('#tenant-table thead button')[8].click()")
    assert reader.run("document.querySelectorAll('#tenant-table th[aria-sort]').length") == 1
    assert reader.run("document.querySelector('#tenant-table th[aria-sort]').getAttribute('aria-sort')") == "descending"
    assert reader.run(NAMES)[0] == "northwind-bank"

    reader.run(
        "(() => { const tier = document.querySelectorAll('.controls select')[0]; tier.value = 'campus';"
        " tier.dispatchEvent(new Event('change')); })()"
    )
    assert reader.run(COUNT) == "111 of 1,000 tenants"
    first = reader.run(NAMES)
    reader.run("document.querySelectorAll('.pager button')[1].click()")
    assert not set(first) & set(reader.run(NAMES))
    assert reader.run("document.querySelector('.pager span').textContent") == "Page 2 of 5"
    assert reader.run("document.activeElement.textContent") == "Next"
    assert reader.run(CHECKS) == []
    assert reader.said == []


def test_no_text_becomes_a_part_of_the_page(reader: Page, folder: Path) -> None:
    """A display name with markup is text wherever it is shown, in the table and in the dialog."""
    catalogue = many(10)
    hostile = "</script><img src=x onerror=alert(1)><b>Acme"
    tenants = tuple(each.model_copy(update={"display_name": hostile}) for each in catalogue.tenants)
    file = folder / "hostile.html"
    file.write_text(page(synthetic_data(type(catalogue)(**{**vars(catalogue), "tenants": tenants}))), encoding="utf-8")
    reader.open(file)
    reader.run("document.querySelector('#tenant-table .name').click()")
    assert reader.run("document.querySelectorAll('img, b, script').length") == 2  # the data, the program
    assert reader.run("document.querySelector('.detail-head p').textContent") == hostile
    assert reader.said == []
    assert set(reader.asked) == {file.as_uri()}


def test_the_policy_of_the_page_lets_nothing_else_in(reader: Page, few: Path) -> None:
    """What would get in all the same, by a mistake of ours, can neither run nor ask anybody."""
    reader.open(few)
    reader.run(
        "(() => { const more = document.createElement('script'); more.textContent = 'window.ran = 1';"
        " document.body.append(more); const image = new Image(); image.src = 'http://127.0.0.1:9/x';"
        " document.body.append(image); })()"
    )
    assert reader.run("window.ran") is None
    assert reader.run("fetch('http://127.0.0.1:9/').then(() => 'asked', () => 'refused')") == "refused"
    assert any("Content Security Policy" in line for line in reader.said)
