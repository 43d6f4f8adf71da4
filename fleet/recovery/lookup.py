"""How AWS is asked for what gets an id when it is made (issue 6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fleet.recovery.aws_types import Inputs

Item = Mapping[str, Any]
GOING: Final = frozenset({"deleted", "deleting", "failed", "PendingDeletion", "PendingReplicaDeletion"})
"""States of what is no more, though it is listed."""


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """How to find what was made with some inputs.

    client, call: boto3's. given: arguments of the call, from the inputs. items: JMESPath of what is listed in the
    answer. id: of an item, as pulumi-aws takes it for an import; known_as: as it has it afterwards, where that is not
    the same. fits: whether an item is what was asked for.
    tags: where its tags are, a member of the item or a call of its own with what `tags_of` gives; "" where what was
    asked for can be there once. details: a call with the same arguments, and the member of its answer to go on with.
    untagged: whether it is tagged after it was made, so that one without any tag may be it. absent: error codes that
    say that it is not there.
    """

    client: str
    call: str
    given: Callable[[Inputs], Mapping[str, Any]] = lambda _: {}
    items: str
    id: Callable[[Item, Inputs], str]
    known_as: Callable[[Item, Inputs], str] | None = None
    fits: Callable[[Item, Inputs], bool] = lambda _item, _inputs: True
    tags: str = ""
    tags_of: Callable[[Item], Mapping[str, Any]] = lambda _: {}
    details: tuple[str, str] | None = None
    untagged: bool = False
    absent: tuple[str, ...] = ()
