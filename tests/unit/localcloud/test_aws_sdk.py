"""The SDK's types are read without harm to whoever uses the SDK in the same process (H1)."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("token", ["route53/zone:Zone", "route53/record:Record"])
def test_a_package_of_the_sdk_is_whole_after_one_of_its_types_was_asked_for(token: str) -> None:
    """In a process of its own: what a package lacks, it lacks for good."""
    code = (
        "from localcloud.aws.provider.sdk import sdk_type\n"
        f"assert 'tags' in sdk_type('aws:{token}').inputs or 'records' in sdk_type('aws:{token}').inputs\n"
        "from pulumi_aws import route53\n"
        "print(route53.Zone.__name__, route53.Record.__name__)"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("Zone Record\n", "")
