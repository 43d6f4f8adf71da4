"""Every tenant against every tenant's services by the mesh's rules alone, as if no network policies were (E3, E4)."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from fleet.reachability import Caller, MeshRules, Served
from settings import TenantPlan, plan_tenants
from settings.mesh import MESH_NAMESPACE
from tests.unit.components.mesh_environment import MESHES, Object, Place, meshed, place, places

pytestmark = pytest.mark.xdist_group("mesh")  # rendered once

PORTS = (8080, 8081, 9464, 15080)
GATEWAY = "tenantplane-gateway"


def namespaces() -> list[str]:
    """Every namespace that could ask: tenants' of all clusters, and the platform's."""
    return [*(each.namespace for each in plan_tenants(meshed())), GATEWAY, MESH_NAMESPACE, "tenantplane-system"]


def callers(at: Place) -> Iterator[tuple[str, Caller]]:
    """Who asks at one cluster, with whose certificate: none, of this mesh, of another mesh, and one that another mesh
    has made out in this one's name."""
    others = [each for each in places() if each.domain != at.domain]
    for namespace in namespaces():
        yield namespace, Caller()
        yield namespace, at.caller(namespace)
        for other in others:
            yield namespace, other.caller(namespace)
            yield namespace, Caller(at.caller(namespace).principal, other.domain)


def served(plan: TenantPlan) -> list[Served]:
    return [Served(plan.namespace, each.labels) for each in plan.workloads]


def opened(at: Place, rules: MeshRules) -> set[tuple[str, Caller, str, int]]:
    """What passes: from whom, as whom, to whose namespace, at which port."""
    return {
        (asking, caller, plan.namespace, port)
        for plan in at.plans
        for pod, (asking, caller), port in itertools.product(served(plan), callers(at), PORTS)
        if rules.lets_in(caller, pod, port)
    }


def wanted(at: Place) -> set[tuple[str, Caller, str, int]]:
    return {
        (asking, at.caller(asking), plan.namespace, 8080)
        for plan in at.plans
        if plan.active
        for asking in (plan.namespace, GATEWAY)
    }


@pytest.mark.parametrize("cluster", MESHES)
def test_a_tenant_is_heard_by_its_own_services_and_by_nobody_elses(cluster: str) -> None:
    at = place(cluster)
    assert at.plans
    assert opened(at, at.rules()) == wanted(at)


def crossing(at: Place, rules: MeshRules) -> set[tuple[str, Caller, str, int]]:
    """What passes and should not."""
    return opened(at, rules) - wanted(at)


def _policy(namespace: str, spec: dict[str, Any], kind: str = "AuthorizationPolicy") -> Object:
    return {"kind": kind, "metadata": {"name": "further", "namespace": namespace}, "spec": spec}


TOO_WIDE: dict[str, Callable[[str], Object]] = {
    "any account of any namespace": lambda domain: {"principals": [f"{domain}/ns/*"]},
    "a name without its end": lambda domain: {"principals": [f"{domain}/ns/tenant*"]},
    "everybody who is known": lambda _: {"principals": ["*"]},
    "everybody but one": lambda domain: {"notPrincipals": [f"{domain}/ns/{GATEWAY}/sa/*"]},
}


@pytest.mark.parametrize("name", TOO_WIDE)
def test_the_matrix_notices_a_source_that_is_too_wide(name: str) -> None:
    at = place("starter")
    spec = {"rules": [{"from": [{"source": TOO_WIDE[name](at.domain)}]}]}
    assert crossing(at, at.rules(_policy(at.plans[0].namespace, spec)))


def test_the_matrix_notices_a_default_deny_that_is_missing_or_lifted() -> None:
    at = place("starter")
    assert crossing(at, at.rules(without="AuthorizationPolicy"))
    assert crossing(at, at.rules(_policy(MESH_NAMESPACE, {"rules": [{}]})))


def test_names_are_those_of_this_mesh_even_where_two_share_a_root() -> None:
    """Why a rule names principals: by `namespaces` a namespace of the same name anywhere would be let in."""
    at = place("starter")
    own, pod = at.plans[0].namespace, served(at.plans[0])[0]
    abroad = Caller(f"elsewhere.example/ns/{own}/sa/workload", at.domain)
    by_namespace = _policy(own, {"rules": [{"from": [{"source": {"namespaces": [own]}}]}]})
    assert not at.rules().lets_in(abroad, pod, 8080)
    assert at.rules(by_namespace).lets_in(abroad, pod, 8080)


def test_without_strict_the_default_deny_still_asks_for_a_name() -> None:
    for at in places():
        assert crossing(at, at.rules(without="PeerAuthentication")) == set()
        for plan in at.plans:
            disabled = _policy(plan.namespace, {"mtls": {"mode": "DISABLE"}}, "PeerAuthentication")
            assert crossing(at, at.rules(disabled)) == set()


def test_one_tiers_mesh_is_a_stranger_to_anothers() -> None:
    domains = {each.name: each.domain for each in places()}
    assert domains["enterprise"] == domains["enterprise-west"]
    assert len(set(domains.values())) == len(domains) - 1


SOURCES = st.fixed_dictionaries(
    {},
    optional={
        "principals": st.sampled_from([["*"], ["*/sa/workload"], ["cluster.local/*"]]),
        "namespaces": st.sampled_from([["*"], ["tenant-hedgehog-cli"], ["tenant-*"]]),
        "notPrincipals": st.sampled_from([["nobody"], ["*/sa/nobody"]]),
    },
)
RULES = st.fixed_dictionaries(
    {},
    optional={
        "from": st.lists(st.fixed_dictionaries({"source": SOURCES}), min_size=1, max_size=2),
        "to": st.sampled_from([[{"operation": {"ports": ["8080"]}}], [{"operation": {"paths": ["/*"]}}]]),
        "when": st.sampled_from([[{"key": "request.headers[x-tenant]", "values": ["*"]}]]),
    },
)
SELECTORS = st.sampled_from([{}, {"selector": {"matchLabels": {"app": "agent-sessions"}}}])
POLICIES = st.tuples(
    st.just("AuthorizationPolicy"),
    st.builds(
        lambda action, rules, selector: {"action": action, "rules": rules, **selector},
        st.sampled_from(["ALLOW", "DENY", "AUDIT"]),
        st.lists(RULES, max_size=2),
        SELECTORS,
    ),
)
MODES = st.sampled_from(["DISABLE", "PERMISSIVE", "UNSET", "STRICT"])
PEERS = st.tuples(
    st.just("PeerAuthentication"),
    st.builds(
        lambda mode, ports, selector: {"mtls": {"mode": mode}, "portLevelMtls": ports, **selector},
        MODES,
        st.dictionaries(st.sampled_from(["8080", "9464"]), MODES.map(lambda mode: {"mode": mode}), max_size=2),
        SELECTORS,
    ),
)
FURTHER = st.lists(st.tuples(st.integers(0, 9), st.one_of(POLICIES, PEERS)), min_size=1, max_size=4)


def written(
    at: Place, made: list[tuple[int, tuple[str, dict[str, Any]]]], victim: str, *, to_victim: bool
) -> MeshRules:
    """The rules with what other tenants have written where they could, or with the same in the victim's namespace."""
    others = [each for each in namespaces() if each.startswith("tenant-") and each != victim]
    where = [victim] if to_victim else others
    return at.rules(*(_policy(where[index % len(where)], spec, kind) for index, (kind, spec) in made))


def reaching(at: Place, rules: MeshRules, victim: str) -> set[tuple[str, Caller, str, int]]:
    return {each for each in crossing(at, rules) if each[2] == victim}


@settings(max_examples=40, deadline=None)
@given(made=FURTHER, number=st.integers(0, 2))
def test_nothing_that_tenants_could_write_at_home_opens_anothers_services(
    made: list[tuple[int, tuple[str, dict[str, Any]]]], number: int
) -> None:
    at = place("starter")
    victim = at.plans[number % len(at.plans)].namespace
    assert reaching(at, written(at, made, victim, to_victim=False), victim) == set()


def test_the_same_does_harm_in_the_victims_own_namespace_which_is_why_no_role_may_write_it() -> None:
    """So the property above is about where it is written, and not about what."""
    at = place("starter")
    victim = at.plans[0].namespace
    found = find(
        FURTHER,
        lambda made: reaching(at, written(at, made, victim, to_victim=True), victim) != set(),
        settings=settings(max_examples=200, deadline=None, derandomize=True, phases=[Phase.generate]),
    )
    assert "AuthorizationPolicy" in {kind for _, (kind, _) in found}
