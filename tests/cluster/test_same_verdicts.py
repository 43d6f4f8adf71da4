"""The pack and the live API server say the same of the same objects (I1).

The objects are those of the table of attacks: a compliant one, and the same with one thing changed. Both are asked as
dry runs, as somebody of the tenant. Where a policy of ours or Pod Security refuses, a rule of the pack whose control
names that policy has to refuse as well; where the API server admits, no such rule may.
"""

import copy
from typing import Any, Final

import pytest

from controls import CONTROLS
from policies.evaluation import Result, evaluate
from policies.expected import Expected, expected
from policies.objects import found
from settings import TenantPlan, load_catalogue
from tests.cluster.attacks import ON_HOST
from tests.cluster.attacks.asking import Asking
from tests.cluster.attacks.attack import POD_SECURITY, Attack, Request
from tests.cluster.tenancy_stack import ROOT

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

OURS: Final = "tenantplane-"
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


def test_every_policy_about_whole_objects_is_compared_and_there_are_many() -> None:
    asked = {refuser(each) for each in COMPARED}
    named = {name for each in CONTROLS.values() if each.preview for name in each.admission if name.startswith(OURS)}
    shown_elsewhere = {"tenantplane-rooted-pods", "tenantplane-tenant-routes", "tenantplane-gateway-kinds"}
    assert named - asked <= shown_elsewhere
    assert len(COMPARED) >= 55
