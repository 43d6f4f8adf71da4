"""Every Kubernetes object of a stack names the platform as the owner of its fields, and keeps what it said itself."""

from typing import Any

import pulumi
import pytest

from stacks.field_manager import ANNOTATION, FIELD_MANAGER, own_fields


def transformed(type_: str, props: dict[str, Any]) -> dict[str, Any] | None:
    options = pulumi.ResourceOptions()
    made = own_fields(pulumi.ResourceTransformationArgs(None, type_, "name", props, options))  # type: ignore[arg-type]
    assert made is None or made.opts is options
    return None if made is None else dict(made.props)


def test_the_owner_is_named_beside_the_annotations_that_are_there() -> None:
    props = {"metadata": {"name": "a", "annotations": {"x": "y"}}, "spec": {"a": 1}}
    made = transformed("kubernetes:core/v1:Namespace", props)
    assert made == {
        "metadata": {"name": "a", "annotations": {ANNOTATION: FIELD_MANAGER, "x": "y"}},
        "spec": {"a": 1},
    }
    assert props["metadata"] == {"name": "a", "annotations": {"x": "y"}}, (
        "the program's own dictionaries stay as they are"
    )


def test_an_object_may_name_another_owner() -> None:
    made = transformed("kubernetes:core/v1:Namespace", {"metadata": {"annotations": {ANNOTATION: "other"}}})
    assert made == {"metadata": {"annotations": {ANNOTATION: "other"}}}


@pytest.mark.parametrize(
    ("type_", "props"),
    [
        ("tenantplane:tenancy:Tenant", {"metadata": {}}),
        ("pulumi:providers:kubernetes", {}),
        ("random:index/randomPassword:RandomPassword", {"length": 8}),
        ("kubernetes:core/v1:Namespace", {"metadata": object()}),
    ],
)
def test_what_is_no_object_with_plain_metadata_is_left_alone(type_: str, props: dict[str, Any]) -> None:
    assert transformed(type_, props) is None
