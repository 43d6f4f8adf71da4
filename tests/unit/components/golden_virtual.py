"""Everything that a virtual control plane adds to a tenant, whole: a contract with programs that are not
run here, and its names one with the engine.

`python -m tests.unit.components.golden_virtual` writes the file anew.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from settings import TenantPlan
from tests.unit.components.local_stack import plan, rendered
from tests.unit.components.recorder import Recording

FILE = Path(__file__).parent / "golden" / "virtual_control_plane.json"
TENANT = "acme-robotics"
OWN = ("tenantplane:tenancy:VirtualControlPlane", "tenantplane:network:TenantGuardRail")


def virtual(**changes: Any) -> TenantPlan:
    """The plan of a tenant of the catalogue with a virtual control plane."""
    return plan(TENANT, **{"isolation": "virtual-control-plane", "sandboxes": None, **changes})


@cache
def made() -> Recording:
    """The platform layer and that tenant."""
    return rendered(virtual())


def objects() -> dict[str, Any]:
    """Inputs of each resource by type and logical name; the configuration as what it says."""
    found: dict[str, Any] = {}
    for each in made().resources:
        if each.custom and any(part in each.chain for part in OWN):
            inputs = json.loads(json.dumps(each.inputs))
            if "stringData" in inputs:
                held = inputs["stringData"].get("value", inputs["stringData"])  # a secret of the engine's
                inputs["stringData"] = {key: json.loads(value) for key, value in held.items()}
            found[f"{each.type} {each.name}"] = inputs
    return {key: found[key] for key in sorted(found)}


if __name__ == "__main__":
    FILE.write_text(json.dumps(objects(), indent=2, sort_keys=True) + "\n")
