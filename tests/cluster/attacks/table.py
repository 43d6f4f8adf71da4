"""All rows, by theme."""

from tests.cluster.attacks import access, cluster, network, objects, pods, queues, quota, runtimes, sandboxes

ATTACKS = tuple(
    row for theme in (pods, runtimes, quota, objects, access, network, sandboxes, queues, cluster) for row in theme.ROWS
)
