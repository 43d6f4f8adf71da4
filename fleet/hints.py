"""What helps against failures whose own words do not say it."""

import re
from typing import Final

_HINTS: Final = (
    (
        r"asked for the client to provide credentials|Unauthorized|\b401\b|certificate has expired",
        "cluster {cluster!r} does not take the credential of its kubeconfig, which is over or of somebody else; renew "
        "it, then run the same command",
    ),
    (
        r"connection refused|no route to host|i/o timeout|context deadline exceeded|connection reset|unreachable|EOF",
        "cluster {cluster!r} did not answer, or went away; once it is back the same command goes on. One that will "
        "not come back: `python -m fleet failover`",
    ),
    (
        r"Throttling|TooManyRequests|RequestLimitExceeded|SlowDown",
        "AWS refused to answer so often; wait a little, then run the same command",
    ),
)


def hint(cluster: str | None, said: str) -> str | None:
    """A line of advice about a failed run on a cluster, by what the engine said; None where that says all there is."""
    for pattern, advice in _HINTS:
        if re.search(pattern, said):
            return advice.format(cluster=cluster or "of the environment")
    return None
