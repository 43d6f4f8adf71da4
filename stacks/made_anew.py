"""Tells when the cluster under a stack is another one than the stack was last applied to (H2).

A cluster that was deleted and made again has the same name, and nothing in it. The state of what was applied to the old
one still lists everything, so that an update would change nothing.
"""

import pulumi

from settings.control_plane import OUTPUT
from stacks.references import stack_outputs


def warn_if_another(cluster: str, now: str | None) -> None:
    """Say so where the stack's last update was to another control plane; `fleet` looks by itself before. now: identity
    of the one that is there."""
    recorded = stack_outputs(pulumi.get_stack()).get(OUTPUT)
    if recorded and now and recorded != now:
        pulumi.warn(
            f"cluster {cluster!r} was made anew since the last update of this stack: run it with --refresh, which "
            "finds what is missing"
        )
