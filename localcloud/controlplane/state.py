"""What is remembered of a cluster between commands: its ports."""

import json
from collections.abc import Iterable

from localcloud.controlplane.layout import Layout, cluster_names
from localcloud.controlplane.parts import PORT_NAMES
from localcloud.controlplane.ports import free_ports
from localcloud.errors import LocalcloudError
from localcloud.files import write_whole

_VERSION = 1


def read_ports(layout: Layout) -> dict[str, int] | None:
    """The ports of a cluster, None when it was never started.

    Raises LocalcloudError when the file is not ours to read: a newer localcloud wrote it, or somebody edited it.
    """
    try:
        data = json.loads(layout.state.read_text())
        if data["version"] != _VERSION:
            raise ValueError(f"version {data['version']}, this is {_VERSION}")
        ports = {str(name): int(port) for name, port in data["ports"].items()}
        if missing := [name for name in PORT_NAMES if name not in ports]:
            raise ValueError(f"no port of {missing[0]}")
        return ports
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LocalcloudError(
            f"{layout.state} cannot be read ({error}); make the cluster anew: "
            f"python -m localcloud stop {layout.name} && python -m localcloud start {layout.name}"
        ) from error


def ensure_ports(layout: Layout, further: Iterable[str] = ()) -> dict[str, int]:
    """The cluster's ports, those that it does not have yet picked now; no other cluster here has them, running or not.

    further: names of ports beyond those of the control plane itself.
    """
    ports = read_ports(layout) or {}
    if missing := [name for name in (*PORT_NAMES, *further) if name not in ports]:
        ports |= free_ports(missing, {*_taken(layout), *ports.values()})
        write_whole(layout.state, json.dumps({"version": _VERSION, "ports": ports}))
    return ports


def _taken(layout: Layout) -> Iterable[int]:
    for name in cluster_names(layout.state_dir):
        other = Layout(name, layout.state_dir)
        if other.state.exists() and name != layout.name:
            yield from (read_ports(other) or {}).values()
