"""What a killed engine left open is settled by what it was about."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from fleet.errors import FleetError
from fleet.recovery import made_up_id, recovery_plan
from fleet.recovery.aws_lookups import LOOKUPS
from fleet.recovery.aws_types import AGAIN, NAMED, named_id
from fleet.recovery.deployment import settled, surplus
from fleet.recovery.plugins import await_plugins
from fleet.recovery.words import answers, only_a_person
from fleet.state import PendingOperation
from localcloud.aws.kinds import KINDS
from tests.polling import until

GOLDEN = Path(__file__).parents[1] / "components" / "golden" / "aws_names.json"


def operation(type_: str, kind: str = "creating", **inputs: Any) -> PendingOperation:
    return PendingOperation(kind=kind, urn=f"urn:pulumi:s::p::{type_}::x", type=type_, inputs=inputs)


MADE_UP = {"metadata": {"name": "web-1a2b3c", "namespace": "ns", "annotations": {"pulumi.com/autonamed": "true"}}}


def test_a_named_object_and_a_random_value_are_made_anew() -> None:
    plan = recovery_plan(
        [
            operation("kubernetes:core/v1:Secret", metadata={"name": "a", "namespace": "ns"}),
            operation("random:index/randomPassword:RandomPassword"),
            operation("tenantplane:tenancy:Tenant"),
        ]
    )
    assert len(plan.drop) == 3
    assert plan.needed
    assert not plan.adopt
    assert not plan.unknown


def test_an_object_with_a_made_up_name_is_looked_for_under_that_name() -> None:
    plan = recovery_plan([operation("kubernetes:apps/v1:Deployment", metadata=MADE_UP["metadata"])])
    assert plan.adopt == {"urn:pulumi:s::p::kubernetes:apps/v1:Deployment::x": "ns/web-1a2b3c"}
    assert plan.drop == ()


def test_updates_and_deletions_are_decided_anew_without_touching_the_state() -> None:
    plan = recovery_plan([operation("kubernetes:core/v1:Secret", kind) for kind in ("updating", "deleting", "reading")])
    assert len(plan.again) == 3
    assert not plan.needed


def test_every_type_of_aws_that_we_use_is_settled_in_exactly_one_way() -> None:
    used = {each for path in json.loads(GOLDEN.read_text()) for each in path.split("$") if each.startswith("aws:")}
    assert len(used) > 50
    for token in used | set(KINDS):
        assert [token in table for table in (NAMED, AGAIN, LOOKUPS)].count(True) == 1, token


@pytest.mark.parametrize(
    ("token", "inputs", "identifier"),
    [
        ("eks/nodeGroup:NodeGroup", {"clusterName": "c", "nodeGroupName": "g"}, "c:g"),
        ("route53/record:Record", {"zoneId": "Z", "name": "a.b", "type": "A", "setIdentifier": "one"}, "Z_a.b_A_one"),
        ("route53/record:Record", {"zoneId": "Z", "name": "a.b", "type": "CAA"}, "Z_a.b_CAA"),
        ("ec2/route:Route", {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0"}, "rtb-1_0.0.0.0/0"),
        ("cloudwatch/eventTarget:EventTarget", {"rule": "r", "targetId": "t"}, "default/r/t"),
        (
            "ec2/securityGroupRule:SecurityGroupRule",
            {
                "securityGroupId": "sg-1",
                "type": "ingress",
                "protocol": "tcp",
                "fromPort": 8443,
                "toPort": 8443,
                "sourceSecurityGroupId": "sg-2",
            },
            "sg-1_ingress_tcp_8443_8443_sg-2",
        ),
        ("iam/role:Role", {"name": {"4dabf18193072939515e22adb298388d": "a secret"}}, None),
        ("ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, None),
    ],
)
def test_ids_that_follow_from_what_was_asked_for(token: str, inputs: dict[str, Any], identifier: str | None) -> None:
    assert named_id(f"aws:{token}", inputs) == identifier


def test_of_a_type_that_nobody_knows_only_a_person_can_tell_and_is_told_what_to_do(tmp_path: Path) -> None:
    pending = operation("aws:mq/broker:Broker", brokerName="b")
    plan = recovery_plan([pending])
    assert plan.unknown == (pending,)
    said = only_a_person("dev", plan.unknown, {pending.urn: ""}, tmp_path / "dev.txt")
    assert "look for aws:mq/broker:Broker made of" in said
    assert f"into {tmp_path / 'dev.txt'}, and run the same command" in said
    assert answers(f"{pending.urn} b-1\n\nother nothing\n") == {pending.urn: "b-1", "other": None}
    assert answers("nonsense\n") == {}


URN = "urn:pulumi:s::p::aws:ec2/vpc:Vpc::x"


def deployment(*resources: dict[str, Any]) -> dict[str, Any]:
    made = {"urn": URN, "type": "aws:ec2/vpc:Vpc", "custom": True, "inputs": {"cidrBlock": "10.0.0.0/16"}}
    return {"resources": list(resources), "pending_operations": [{"type": "creating", "resource": made}]}


def test_what_was_made_becomes_a_resource_and_what_was_not_is_forgotten() -> None:
    adopted = settled(deployment({"urn": "other"}), frozenset(), {URN: "vpc-1"})
    assert [each.get("id") for each in adopted["resources"]] == [None, "vpc-1"]
    assert adopted["pending_operations"] == []
    forgotten = settled(deployment({"urn": "other"}), frozenset({URN}), {})
    assert (len(forgotten["resources"]), forgotten["pending_operations"]) == (1, [])
    assert settled(deployment(), frozenset(), {}) == deployment(), "nobody said anything of it"


def test_what_was_made_beside_one_that_is_in_use_is_to_go_again() -> None:
    """A replacement that had begun, or a run that did not know."""
    held = deployment({"urn": URN, "id": "vpc-0"})
    first, second = settled(held, frozenset(), {URN: "vpc-1"})["resources"]
    assert (first["id"], second["id"], second["delete"]) == ("vpc-0", "vpc-1", True)
    assert surplus(held, {URN: "vpc-1"}) == {URN}
    assert len(settled(held, frozenset(), {URN: "vpc-0"})["resources"]) == 1
    assert surplus(held, {URN: "vpc-0"}) == frozenset()


def test_what_replaces_one_that_is_gone_already_takes_its_place() -> None:
    made = settled(deployment({"urn": URN, "id": "old", "pendingReplacement": True}), frozenset(), {URN: "vpc-1"})
    assert [each["id"] for each in made["resources"]] == ["vpc-1"]


def test_a_plugin_whose_engine_is_gone_is_waited_for_and_named_when_it_does_not_end(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", "localcloud.aws.provider"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE) as plugin:
        until(lambda: psutil.Process(plugin.pid).cmdline() == command, "it is what it says")
        await_plugins(tmp_path.parent)
        with pytest.raises(FleetError, match=f"still at work .process {plugin.pid}.*the same command again"):
            await_plugins(tmp_path, within_s=0)
        threading.Timer(0.3, plugin.stdin.close).start()  # type: ignore[union-attr]
        await_plugins(tmp_path)
        assert plugin.wait(60) == 0


def test_ids_of_made_up_names() -> None:
    assert made_up_id(MADE_UP) == "ns/web-1a2b3c"
    assert made_up_id({"metadata": {"name": "n-1", "annotations": {"pulumi.com/autonamed": "true"}}}) == "n-1"
    assert made_up_id({"metadata": {"name": "n", "annotations": {"pulumi.com/autonamed": "false"}}}) is None
    assert made_up_id({"metadata": {"name": "n"}}) is None
    assert made_up_id({}) is None
