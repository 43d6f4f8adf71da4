"""Cases of the rules about the mesh."""

from settings.mesh.rules import STRICT
from tests.unit.policies.cases_of_platform import case
from tests.unit.policies.objects_of_tenants import metadata

_API = "security.istio.io/v1"
_PEERS = {"metadata": metadata("default", "istio-system"), "spec": STRICT}
_OWN = "team.mesh.example/ns/tenant-acme/sa/*"
_GATEWAY = "team.mesh.example/ns/tenantplane-gateway/sa/*"
_SOURCE = {"source": {"principals": [_OWN, _GATEWAY]}}
_POLICY = {"metadata": metadata("tenant"), "spec": {"action": "ALLOW", "rules": [{"from": [_SOURCE]}]}}
_NOBODY = {"metadata": metadata("default-deny", "istio-system"), "spec": {"action": "ALLOW"}}
_FROM = ("spec", "rules", 0, "from")
_PRINCIPALS = (*_FROM, 0, "source", "principals")
_AUTHORIZATION = f"{_API}:AuthorizationPolicy"

MESH = (
    case("TP-E3-01", f"{_API}:PeerAuthentication", _PEERS, ("spec", "mtls", "mode"), "PERMISSIVE",
         "mtls.mode is 'PERMISSIVE'", "mtls.mode is None"),
    case("TP-E3-01", f"{_API}:PeerAuthentication", _PEERS, ("spec", "portLevelMtls"), {"8080": {"mode": "DISABLE"}},
         "8080.mode is 'DISABLE'"),
    case("TP-E3-02", _AUTHORIZATION, _POLICY, _FROM, [], "rule 0 lets everybody in", "rule 0 lets everybody in"),
    case("TP-E3-02", _AUTHORIZATION, _POLICY, _PRINCIPALS, ["*"], "lets in '*', which is no identity",
         "rule 0 names no principals"),
    case("TP-E3-02", _AUTHORIZATION, _POLICY, _PRINCIPALS, ["team.mesh.example/ns/tenant-bolt/sa/*"],
         "of another tenant", "names no principals"),
    case("TP-E3-02", _AUTHORIZATION, _POLICY, _PRINCIPALS, ["team.mesh.example/ns/tenant-acme*"],
         "which is no identity", "names no principals"),
    case("TP-E3-02", _AUTHORIZATION, _POLICY, _PRINCIPALS, ["cluster.local/ns/tenant-acme/sa/*"],
         "which is no identity", "names no principals"),
    case("TP-E3-02", _AUTHORIZATION, _POLICY, (*_FROM, 0, "source"), {"namespaces": ["tenant-acme"]},
         "rule 0 names no principals", "names no principals"),
    case("TP-E3-03", _AUTHORIZATION, _NOBODY, ("spec", "rules"), [{}], "it lets somebody in to every namespace"),
)  # fmt: skip
