"""What the engine did is counted for the right tenant, and no secret gets through (I2, I5)."""

import json

from hypothesis import given
from hypothesis import strategies as st

from fleet.events import PLATFORM, Changes, masked
from tests.unit.fleet.engine_events import resource, said, urn


def fed(*lines: str) -> Changes:
    changes = Changes()
    for line in lines:
        changes.feed(line)
    return changes


def test_each_operation_counts_for_the_tenant_of_its_label() -> None:
    changes = fed(
        resource("a", "create", tenant="acme"),
        resource("b", "update", tenant="acme"),
        resource("c", "same", tenant="acme"),
        resource("d", "delete", tenant="bay"),
        resource("roles", "create"),
    )
    assert changes.done["acme"] == {"create": 1, "update": 1, "same": 1}
    assert changes.done["bay"] == {"delete": 1}
    assert changes.done[PLATFORM] == {"create": 1}
    assert [change.name for change in changes.changes] == ["a", "b", "d", "roles"]


def test_a_component_counts_for_the_tenant_it_lies_in() -> None:
    tenant = urn("acme", "tenantplane:tenancy:Tenant")
    quota = urn("acme-quota", "tenantplane:tenancy:TenantQuota")
    changes = fed(
        resource("acme", "create", kind="tenantplane:tenancy:Tenant"),
        resource("acme-quota", "create", kind="tenantplane:tenancy:TenantQuota", parent=tenant),
        resource("acme-inner", "create", kind="tenantplane:tenancy:Inner", parent=quota),
    )
    assert changes.done == {"acme": {"create": 3}}


def test_a_replacement_counts_once() -> None:
    changes = fed(
        resource("a", "create-replacement", tenant="acme"),
        resource("a", "replace", tenant="acme"),
        resource("a", "delete-replaced", tenant="acme"),
    )
    assert changes.done == {"acme": {"replace": 1}}


def test_a_resource_whose_outputs_come_twice_counts_once() -> None:
    line = resource("a", "same", kind="tenantplane:tenancy:Tenant")
    assert fed(line, line).done == {"a": {"same": 1}}


def test_an_error_is_kept_once_with_its_resource_and_noise_of_ambient_plugins_is_left_out() -> None:
    error = said("error", "quota exceeded\n", urn("a"))
    noise = said("warning", "using pulumi-resource-random from $PATH at /plugins/pulumi-resource-random")
    changes = fed(error, error, noise, said("warning", "v1beta1 is deprecated"), said("info#err", "hello"))
    assert changes.failed == [(urn("a"), "quota exceeded")]
    assert changes.warnings == ["v1beta1 is deprecated"]


def test_a_secret_in_the_inputs_is_masked() -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "c2VjcmV0"}
    changes = fed(resource("a", "update", old={"data": {"key": secret}}, new={"data": [secret, "open"]}))
    assert changes.changes[0].old["data"] == {"key": "[secret]"}
    assert changes.changes[0].new["data"] == ["[secret]", "open"]


def test_a_refresh_that_finds_nothing_new_is_no_change() -> None:
    assert fed(resource("a", "refresh", tenant="acme")).done == {"acme": {"same": 1}}


@given(st.text())
def test_a_line_that_is_no_event_is_left_out(line: str) -> None:
    assert fed(line).done == {}


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_masking_leaves_what_is_no_secret(value: object) -> None:
    assert masked(value) == json.loads(json.dumps(value))
