"""Our part of Calico's schema is no wider than Calico's own: what ours accepts, the real one accepts (E2).

The real kinds are installed on a control plane of their own, from the folder `shared/crds` beside the checkout; where
that is missing the comparison is skipped and the rest is not.
"""

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.network.calico import API_VERSION, TIER
from components.network.guard_rails import GuardRailsArgs, policies
from components.network.tenant_guard_rail import (
    control_plane_policy_name,
    control_plane_traffic,
    own_traffic,
    policy_name,
)
from localcloud import controlplane
from localcloud.controlplane import ControlPlane
from settings import load_catalogue, plan_tenants
from tests.cluster.acting import Answer, Caller
from tests.cluster.tenancy_stack import ROOT
from tests.fixtures_cluster import Kubectl

pytestmark = pytest.mark.cluster

Object = dict[str, Any]

REAL = ROOT.parent / "shared" / "crds" / "projectcalico.org_v3.yaml"
PATHS = {"Tier": "tiers", "GlobalNetworkPolicy": "globalnetworkpolicies", "GlobalNetworkSet": "globalnetworksets"}


@pytest.fixture(scope="module")
def ours(cluster: ControlPlane) -> Caller:
    """The administrator of a cluster with our part of the schema."""
    return Caller.of(cluster.kubeconfig)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """The administrator of a cluster with Calico's own schema."""
    if not REAL.exists():
        pytest.skip("no folder shared/crds with the real schema beside the checkout")
    state = Path(tmp_path_factory.mktemp("yardstick"))
    made = controlplane.start("yardstick", [], state_dir=state)
    try:
        kubectl = Kubectl(made.kubeconfig)
        kubectl("create", "-f", str(REAL))
        kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
        yield Caller.of(made.kubeconfig)
    finally:
        controlplane.stop("yardstick", state_dir=state)


def asked(api: Caller, made: Object) -> Answer:
    """What the API server says to the object, with nothing stored and nothing unknown passed over."""
    path = f"/apis/{API_VERSION}/{PATHS[made['kind']]}?dryRun=All&fieldValidation=Strict"
    return api.ask("POST", path, made)


def made(kind: str, name: str, spec: Object) -> Object:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": spec}


AURORAS = ("10.64.216.0/21", "10.64.224.0/21")


def rendered() -> list[Object]:
    """Every object of the guard-rails for the repository's tenants, with everything that can be set."""
    args = GuardRailsArgs(
        database_namespace="data",
        service_ranges=("10.96.0.0/12",),
        api_server=("192.0.2.10/32", "2001:db8::10/128"),
        pod_identity=True,
        database_ranges=AURORAS,
    )
    found = [made("Tier", "probe", {"order": 100, "defaultAction": "Deny"})]
    found += [
        made("GlobalNetworkPolicy", f"{TIER}.probe-{name}", {"tier": TIER, **spec})
        for name, spec in policies(args).items()
    ]
    for plan in plan_tenants(load_catalogue(ROOT / "catalog", "local")):
        tenant = plan.tenant.model_copy(update={"egress": ("203.0.113.0/24", "2001:db8::/32")})
        spec = {"tier": TIER, **own_traffic(replace(plan, tenant=tenant, database_ranges=AURORAS))}
        found.append(made("GlobalNetworkPolicy", f"{TIER}.probe-{policy_name(plan.tenant.id)}", spec))
        opening = {"tier": TIER, **control_plane_traffic(plan)}
        found.append(made("GlobalNetworkPolicy", f"{TIER}.probe-{control_plane_policy_name(plan.tenant.id)}", opening))
    return found


def policy(**spec: Any) -> Object:
    base = {"tier": "t", "order": 1, "types": ["Egress"], "namespaceSelector": "all()"}
    return made("GlobalNetworkPolicy", "t.p", base | spec)


def rule(**parts: Any) -> Object:
    return policy(egress=[{"action": "Deny", **parts}])


def test_what_we_render_is_accepted_by_our_schema(ours: Caller) -> None:
    found = rendered()
    assert len(found) > 10
    assert [said.message for each in found if (said := asked(ours, each)).status != 201] == []


def test_what_we_render_is_accepted_by_calicos_schema(real: Caller) -> None:
    assert [said.message for each in rendered() if (said := asked(real, each)).status != 201] == []


REFUSED: dict[str, tuple[Object, str]] = {
    "unknown field": (policy(preDnat=True), 'unknown field "spec.preDnat"'),
    "unknown field of a rule": (rule(notProtocol="TCP"), 'unknown field "spec.egress[0].notProtocol"'),
    "unknown action": (policy(egress=[{"action": "deny"}]), 'supported values: "Allow", "Deny", "Log", "Pass"'),
    "no action": (policy(egress=[{"protocol": "TCP"}]), "spec.egress[0].action: Required value"),
    "no types": (made("GlobalNetworkPolicy", "t.p", {"tier": "t"}), "spec.types: Required value"),
    "rules of another direction": (policy(types=["Ingress"], egress=[{"action": "Deny"}]), "need the type Egress"),
    "a name without the tier's": (policy(tier="u"), "a policy is named <tier>.<name>"),
    "no selector of namespaces": (policy(namespaceSelector=""), "spec.namespaceSelector"),
    "both families": (rule(destination={"nets": ["10.0.0.0/8", "::/0"]}), "one rule is for IPv4 or for IPv6"),
    "no range": (rule(destination={"nets": ["10.0.0.0/33"]}), "not an address range"),
    "a domain name": (
        rule(destination={"domains": ["example.com"]}),
        'unknown field "spec.egress[0].destination.domains"',
    ),
    "ports without a protocol": (rule(destination={"ports": [53]}), "ports need a protocol"),
    "services beside a selector": (
        rule(destination={"services": {"name": "a", "namespace": "b"}, "selector": "all()"}),
        "services stand alone",
    ),
    "global() for accounts": (policy(serviceAccountSelector="global()"), "global() is not used here"),
    "global() in a rule": (rule(destination={"namespaceSelector": "global()"}), "global() is not used here"),
    "a tier without an order": (made("Tier", "t", {"defaultAction": "Deny"}), "spec.order: Required value"),
    "a tier that allows": (
        made("Tier", "t", {"order": 1, "defaultAction": "Allow"}),
        'supported values: "Deny", "Pass"',
    ),
    "Calico's own tier": (made("Tier", "default", {"order": 1, "defaultAction": "Deny"}), "Calico makes this tier"),
    "a set without ranges": (made("GlobalNetworkSet", "s", {"nets": []}), "spec.nets"),
}


@pytest.mark.parametrize("flip", REFUSED)
def test_our_schema_refuses(flip: str, ours: Caller) -> None:
    for twin in (rule(), made("Tier", "t", {"order": 1, "defaultAction": "Deny"})):
        assert asked(ours, twin).status == 201
    said = asked(ours, REFUSED[flip][0])
    assert said.status in (400, 422), said.message
    assert REFUSED[flip][1] in said.message


# Mostly right, with a mistake now and then: one in each would leave nothing that is accepted.
SELECTORS = st.sampled_from(["all()", "has(tenant)", "a == 'b'", "!has(a) && b != 'c'", "a in {'b', 'c'}"])
PORTS = st.lists(st.sampled_from([1, 53, 80, 65535]), min_size=1, max_size=2)
SERVICES = st.fixed_dictionaries({"name": st.just("a"), "namespace": st.just("b")})
NETS = st.one_of(
    st.lists(st.sampled_from(["10.0.0.0/8", "192.0.2.1/32", "0.0.0.0/0"]), min_size=1, unique=True),
    st.lists(st.sampled_from(["::/0", "fd00:ec2::254/128"]), min_size=1, unique=True),
)
WILD = st.fixed_dictionaries(
    {},
    optional={
        "selector": st.sampled_from(["global()", "", "all()"]),
        "namespaceSelector": st.sampled_from(["global()", "", "all()"]),
        "nets": st.lists(st.sampled_from(["10.0.0.0/8", "::/0", "10.0.0.0/33", "example.com"]), max_size=2),
        "ports": st.lists(st.sampled_from([0, 80, 65536, "80", "1:2"]), max_size=2),
        "services": st.fixed_dictionaries({}, optional={"name": st.sampled_from(["a", ""]), "namespace": st.just("b")}),
        "notNets": NETS,
    },
)
ENTITIES = st.one_of(
    st.fixed_dictionaries({"selector": SELECTORS}, optional={"namespaceSelector": SELECTORS, "nets": NETS}),
    st.fixed_dictionaries({"namespaceSelector": SELECTORS}, optional={"ports": PORTS}),
    st.fixed_dictionaries({"nets": NETS}, optional={"ports": PORTS}),
    st.fixed_dictionaries({"services": SERVICES}),
    WILD,
)
RULES = st.lists(
    st.fixed_dictionaries(
        {"action": st.sampled_from(["Allow", "Deny", "Log", "Pass"])},
        optional={
            "protocol": st.sampled_from(["TCP", "UDP", "TCP", "UDP", "ICMP"]),
            "source": ENTITIES,
            "destination": ENTITIES,
        },
    ),
    max_size=2,
)
TYPES = st.sampled_from([["Ingress", "Egress"], ["Egress", "Ingress"], ["Ingress"], ["Egress"]])
SPECS = st.fixed_dictionaries(
    {
        "tier": st.sampled_from(["t", "t", "t", "u"]),
        "order": st.sampled_from([0, 1.5, 10]),
        "types": TYPES,
        "namespaceSelector": SELECTORS,
    },
    optional={"selector": SELECTORS, "serviceAccountSelector": SELECTORS, "ingress": RULES, "egress": RULES},
)
OBJECTS = st.one_of(
    st.builds(lambda spec: made("GlobalNetworkPolicy", "t.p", spec), SPECS),
    st.builds(
        lambda name, order, action: made("Tier", name, {"order": order, "defaultAction": action}),
        st.sampled_from(["t", "default", "kube-admin", "kube-baseline"]),
        st.sampled_from([-1, 0, 1.5, 1_000_000]),
        st.sampled_from(["Allow", "Deny", "Log", "Pass"]),
    ),
    st.builds(lambda nets: made("GlobalNetworkSet", "s", {"nets": nets}), NETS),
)


def test_whatever_our_schema_accepts_calicos_accepts(ours: Caller, real: Caller) -> None:
    accepted: set[str] = set()
    refused = 0

    @settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(OBJECTS)
    def compared(candidate: Object) -> None:
        nonlocal refused
        if asked(ours, candidate).status != 201:
            refused += 1
            return
        accepted.add(repr(candidate))
        said = asked(real, candidate)
        assert said.status == 201, said.message

    compared()
    # Neither side of the question was empty, and policies were among what was accepted.
    assert refused > 50
    assert len([each for each in accepted if "GlobalNetworkPolicy" in each]) > 10


def test_whatever_one_change_makes_of_our_policies_calico_accepts_when_ours_does(ours: Caller, real: Caller) -> None:
    """Near to what is rendered: each rule alone, doubled, and with each action."""
    compared = 0
    for each in rendered():
        for direction in ("ingress", "egress"):
            for index, held in enumerate(each["spec"].get(direction, [])):
                for action in ("Allow", "Deny", "Log", "Pass"):
                    changed = copy.deepcopy(each)
                    changed["spec"][direction] = [{**held, "action": action}] * (1 + index % 2)
                    changed["spec"]["types"] = [direction.capitalize()]
                    changed["spec"].pop({"ingress": "egress", "egress": "ingress"}[direction], None)
                    assert asked(ours, changed).status == 201
                    said = asked(real, changed)
                    assert said.status == 201, said.message
                    compared += 1
    assert compared > 100
