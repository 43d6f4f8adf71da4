"""Whether the manifests belong together, by a judge that is not ours: Services and pods, budgets, scalers (I1)."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.judges import kube_score
from tests.judges.checkov import MUTANT, waivers
from tests.judges.manifests import manifests

pytestmark = pytest.mark.xdist_group("judges")  # where the manifests are rendered already

Object = dict[str, Any]
LEAST: Final = 400
"""Checks that have to have passed: 495 do today."""


def _container(made: Object) -> Any:
    return made["spec"]["template"]["spec"]["containers"][0]


MUTANTS: Final[dict[str, tuple[str, Callable[[Object], object]]]] = {
    "service-targets-pod": ("Service", lambda made: made["spec"].update(selector={"app": "nobody"})),
    "service-type": ("Service", lambda made: made["spec"].update(type="NodePort")),
    "poddisruptionbudget-has-policy": (
        "PodDisruptionBudget",
        lambda made: [made["spec"].pop(each, None) for each in ("maxUnavailable", "minAvailable")],
    ),
    "horizontalpodautoscaler-has-target": (
        "HorizontalPodAutoscaler",
        lambda made: made["spec"]["scaleTargetRef"].update(name="nobody"),
    ),
    "container-image-tag": ("Deployment", lambda made: _container(made).update(image="registry.example/app:latest")),
    "container-resources": ("Deployment", lambda made: _container(made).update(resources={})),
    "pod-networkpolicy": ("Deployment", lambda made: made["metadata"].update(namespace="bare")),
    "pod-probes": ("Deployment", lambda made: _container(made).pop("readinessProbe")),
    "deployment-pod-selector-labels-match-template-metadata-labels": (
        "Deployment",
        lambda made: made["spec"].update(selector={"matchLabels": {"app": "nobody"}}),
    ),
    "container-seccomp-profile": (
        "Deployment",
        lambda made: made["spec"]["template"]["spec"]["securityContext"].pop("seccompProfile"),
    ),
    "environment-variable-key-duplication": (
        "Deployment",
        lambda made: _container(made).update(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]),
    ),
    "label-values": ("Service", lambda made: made["metadata"]["labels"].update(app="no value/at all")),
}
"""What each of these checks has to notice in an object that was right, of a tenant."""


def mutants(rendered: list[Object]) -> Iterator[Object]:
    for check, (kind, change) in MUTANTS.items():
        right = next(each for each in rendered if each["kind"] == kind and "tenant" in each["metadata"]["labels"])
        mutant = copy.deepcopy(right)
        mutant["metadata"]["name"] = MUTANT + check
        change(mutant)
        yield mutant


def test_nothing_is_unexplained_no_waiver_is_for_nothing_and_mistakes_are_noticed(tmp_path: Path) -> None:
    """One run for all of it."""
    rendered = manifests()
    said = kube_score.judge(kube_score.built(), tmp_path / "manifests.json", [*rendered, *mutants(rendered)])
    ours = [each for each in said.failed if MUTANT not in each[1]]
    passed = [each for each in said.passed if MUTANT not in each[1]]
    assert len(passed) >= LEAST
    assert set(MUTANTS) - {check for check, _ in passed} == set(), "a mutant shows nothing of what never passed"

    found = {(check, name.rpartition("/")[2]) for check, name in said.failed}
    assert [check for check in MUTANTS if (check, MUTANT + check) not in found] == []

    held = waivers(kube_score.WAIVERS)
    assert [one for one in ours if not any(each.covers(*one) for each in held)] == []
    assert [each for each in held if not any(each.covers(*one) for one in ours)] == []
    assert all(len(each.reason) > 20 for each in held)
