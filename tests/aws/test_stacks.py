"""A stack of the local AWS goes with it, and none of a real account."""

import json
from pathlib import Path

import pytest

from localcloud.stacks import forget_aws_stacks

LOCAL, REAL = ("arn:aws:iam::123456789012:role/a", "arn:aws:iam::210987654321:role/a")


@pytest.mark.parametrize("spaces", [None, 4])
def test_only_stacks_of_the_local_account_are_removed(tmp_path: Path, spaces: int | None) -> None:
    def stack(name: str, provider: str, arn: str) -> Path:
        resources = [{"type": f"pulumi:providers:{provider}"}, {"type": "aws:iam/role:Role", "outputs": {"arn": arn}}]
        file = tmp_path / "state" / ".pulumi" / "stacks" / "tenantplane" / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}, indent=spaces))
        return file

    ours, real, other = stack("a", "aws", LOCAL), stack("b", "aws", REAL), stack("c", "kubernetes", LOCAL)
    assert forget_aws_stacks(tmp_path) == ("a",)
    assert not ours.exists()
    assert real.exists()
    assert other.exists()
