"""Type tokens and logical names of the `local` stack: a public contract, because a changed one replaces the object.

`python -m tests.unit.components.golden_names` writes the file anew. A rename needs an alias beside it.
"""

import json
from pathlib import Path

from tests.unit.components.local_stack import local_stack

FILE = Path(__file__).parent / "golden" / "local_names.json"


def names() -> dict[str, list[str]]:
    """Logical names by chain of types, all sorted."""
    made: dict[str, list[str]] = {}
    for each in local_stack().resources:
        made.setdefault(each.chain, []).append(each.name)
    return {chain: sorted(made[chain]) for chain in sorted(made)}


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(names(), indent=2) + "\n")
