"""The comparison itself: equal runs are equal, and every kind of difference is seen."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.differential import normalise
from tests.differential.deviations import DEVIATIONS, table, unexplained
from tests.differential.flows import FLOWS

OBJECT: dict[str, Any] = {
    "kind": "ConfigMap",
    "metadata": {
        "name": "config-0a1b2c3d",
        "labels": {"app": "web"},
        "uid": "6f1d0f0e-8c9b-4a39-9c56-0d0f0f0e8c9b",
        "resourceVersion": "17",
        "creationTimestamp": "2026-01-02T03:04:05Z",
        "managedFields": [
            {"manager": "pulumi-kubernetes-0a1b2c3d", "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}}}},
            {"manager": "kube-controller-manager", "operation": "Update", "fieldsV1": {"f:status": {}}},
        ],
    },
    "data": {"a": "b", "list": ["x", "y"]},
}


def _other_run() -> dict[str, Any]:
    """The same object as another run makes it."""
    other = copy.deepcopy(OBJECT)
    other["metadata"] |= {
        "name": "config-ffffffff",
        "uid": "00000000-8c9b-4a39-9c56-0d0f0f0e8c9b",
        "resourceVersion": "99",
        "creationTimestamp": "2027-01-02T03:04:05Z",
    }
    other["metadata"]["managedFields"][0]["manager"] = "pulumi-kubernetes-ffffffff"
    other["metadata"]["managedFields"].pop()
    return other


def test_two_runs_of_the_same_program_are_equal() -> None:
    assert not normalise.differences(normalise.plain(OBJECT), normalise.plain(_other_run()))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("metadata", "name"), "config"),
        (("metadata", "name"), "other-0a1b2c3d"),
        (("metadata", "labels"), {}),
        (("metadata", "labels"), {"app": "web", "more": ""}),
        (("metadata", "managedFields", 0, "operation"), "Update"),
        (("metadata", "managedFields", 0, "fieldsV1"), {"f:data": {}}),
        (("metadata", "managedFields", 0, "manager"), "pulumi-kubernetes"),
        (("data", "a"), 1),
        (("data", "a"), None),
        (("data", "list"), ["y", "x"]),
        (("data", "list"), ["x"]),
        (("data",), "<secret>"),
    ],
)
def test_each_difference_is_seen(path: tuple[str | int, ...], value: object) -> None:
    other = _other_run()
    place: Any = other
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    assert normalise.differences(normalise.plain(OBJECT), normalise.plain(other))


def test_one_and_true_and_a_float_are_three_values() -> None:
    for one, other in ((1, True), (1, 1.0), (0, False), ("1", 1)):
        assert normalise.differences({"a": one}, {"a": other})


def test_a_secret_is_equal_to_any_other_secret_but_to_no_plain_value() -> None:
    def secret(ciphertext: str) -> dict[str, str]:
        return {normalise.SECRET_KEY: normalise.SECRET_SIGNATURE, "ciphertext": ciphertext}

    assert not normalise.differences(normalise.plain(secret("a")), normalise.plain(secret("b")))
    assert normalise.differences(normalise.plain(secret("a")), normalise.plain("a"))


def test_a_headless_service_is_not_one_with_an_address() -> None:
    assert normalise.differences(normalise.plain({"clusterIP": "None"}), normalise.plain({"clusterIP": "10.0.0.1"}))


def test_only_the_first_reason_of_an_error_is_compared() -> None:
    one = "2 errors occurred:\n\t* it is late\n\t* for want of a node\n\n"
    assert normalise.first_reason(one) == "it is late"
    assert normalise.first_reason("it exists already\n\nAdvice: rename it.") == "it exists already"
    assert normalise.first_reason("Preview failed: 1 error occurred:\n\t* no\n\n") == "Preview failed: no"


def test_no_accepted_deviation_covers_everything() -> None:
    telling = "kubernetes:core/v1:ConfigMap::config[0].op: official 'update', bundled 'replace'"
    for flow in FLOWS:
        for step in flow.steps:
            for aspect in step.aspects:
                assert unexplained(flow.name, step.name, aspect, [telling]) == [telling]


def test_every_accepted_deviation_says_why() -> None:
    assert all(len(deviation.reason) > 40 for deviation in DEVIATIONS)


def test_the_documentation_lists_the_deviations() -> None:
    page = Path(__file__).parents[2] / "docs/providers-differential.md"
    listed = page.read_text().partition("<!-- deviations -->\n")[2].partition("\n<!-- /deviations -->")[0]
    assert listed == table(), f"write between the marks of {page.name}:\n{table()}"
