"""An environment on AWS, applied by the real engine to the local AWS: whole, unchanged, protected twice (H2, A7)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from localcloud import controlplane
from localcloud.aws import AwsService
from localcloud.aws.clusters import kubernetes_minor
from tests.aws.conftest import AwsProject, client
from tests.aws.environment import MOTO_ACCOUNT, OWN_DATABASE
from tests.engine.runs import ROOT, Project

CLUSTER = "components"
BUCKET = "tp-local-audit-eu-central-1-123456789012"


@dataclass
class Applied:
    """The environment, applied."""

    project: AwsProject

    def write(self) -> None:
        """Write the program."""
        arguments = f"{self.project.service.endpoint!r}, {kubernetes_minor()!r}, {CLUSTER!r}"
        self.project.project.write(
            f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom tests.aws.environment import run\nrun({arguments})\n"
        )

    def guarded(self) -> set[str]:
        """What holds data in the state, and what guards it."""
        kinds = ("aws:kms/", "aws:rds/", "aws:s3/")
        return {str(each["urn"]) for each in self.project.project.state() if each["type"].startswith(kinds)}


@pytest.fixture(scope="module")
def applied(
    aws: AwsService, aws_plugins: Path, tmp_path_factory: pytest.TempPathFactory, state_dir: Path
) -> Iterator[Applied]:
    made = Applied(AwsProject(Project(tmp_path_factory.mktemp("components"), aws_plugins, name="components"), aws))
    made.write()
    try:
        made.project.up()
        yield made
    finally:
        controlplane.stop(f"tp-local-{CLUSTER}", state_dir=state_dir)


@pytest.mark.engine
@pytest.mark.cluster
def test_the_whole_environment_comes_up_and_a_second_look_changes_nothing(applied: Applied, aws: AwsService) -> None:
    made = Counter(each["type"] for each in applied.project.project.state())
    assert made["aws:eks/cluster:Cluster"] == 1
    assert made["aws:rds/cluster:Cluster"] == 2
    assert sum(made.values()) > 200
    again = applied.project.run("preview", "--expect-no-changes")
    assert again.code == 0, again.text

    # By AWS's own words, beside the engine.
    lock = client(aws, "s3").get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"]
    kept = lock["Rule"]["DefaultRetention"]
    assert (kept["Mode"], kept["Days"]) == ("COMPLIANCE", 180)
    cluster = client(aws, "eks").describe_cluster(name=f"tp-local-{CLUSTER}")["cluster"]
    assert cluster["resourcesVpcConfig"]["endpointPublicAccess"] is False
    servers = {each["DBClusterIdentifier"]: each for each in client(aws, "rds").describe_db_clusters()["DBClusters"]}
    own = servers[f"tp-local-t-{OWN_DATABASE}"]
    assert own["DeletionProtection"] is True
    assert own["KmsKeyId"] != servers[f"tp-local-{CLUSTER}"]["KmsKeyId"]
    assert own["DatabaseName"] == "platform"
    role = client(aws, "iam").get_role(RoleName=f"tp-local-{CLUSTER}-tenant-{OWN_DATABASE}")["Role"]
    assert {each["Key"]: each["Value"] for each in role["Tags"]}["tenant"] == OWN_DATABASE
    assert f":{MOTO_ACCOUNT}:" in role["Arn"]


@pytest.mark.engine
@pytest.mark.cluster
def test_what_holds_data_refuses_to_go_twice(applied: Applied, aws: AwsService) -> None:
    """By the engine, which goes on with what is not protected; and by AWS, once the engine is told to let go."""
    before = applied.guarded()
    refused = applied.project.run("destroy")
    assert refused.code != 0
    assert "because it is protected" in refused.text
    assert applied.guarded() == before, "neither what holds data nor what guards it"
    assert client(aws, "s3").get_bucket_policy(Bucket=BUCKET)["Policy"]

    unprotected = applied.project.project.plain("state", "unprotect", "--all", "--yes")
    assert unprotected.code == 0, unprotected.text
    still = applied.project.run("destroy")
    assert still.code != 0, "AWS refuses too"
    assert "deletion" in still.text.lower()
