"""Type tokens and logical names do not change unnoticed."""

import json

from settings import names as setting_names
from tests.unit.components import golden_names
from tests.unit.components.local_stack import local_stack


def test_type_tokens_and_logical_names_are_those_of_the_golden_file() -> None:
    golden = json.loads(golden_names.FILE.read_text())
    hint = "a rename replaces the object: add an alias, then `python -m tests.unit.components.golden_names`"
    assert golden_names.names() == golden, hint


def test_every_component_has_a_token_of_the_project_and_its_layer() -> None:
    own = {each.type for each in local_stack().resources if not each.custom}
    assert own
    assert all(token.startswith("tenantplane:") and token.count(":") == 2 for token in own)


def test_no_two_objects_meet_on_the_api_server() -> None:
    """Objects are upserted after a crash, so that two with one physical name would silently be one."""
    seen: set[tuple[str, str, str]] = set()
    for each in local_stack().resources:
        if each.type.startswith("kubernetes:"):
            metadata = each.inputs["metadata"]
            key = (each.type.removesuffix("Patch"), metadata.get("namespace", ""), metadata["name"])
            assert key not in seen
            seen.add(key)


def test_a_workload_of_one_tenant_never_has_the_logical_name_of_anothers() -> None:
    """`acme` + `edu-api` and `acme-edu` + `api`: an id has no double hyphen, so the first one ends it."""
    assert setting_names.id_problem("acme--edu") is not None
    services = [each.name for each in local_stack().resources if each.type.startswith("tenantplane:workloads:")]
    assert len(services) == len(set(services))
    assert all(
        name.split("--", 1)[0] in {each.name for each in local_stack().of("tenantplane:tenancy:Tenant")}
        for name in services
    )
