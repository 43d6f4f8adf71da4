"""The local AWS of a test session and a project whose program acts on it through the bundled provider."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from localcloud import plugins
from localcloud.aws import AwsService, start_aws
from localcloud.aws.arguments import provider_arguments
from tests.aws.on_aurora import account, here, servers
from tests.aws.plugin import Plugin
from tests.engine.runs import Outcome, Project, bundled_plugins

__all__ = ["account", "here", "servers"]
REGION = "eu-central-1"
_NUMBERS = itertools.count(1)


@dataclass
class AwsProject:
    """Programs see `pulumi`, `aws`, `provider` and `opts(**options)`, which makes ResourceOptions with the provider."""

    project: Project
    service: AwsService
    destroyed: bool = False

    def write(self, body: str, endpoint: str = "", **provider: object) -> AwsProject:
        """Write the program. provider: further arguments of the provider."""
        arguments = {**provider_arguments(endpoint or self.service.endpoint, REGION), **provider}
        self.project.write(
            "import json, pulumi, pulumi_aws as aws\n"
            f"provider = aws.Provider('provider', **{arguments!r})\n"
            "opts = lambda **options: pulumi.ResourceOptions(provider=provider, **options)\n"
            "ask = pulumi.InvokeOptions(provider=provider)\n" + body
        )
        return self

    def run(self, operation: str, *flags: str) -> Outcome:
        """Run preview, up, refresh or destroy."""
        return self.project.run(operation, *flags)

    def up(self, *flags: str) -> Outcome:
        """Run `up`, which has to succeed."""
        done = self.run("up", *flags)
        assert done.code == 0, done.text
        return done

    def resource(self, name: str) -> dict[str, Any]:
        """A resource of the state by its name."""
        return next(each for each in self.project.state() if each["urn"].endswith(f"::{name}"))

    def outputs(self, name: str) -> dict[str, Any]:
        """Its outputs."""
        found: dict[str, Any] = self.resource(name)["outputs"]
        return found


@pytest.fixture(scope="session")
def aws(state_dir: Path) -> AwsService:
    """The session's local AWS, which all workers share; keep to names of your own. It ends with the session."""
    return start_aws(state_dir)


@pytest.fixture
def plugin(aws: AwsService) -> Plugin:
    """The provider, called without an engine."""
    return Plugin(aws.endpoint, REGION)


@pytest.fixture(scope="session")
def aws_plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the engine and our own plugins, the aws provider among them."""
    folder = bundled_plugins(tmp_path_factory.mktemp("aws-plugins"))
    provider = next(each for each in plugins.PROVIDERS if each.name == "aws")
    (folder / provider.program).symlink_to(plugins._ours(provider, folder))
    return folder


@pytest.fixture
def aws_project(aws: AwsService, aws_plugins: Path, tmp_path: Path) -> Iterator[AwsProject]:
    """A project with a stack of its own, destroyed in the end."""
    made = AwsProject(Project(tmp_path, aws_plugins, name=f"aws{next(_NUMBERS)}"), aws)
    yield made
    if not made.destroyed:
        made.run("destroy")


def client(service: AwsService, name: str) -> Any:
    """boto3 against the session's AWS, to look at it from beside."""
    return boto3.client(
        name,
        endpoint_url=service.endpoint,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
