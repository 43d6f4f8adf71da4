"""docs/aws-provider.md, written from the table: `python -m localcloud.aws.pages`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from localcloud.aws.kinds import KINDS, Kind
from localcloud.aws.model import Call
from localcloud.aws.provider.functions import FUNCTIONS
from localcloud.paths import checkout

PAGE: Final = Path("docs") / "aws-provider.md"

_INTRODUCTION: Final = Path(__file__).with_name("introduction.md")


def page() -> str:
    """The text of the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION.read_text()
    yield "## Data sources"
    yield ""
    yield ", ".join(f"`{token.rsplit(':', 1)[0]}`" for token in sorted(FUNCTIONS))
    yield ""
    yield "## Types"
    yield ""
    yield f'{len(KINDS)} types. "Replaced by" are the properties whose change makes a new resource.'
    yield ""
    yield "| type | calls | replaced by | not checked, or otherwise than on AWS |"
    yield "|---|---|---|---|"
    for token, kind in sorted(KINDS.items()):
        yield f"| `{token.rsplit(':', 1)[0]}` | {_calls(kind)} | {_words(kind.replace)} | {_silent(kind)} |"


def _calls(kind: Kind) -> str:
    every = (kind.create, *kind.then, kind.read.call, *(read.call for read in kind.more), *kind.update, *kind.delete)
    return ", ".join(dict.fromkeys(_name(kind, call) for call in every))


def _name(kind: Kind, call: Call) -> str:
    return f"{call.client or kind.client}.{call.do}"


def _words(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "-"


def _silent(kind: Kind) -> str:
    ignored = [f"{name}: {why}" for name, why in sorted(kind.ignored.items())]
    return "; ".join(filter(None, (kind.silent, *ignored))) or "-"


if __name__ == "__main__":
    (checkout() / PAGE).write_text(page())
