"""Whether something names a key of ours, also before the key has a name (F2, F4, F5, G5, H2)."""

from typing import Final

from pulumi_policy.proxy import UnknownValueError

from policies.objects import AwsResource

_KEY: Final = frozenset({"kms:Key"})


def names_a_key(found: AwsResource, *path: str | int) -> bool:
    """Whether there is a key at a path of properties.

    A key has no name before it is made. One that is not known is a key of ours where its property comes from keys of
    the same stack and from nothing else, as the engine tells of each property when all of the stack is registered.
    Raises UnknownValueError for any other that is not known.
    """
    try:
        return bool(found.at(*path))
    except UnknownValueError:
        if found.comes_from(str(path[0]), _KEY):
            return True
        raise
