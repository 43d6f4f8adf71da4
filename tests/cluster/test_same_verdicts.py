"""The pack and the live API server say the same of the same objects (I1).

The objects are those of the table of attacks: a compliant one, and the same with one thing changed. Both are asked as
dry runs, as somebody of the tenant. Where a policy of ours or Pod Security refuses, a rule of the pack whose control
names that policy has to refuse as well; where the API server admits, no such rule may.
"""

import copy
import re
from dataclasses import replace
from functools import cache
from typing import Any, Final, cast

import pytest

from controls import CONTROLS
from policies.evaluation import Result, evaluate
from policies.expected import Expected, expected
from policies.objects import found
from settings import TenantPlan, load_catalogue, plan_tenants
from tests.cluster.attacks import ON_HOST
from tests.cluster.attacks.asking import Asking
from tests.cluster.attacks.attack import POD_SECURITY, Attack, Request
from tests.cluster.tenancy_stack import ROOT
from tests.cluster.test_runtime_admission import ROOT_MISTAKES, as_root

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

OURS: Final = "tenantplane-"
ROOTED, RUNTIMES = "tenantplane-rooted-pods", "tenantplane-runtimes"
NAMED: Final = re.compile(r"\[(TP-[A-I]\d{1,2}-\d{2})\]")
"""The id of a control in what a policy says."""
TOKEN: Final = "kubernetes:any:"
"""Beginning of a type token; rules go by the kind alone."""


KINDS: Final = {
    "configmaps": "ConfigMap",
    "cronjobs": "CronJob",
    "deployments": "Deployment",
    "jobs": "Job",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "pods": "Pod",
    "rolebindings": "RoleBinding",
    "secrets": "Secret",
    "services": "Service",
    "statefulsets": "StatefulSet",
}
"""Kinds by the resource that a path ends in; subresources are not among them."""


def refuser(attack: Attack) -> str:
    """The name of what refuses, as the table of controls has it."""
    return attack.control.name.removeprefix("ValidatingAdmissionPolicy ")


def controls_of(attack: Attack) -> frozenset[str]:
    """The controls that are checked at preview and by what refuses this."""
    return frozenset(each.id for each in CONTROLS.values() if each.preview and refuser(attack) in each.admission)


def about_an_object(request: Request) -> bool:
    """Whether a request makes a whole object; what is patched, bound or deleted is not what a preview sees."""
    return request.method == "POST" and isinstance(request.body, dict) and kind_of(request) is not None


def kind_of(request: Request) -> str | None:
    """The kind of the object that a request makes."""
    return KINDS.get(request.path.partition("?")[0].rpartition("/")[2])


COMPARED: Final = [
    each
    for each in ON_HOST
    if (refuser(each).startswith(OURS) or each.control == POD_SECURITY)
    and about_an_object(each.flip)
    and about_an_object(each.twin)
    and kind_of(each.twin) == kind_of(each.flip)
    and controls_of(each)
]


NOT_COMPARED: Final = frozenset(
    {
        # The label of a sandbox that is changed, which a preview does not see.
        ("tenantplane-tenant-objects", "TP-C5-02"),
        # Routes are tried on a gateway: tests/cluster/test_entrances.py.
        ("tenantplane-gateway-kinds", "TP-B2-01"),
        ("tenantplane-tenant-routes", "TP-B2-01"),
    }
)
"""Policies and the controls of their rules that both sides have, without a pair."""
ABOUT_ROOT: Final = frozenset(
    each.id for each in CONTROLS.values() if each.preview and {ROOTED, RUNTIMES} & set(each.admission)
)


@cache
def told_of_root() -> Expected:
    """What the catalogue would say with a tenant that states capabilities."""
    stated = {"rooted-probe": {"agent-sessions": frozenset({"CHOWN", "SETUID"})}}
    return replace(expected(load_catalogue(ROOT / "catalog", "local")), capabilities=stated)


def said_of_root(made: dict[str, Any]) -> list[Result]:
    """What the pack says of a pod in the namespace that tests/cluster/test_runtime_admission.py asks the API server
    about."""
    props = copy.deepcopy(made)
    props["metadata"]["namespace"] = "tenant-rooted-probe"
    results = evaluate(found(f"{TOKEN}Pod", props), told_of_root())
    return [each for each in results if each.control.id in ABOUT_ROOT - {"TP-C3-02"}]


@pytest.mark.parametrize(("wrong", "words"), ROOT_MISTAKES)
def test_the_pack_refuses_what_the_api_server_refuses_of_root(wrong: dict[str, Any], words: str) -> None:
    """C4: each of these is refused by the API server in these words, beside its twins, in test_runtime_admission."""
    assert words
    said = said_of_root(wrong)
    assert said
    assert all(each.evaluated for each in said)
    assert said_of_root(as_root("CHOWN", "SETUID")) == []


@pytest.fixture(scope="module")
def told(plans: dict[str, TenantPlan]) -> Expected:
    assert plans
    return expected(load_catalogue(ROOT / "catalog", "local"))


def said_at_preview(attack: Attack, request: Request, told: Expected, plan: TenantPlan) -> list[Result]:
    """What the pack says, by the controls in question, of an object that the engine would make in that namespace."""
    props: dict[str, Any] = copy.deepcopy(request.body)
    metadata = props.setdefault("metadata", {})
    metadata["namespace"] = plan.namespace
    # What the API server knows of the namespace, the engine writes on every object.
    metadata["labels"] = {**plan.labels, **(metadata.get("labels") or {})}
    results = evaluate(found(f"{TOKEN}{kind_of(request)}", props), told)
    return [each for each in results if each.control.id in controls_of(attack)]


@pytest.mark.parametrize("attack", COMPARED, ids=lambda each: each.id)
def test_the_api_server_and_the_pack_agree(
    attack: Attack, asking: Asking, told: Expected, plans: dict[str, TenantPlan]
) -> None:
    for request in (attack.twin, attack.flip):
        answer = asking(attack.tenant, attack.twin_by or attack.who if request is attack.twin else attack.who, request)
        said = said_at_preview(attack, request, told, plans[attack.tenant])
        assert all(each.evaluated for each in said)
        assert (answer.status >= 400) == bool(said), (
            f"{answer.status} {answer.message}; the pack: {list(map(str, said))}"
        )
        if said and refuser(attack).startswith(OURS):
            named = set(NAMED.findall(answer.message))
            assert named, f"no control is named in: {answer.message}"
            assert named <= {each.control.id for each in said}, f"{answer.message}; the pack: {list(map(str, said))}"


def test_every_rule_that_both_have_is_compared_but_for_those_that_no_tenant_of_the_table_meets() -> None:
    """Rule by rule, and not only policy by policy: what both have of a control, a flip of the table has to break."""
    catalogue = load_catalogue(ROOT / "catalog", "local")
    told, plans = expected(catalogue), {plan.tenant.id: plan for plan in plan_tenants(catalogue)}
    compared = {
        (refuser(attack), each.control.id)
        for attack in COMPARED
        for each in said_at_preview(attack, attack.flip, told, plans[attack.tenant])
    }
    compared |= {
        (policy, each.control.id)
        for mistake in ROOT_MISTAKES
        for each in said_of_root(cast("dict[str, Any]", mistake.values[0]))
        for policy in (ROOTED, RUNTIMES)
    }
    both = {
        (name, each.id)
        for each in CONTROLS.values()
        if each.preview
        for name in each.admission
        if name.startswith(OURS) or name == POD_SECURITY.name
    }
    assert both - compared == NOT_COMPARED
    assert len(compared & both) >= 34
    assert len(COMPARED) >= 80
