"""What a topology may say of AWS, and what it is told when it is wrong (H2, F2, G6)."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from settings.aws import Aurora, AwsAccount, AwsRegion, EksCluster

FRANKFURT: dict[str, Any] = {
    "name": "eu-central-1",
    "cidr": "10.64.0.0/16",
    "zones": ("eu-central-1a", "eu-central-1b", "eu-central-1c"),
}
DUBLIN: dict[str, Any] = {
    "name": "eu-west-1",
    "cidr": "10.65.0.0/16",
    "zones": ("eu-west-1a", "eu-west-1b", "eu-west-1c"),
}
ACCOUNT: dict[str, Any] = {
    "account": "111122223333",
    "regions": (FRANKFURT, DUBLIN),
    "budget": {"monthly_usd": 9000, "mails": ("ops@example.com",)},
}
VERSION = "v1.20.4-eksbuild.1"
EKS: dict[str, Any] = {
    "version": "1.34",
    "addons": dict.fromkeys(
        ("vpc_cni", "coredns", "kube_proxy", "pod_identity_agent", "ebs_csi_driver", "snapshot_controller"), VERSION
    ),
    "images": {"standard": "ami-0a1b2c3d4e5f60718"},
    "admins": ("arn:aws:iam::111122223333:role/platform-admin",),
    "runtimes": {"runsc": {"url": "https://downloads.example.com/runsc.tar", "sha256": "0" * 64}},
}
AURORA: dict[str, Any] = {"version": "17.5", "instance_class": "db.r7g.large"}


def test_what_is_right_is_taken_with_the_safe_defaults() -> None:
    account = AwsAccount.model_validate(ACCOUNT)
    assert account.region("eu-west-1").nat == "per-zone"
    made = EksCluster.model_validate(EKS)
    assert made.public_endpoint == ()
    assert made.downloads()["runsc"].target == "/usr/local/bin"
    aurora = Aurora.model_validate(AURORA)
    assert (aurora.instances, aurora.backup_days, aurora.password_days, aurora.administered_from) == (2, 35, 7, ())
    with pytest.raises(KeyError):
        account.region("us-east-1")


@pytest.mark.parametrize(
    ("model", "good", "change", "said"),
    [
        (AwsRegion, FRANKFURT, {"cidr": "10.64.0.0/12"}, "is a /12"),
        (AwsRegion, FRANKFURT, {"cidr": "10.64.0.0/21"}, "is a /21"),
        (AwsRegion, FRANKFURT, {"cidr": "8.8.0.0/16"}, "is not private"),
        (AwsRegion, FRANKFURT, {"cidr": "10.64.0.1/16"}, "host bits"),
        (AwsRegion, FRANKFURT, {"cidr": "172.17.0.0/16"}, "EKS keeps"),
        (AwsRegion, FRANKFURT, {"cidr": 5}, "no range of addresses"),
        (AwsRegion, FRANKFURT, {"zones": ("eu-central-1a", "eu-central-1b")}, "2 zones"),
        (AwsRegion, FRANKFURT, {"zones": ("eu-central-1a", "eu-central-1b", "eu-west-1c")}, "is not of eu-central-1"),
        (AwsRegion, FRANKFURT, {"zones": ("eu-central-1a", "eu-central-1b", "eu-central-1")}, "is not of eu-central-1"),
        (AwsRegion, FRANKFURT, {"nat": "two"}, "Input should be"),
        (AwsAccount, ACCOUNT, {"account": 111122223333}, "is not text"),
        (AwsAccount, ACCOUNT, {"account": "11112222333"}, "is not an AWS account"),
        (AwsAccount, ACCOUNT, {"regions": (FRANKFURT, {**DUBLIN, "cidr": "10.64.128.0/20"})}, "overlap"),
        (AwsAccount, ACCOUNT, {"regions": (FRANKFURT, FRANKFURT)}, "listed twice"),
        (EksCluster, EKS, {"version": 1.34}, "is not text"),
        (EksCluster, EKS, {"public_endpoint": ("0.0.0.0/0",)}, "too wide"),
        (EksCluster, EKS, {"admins": ()}, "at least 1"),
        (EksCluster, EKS, {"admins": ("arn:aws:iam::111122223333:root",)}, "is not the ARN of a role"),
        (EksCluster, EKS, {"images": {"standard": "latest"}}, "is not a machine image"),
        (EksCluster, EKS, {"addons": {**EKS["addons"], "coredns": "latest"}}, "is not a version of an add-on"),
        (EksCluster, EKS, {"karpenter_pools": ("general",)}, "does not run here"),
        (Aurora, AURORA, {"instances": 1}, "out of range"),
        (Aurora, AURORA, {"version": 17.5}, "is not text"),
        (Aurora, AURORA, {"instance_class": "r7g.large"}, "is not a class"),
        (Aurora, AURORA, {"backup_days": 3}, "out of range"),
        (Aurora, AURORA, {"password_days": 0}, "out of range"),
        (Aurora, AURORA, {"password_days": 91}, "out of range"),
        (Aurora, AURORA, {"administered_from": ["0.0.0.0/0"]}, "is a /0"),
        (Aurora, AURORA, {"administered_from": ["10.0.0.0/8"]}, "is a /8"),
        (Aurora, AURORA, {"administered_from": ["203.0.113.0/24"]}, "is not private"),
        (Aurora, AURORA, {"administered_from": ["10.64.0.1/24"]}, "host bits"),
        (Aurora, AURORA, {"administered_from": ["10.64.0.1"]}, "neither a security group nor a range"),
        (Aurora, AURORA, {"administered_from": ["sg-runner"]}, "neither a security group nor a range"),
        (Aurora, AURORA, {"administered_from": [7]}, "neither a security group nor a range"),
    ],
)
def test_what_is_wrong_is_told_once(
    model: type[BaseModel], good: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    model.model_validate(good)
    with pytest.raises(ValidationError) as caught:
        model.model_validate({**good, **change})
    (told,) = caught.value.errors()
    assert said in told["msg"]
