"""All controls, by id."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from controls.access import ACCESS
from controls.admission import POLICIES
from controls.cloud import CLOUD
from controls.cloud_data import CLOUD_DATA
from controls.control import Control
from controls.data import DATA
from controls.mesh import MESH
from controls.network import NETWORK
from controls.operation import OPERATION
from controls.pods import PODS
from controls.scheduling import SCHEDULING
from controls.tenancy import TENANCY

_ROWS = (*TENANCY, *ACCESS, *PODS, *SCHEDULING, *NETWORK, *MESH, *DATA, *CLOUD_DATA, *CLOUD, *OPERATION)
if len({each.id for each in _ROWS}) < len(_ROWS):
    raise ValueError("two controls have the same id")

CONTROLS: Final[Mapping[str, Control]] = MappingProxyType({each.id: each for each in sorted(_ROWS, key=lambda c: c.id)})
"""Every control, by id."""

if unknown := {each for policy in POLICIES.values() for each in policy.controls} - set(CONTROLS):
    raise ValueError(f"policies at admission enforce {', '.join(sorted(unknown))}, which are no controls")


def control(control_id: str) -> Control:
    """The control of an id. Raises KeyError."""
    return CONTROLS[control_id]
