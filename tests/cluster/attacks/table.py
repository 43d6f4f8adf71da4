"""All rows, by theme."""

from tests.cluster.attacks import (
    access,
    cluster,
    entrances,
    network,
    objects,
    pods,
    queues,
    quota,
    runtimes,
    sandboxes,
    virtual,
)

ON_HOST = (
    *(
        row
        for theme in (pods, runtimes, quota, objects, access, network, entrances, sandboxes, queues)
        for row in theme.ROWS
    ),
    virtual.ELSEWHERE,
    *cluster.ROWS,
)
"""Those of tenants that the local catalogue has."""
ATTACKS = (*ON_HOST, *virtual.ROWS)
