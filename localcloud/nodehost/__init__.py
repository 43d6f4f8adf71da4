"""What a real node is on this machine: where its files lie, what it changes, and how that is undone. Imports nothing of
the control plane, which undoes a real node before it removes a cluster."""

from localcloud.nodehost.machine import APT, missing, other_real_node, require
from localcloud.nodehost.places import PARTS, Places
from localcloud.nodehost.teardown import tear_down

__all__ = ["APT", "PARTS", "Places", "missing", "other_real_node", "require", "tear_down"]
