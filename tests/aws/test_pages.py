"""docs/aws-provider.md says what the table says."""

from localcloud.aws.kinds import KINDS
from localcloud.aws.pages import PAGE, page
from localcloud.paths import checkout


def test_the_page_is_current() -> None:
    assert (checkout() / PAGE).read_text() == page(), "write it anew: python -m localcloud.aws.pages"


def test_the_page_names_every_type_and_what_moto_does_not_check() -> None:
    text = page()
    for token, kind in KINDS.items():
        assert f"| `{token.rsplit(':', 1)[0]}` |" in text
        assert kind.silent in text
