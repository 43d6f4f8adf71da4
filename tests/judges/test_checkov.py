"""An external judge of the manifests and the AWS inputs: nothing unexplained, and it notices what is bad (H2, I1)."""

from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from tests.judges import aws_inputs
from tests.judges.checkov import KUBERNETES, MUTANT, PLAN, Judgement, Waiver, judge, waivers
from tests.judges.conftest import CONTAINER_MUTANTS
from tests.judges.manifests import manifests
from tests.judges.terraform_plan import type_name

pytestmark = pytest.mark.xdist_group("judges")  # asked once

LEAST: Final = {KUBERNETES: 1_000, PLAN: 500}
"""Checks that have to have passed: 1,612 and 552 do today. Far fewer would mean that it no longer reads what we
write."""
UNJUDGED: Final = frozenset(
    {
        "aws_acm_certificate_validation",
        "aws_budgets_budget",
        "aws_cloudwatch_event_rule",
        "aws_cloudwatch_event_target",
        "aws_cloudwatch_log_subscription_filter",
        "aws_db_subnet_group",
        "aws_default_security_group",
        "aws_ecr_lifecycle_policy",
        "aws_ecr_registry_scanning_configuration",
        "aws_eks_access_entry",
        "aws_eks_access_policy_association",
        "aws_eks_addon",
        "aws_eks_pod_identity_association",
        "aws_flow_log",
        "aws_iam_instance_profile",
        "aws_internet_gateway",
        "aws_kms_alias",
        "aws_lb_listener_rule",
        "aws_nat_gateway",
        "aws_rds_cluster_parameter_group",
        "aws_route53_health_check",
        "aws_route_table_association",
        "aws_s3_bucket_object_lock_configuration",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_vpc_endpoint",
        "aws_wafv2_web_acl_association",
        "aws_wafv2_web_acl_logging_configuration",
    }
)
"""Types of AWS that checkov has no check for, or none that is about how we use them."""


def test_it_has_judged_what_it_was_shown(verdicts: dict[str, Judgement]) -> None:
    for framework, least in LEAST.items():
        assert verdicts[framework].evaluated, framework
        assert len(verdicts[framework].ours.passed) >= least, framework
    assert verdicts[KUBERNETES].resources >= len(manifests()) + len(CONTAINER_MUTANTS)
    of_aws = [each for each in aws_inputs.environment() if each.type.startswith("aws:")]
    assert verdicts[PLAN].resources == len(of_aws) + len(aws_inputs.MUTANTS)


def test_every_type_of_aws_has_verdicts_but_for_those_that_it_has_no_check_for(verdicts: dict[str, Judgement]) -> None:
    """A judge that skips a type says nothing is wrong with it."""
    said = Counter(resource.partition(".")[0] for _, resource in (*verdicts[PLAN].ours.passed, *verdicts[PLAN].failed))
    types = {type_name(each.type) for each in aws_inputs.environment() if each.type.startswith("aws:")}
    assert types - set(said) == UNJUDGED


def test_it_notices_what_is_bad(verdicts: dict[str, Judgement]) -> None:
    for framework, checks in ((KUBERNETES, list(CONTAINER_MUTANTS)), (PLAN, list(aws_inputs.MUTANTS))):
        found = {(check, resource.rpartition(".")[2]) for check, resource in verdicts[framework].failed}
        unseen = [each for each in checks if (each, MUTANT + each.lower().replace("_", "-")) not in found]
        assert unseen == [], framework


def test_what_it_notices_is_right_in_what_is_ours(verdicts: dict[str, Judgement]) -> None:
    """Else a mutant would show nothing: the check has passed on the resource that it was made of."""
    passed = {check for check, _ in verdicts[PLAN].ours.passed}
    assert set(aws_inputs.MUTANTS) - passed == set()


def test_nothing_is_unexplained_and_no_waiver_is_for_nothing(verdicts: dict[str, Judgement]) -> None:
    held = waivers()
    ours = [each for judgement in verdicts.values() for each in judgement.ours.failed]
    assert [one for judgement in verdicts.values() for one in judgement.ours.unexplained(held)] == []
    assert [each for each in held if not any(each.covers(*one) for one in ours)] == []


def test_a_judge_that_judged_nothing_has_not_passed_anything(python: Path, tmp_path: Path) -> None:
    said = judge(python, tmp_path / "empty", {KUBERNETES: []})
    assert said[KUBERNETES].failed == ()
    assert not said[KUBERNETES].evaluated


def test_every_waiver_has_a_reason() -> None:
    assert all(len(each.reason) > 20 for each in waivers())
    assert not Waiver(check="A", resource="x.*", reason="").covers("B", "x.y")
