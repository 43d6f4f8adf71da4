"""Every component has a page that says what its code says."""

import inspect

from tests.unit.components import component_pages
from tests.unit.components.local_stack import local_stack


def test_the_pages_are_those_of_the_code() -> None:
    written = {path.name: path.read_text() for path in component_pages.FOLDER.glob("*.md")}
    assert written == component_pages.pages(), "run `python -m tests.unit.components.component_pages`"


def test_no_component_of_the_stack_is_without_a_page() -> None:
    used = {each.type for each in local_stack().resources if not each.custom}
    assert used <= {each.token for each in component_pages.all_components()}


def test_every_component_says_what_it_creates_and_gives_out() -> None:
    found = component_pages.all_components()
    assert len(found) >= 11
    for each in found:
        text = inspect.getdoc(each.made) or ""
        assert "Creates:" in text, each.token
        assert "Outputs:" in text, each.token
        assert inspect.getdoc(each.inputs), each.token
