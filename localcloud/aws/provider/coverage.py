"""Which inputs of a type the table carries out: what it does not is refused, never dropped in silence."""

from collections.abc import Iterator

from localcloud.aws.model import Call, Kind
from localcloud.aws.provider.sdk import sdk_type
from localcloud.aws.provider.session import input_shape
from localcloud.aws.provider.templates import inputs_of, is_argument

_cache: dict[str, frozenset[str]] = {}


def carried(kind: Kind) -> frozenset[str]:
    """Names of the inputs that have an effect, or a reason to have none."""
    return _cache.setdefault(kind.token, frozenset(_names(kind)))


def _names(kind: Kind) -> Iterator[str]:
    yield from ("region", *kind.ignored, *kind.also)
    if kind.tags is not None:
        yield "tags"
    if kind.autoname is not None:
        yield kind.autoname[0]
    for call in (kind.create, *kind.then, *kind.update, *kind.delete):
        yield from call.when
        yield from inputs_of(call.give)
        yield from inputs_of(call.only)
        yield from inputs_of(call.each)
        if call.auto:
            yield from _automatic(kind, call)


def _automatic(kind: Kind, call: Call) -> Iterator[str]:
    shape = input_shape(call.client or kind.client, call.do)
    for name in sdk_type(kind.token).inputs:
        if is_argument(shape, name, call.rename):
            yield name
