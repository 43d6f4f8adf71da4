"""Controls of the mesh over a tier's clusters."""

from controls.control import Control, Severity

MESH = (
    Control(
        id="TP-E3-01",
        title="Services hear nobody who does not prove who they are",
        severity=Severity.HIGH,
        why="What comes without a certificate is known by its address alone, which a node or another pod can have.",
        fix="Leave PeerAuthentication to components.network.mesh, STRICT on every port.",
        sources=("E3", "F5", "NSA/CISA encryption in transit"),
        preview=True,
    ),
    Control(
        id="TP-E3-02",
        title="A tenant's services let in its own identities and the gateway's",
        severity=Severity.HIGH,
        why="A source that is wider, or is a namespace of any trust domain, is another tenant's way in.",
        fix="Make the tenant with components.tenancy.tenant, which gives it a TenantMesh.",
        sources=("E3", "E4", "B4"),
        preview=True,
    ),
    Control(
        id="TP-E3-03",
        title="No rule of the mesh lets anybody in to every namespace",
        severity=Severity.HIGH,
        why="An ALLOW in the root namespace holds for each tenant, and adds to what its own policy says.",
        fix="Leave the default deny of components.network.mesh without rules.",
        sources=("E3", "E4"),
        preview=True,
    ),
    Control(
        id="TP-E3-04",
        title="No tenant writes a rule of the mesh",
        severity=Severity.HIGH,
        why="In its own namespace a tenant could open its services to every other one.",
        fix="Leave Istio's kinds out of the roles of components.security.tenant_roles.",
        sources=("E3", "B5"),
        native=("RBAC",),
    ),
)
