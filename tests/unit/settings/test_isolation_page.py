"""docs/data-isolation.md says what the attack suite holds (F3)."""

from tests.data.isolation_page import PAGE, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m tests.data.isolation_page"
