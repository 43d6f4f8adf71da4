"""The local gateway serves what the API server holds, as `make up` leaves it (B2, B3)."""

import json

import pytest

from fleet.gateways import serve_gateways
from fleet.stacks import stacks_of
from localcloud.controlplane import ControlPlane
from localcloud.controlplane.gateway import GatewayServer, NoEnvoyError, find_envoy
from localcloud.controlplane.layout import Layout
from localcloud.errors import LocalcloudError
from localcloud.tokens import tenant_token
from settings import TenantPlan, load_catalogue
from settings.gateway import entrance_of
from tests.cluster.acting import Caller
from tests.cluster.tenancy_stack import ROOT
from tests.gateway.client import Front, request
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

OWN, OTHER, SUSPENDED = "gearbox-labs", "pelican-games", "lantern-notes"
NOBODY_HOME = 503
"""Let in; and behind the gate is nobody, because simulated pods run no program."""


def served(cluster: ControlPlane) -> GatewayServer:
    """What `fleet up` does about gateways when the stacks are applied."""
    try:
        find_envoy()
    except NoEnvoyError as error:
        pytest.skip(str(error))
    catalogue = load_catalogue(ROOT / "catalog", "local")
    stacks = stacks_of(catalogue, ROOT)
    made, missing = serve_gateways(catalogue, stacks, ROOT)
    assert missing == []
    return made["local"]


def pid(cluster: ControlPlane) -> int:
    record = Layout(cluster.name, cluster.directory.parent.parent).process("gateway")
    return int(json.loads(record.read_text())["pid"])


def test_every_tenant_has_its_route_and_nobody_elses(cluster: ControlPlane, plans: dict[str, TenantPlan]) -> None:
    gateway = served(cluster)
    front, domain = Front(gateway.port, gateway.authority), load_catalogue(ROOT / "catalog", "local").topology.domain
    assert gateway.refusals == ()
    for tenant, plan in plans.items():
        own = entrance_of(plan)
        if own is None:
            host = f"{tenant}.{domain}"
            assert front.said(host, request(host, "/", None)).status == 404
            continue
        path = own.paths[0].prefix
        asked = [
            front.said(own.host, request(own.host, path, made)).status
            for made in (None, tenant_token(OTHER if tenant == OWN else OWN, "local"), tenant_token(tenant, "local"))
        ]
        assert asked == [401, 403, NOBODY_HOME], tenant


def test_a_tenant_without_an_entrance_gets_no_token(cluster: ControlPlane, plans: dict[str, TenantPlan]) -> None:
    assert plans
    served(cluster)
    with pytest.raises(LocalcloudError, match="has no entrance: it is not active"):
        tenant_token(SUSPENDED, "local")
    with pytest.raises(LocalcloudError, match="has no tenant 'nobody'; allowed: acme-robotics"):
        tenant_token("nobody", "local")


def test_a_changed_limit_reaches_the_running_gateway(
    cluster: ControlPlane, plans: dict[str, TenantPlan], admin: Caller
) -> None:
    before = served(cluster)
    runs = pid(cluster)
    assert served(cluster) == GatewayServer(before.port, before.authority, before.issuer)  # nothing to do
    limits = f"/apis/gateway.envoyproxy.io/v1alpha1/namespaces/{plans[OWN].namespace}/backendtrafficpolicies/tenant"
    right = admin.get(limits)["spec"]
    few = {"rateLimit": {"local": {"rules": [{"limit": {"requests": 2, "unit": "Hour"}}]}}}
    front, token = Front(before.port, before.authority), tenant_token(OWN, "local")
    admin.patch(limits, {"spec": few})
    try:
        served(cluster)
        until(lambda: front.ask(OWN, token).status == 429, "the new limit holds")
        assert front.ask(OTHER, tenant_token(OTHER, "local")).status == NOBODY_HOME
    finally:
        admin.patch(limits, {"spec": {"rateLimit": right["rateLimit"]}})
        served(cluster)
    until(lambda: front.ask(OWN, token).status == NOBODY_HOME, "the old limit holds again")
    assert pid(cluster) == runs, "it was told, and not started anew"
