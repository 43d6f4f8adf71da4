"""Type tokens and logical names of the `local` stack and of an environment on AWS: a public contract, because a changed
one replaces the object.

`python -m tests.unit.components.golden_names` writes the files anew. A rename needs an alias beside it.
"""

import json
from pathlib import Path

from tests.unit.components.aws_environment import aws_stack
from tests.unit.components.local_stack import local_stack
from tests.unit.components.recorder import Recording

FILE = Path(__file__).parent / "golden" / "local_names.json"
AWS_FILE = Path(__file__).parent / "golden" / "aws_names.json"


def names(made: Recording | None = None) -> dict[str, list[str]]:
    """Logical names by chain of types, all sorted. made: the `local` stack when left out."""
    found: dict[str, list[str]] = {}
    for each in (made or local_stack()).resources:
        found.setdefault(each.chain, []).append(each.name)
    return {chain: sorted(found[chain]) for chain in sorted(found)}


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(names(), indent=2) + "\n")
    AWS_FILE.write_text(json.dumps(names(aws_stack()), indent=2) + "\n")
