"""Tenants against the guard-rails: with NetworkPolicies of their own, and at the API server (B5, E2, E4)."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from components.network.calico import TIER
from fleet.reachability import Endpoint
from settings import TenantPlan, names
from tests.cluster.acting import Caller
from tests.cluster.guarded import (
    CALICO,
    FEW,
    Object,
    World,
    forbidden,
    matrix,
)

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]


PEERS = st.sampled_from([
    {"podSelector": {}},
    {"namespaceSelector": {}},
    {"namespaceSelector": {}, "podSelector": {}},
    {"namespaceSelector": {"matchExpressions": [{"key": "tenant", "operator": "Exists"}]}},
    *({"namespaceSelector": {"matchLabels": {"tenant": tenant}}} for tenant in FEW),
    {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "tenantplane-data"}}},
    *({"ipBlock": {"cidr": cidr}} for cidr in ("0.0.0.0/0", "::/0", "169.254.169.254/32", "10.0.0.0/8")),
])  # fmt: skip
PORTS = st.sampled_from([
    {},
    {"protocol": "TCP"},
    {"protocol": "UDP", "port": 53},
    {"port": 443},
    {"port": 1, "endPort": 65535},
])  # fmt: skip


def rules(peers: str) -> st.SearchStrategy[list[Object]]:
    rule = st.fixed_dictionaries(
        {}, optional={peers: st.lists(PEERS, max_size=2), "ports": st.lists(PORTS, min_size=1, max_size=2)}
    )
    return st.lists(rule, max_size=2)


OWN_POLICIES = st.lists(
    st.fixed_dictionaries({
        "tenant": st.sampled_from(FEW),
        "spec": st.fixed_dictionaries({
            "podSelector": st.sampled_from([{}, {"matchLabels": {"app": "agent-sessions"}}]),
            "policyTypes": st.sampled_from([["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
            "ingress": rules("from"),
            "egress": rules("to"),
        }),
    }),
    min_size=1,
    max_size=5,
)  # fmt: skip


def in_their_namespaces(made: list[Object], plans: dict[str, TenantPlan]) -> list[Object]:
    """The policies where their tenants can put them."""
    return [
        {"metadata": {"name": "own", "namespace": plans[each["tenant"]].namespace}, "spec": each["spec"]}
        for each in made
    ]


def in_a_tenants(policy: Object) -> bool:
    """Whether a policy is in a namespace of a tenant; the platform's own are out of their reach."""
    return str(policy["metadata"]["namespace"]).startswith(names.namespace(""))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=OWN_POLICIES, keeps_ours=st.booleans())
def test_no_policy_that_tenants_make_opens_what_the_guard_rails_close(
    made: list[Object], keeps_ours: bool, live: World, plans: dict[str, TenantPlan], few: dict[str, Endpoint]
) -> None:
    """Several tenants at once, each in its own namespace, with our own policies or after those there were deleted."""
    ours = [each for each in live.network_policies if keeps_ours or not in_a_tenants(each)]
    world = replace(live, network_policies=ours + in_their_namespaces(made, plans))
    open_ = matrix(world, few)
    assert forbidden(open_) == []
    # DNS is theirs whatever they write.
    assert all(passes for each, passes in open_.items() if each[1] == "dns" and each[3] == 53)


def test_such_policies_do_open_paths_where_there_are_no_guard_rails(
    live: World, plans: dict[str, TenantPlan], few: dict[str, Endpoint]
) -> None:
    """What is drawn above can do harm: beside our NetworkPolicies alone, some of it leads to what is forbidden."""

    def harmful(made: list[Object]) -> bool:
        held = live.network_policies + in_their_namespaces(made, plans)
        return forbidden(matrix(World([], [], held), few)) != []

    found = find(OWN_POLICIES, harmful, settings=settings(max_examples=300, deadline=None, derandomize=True))
    assert len(list(found)) == 1  # hypothesis leaves out what is not needed


def test_the_administrator_may_do_what_a_tenant_may_not(admin: Caller) -> None:
    """The other twin: the refusals above are for who asks, and not for what."""
    labels = {"metadata": {"labels": {"tenantplane.dev/probe": "yes"}}}
    answer = admin.ask("PATCH", f"{CALICO}/tiers/{TIER}?dryRun=All", labels, "application/merge-patch+json")
    assert answer.status == 200, answer.message
    assert answer.body["metadata"]["labels"]["tenantplane.dev/probe"] == "yes"
