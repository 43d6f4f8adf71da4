"""AWS on this machine: moto behind a bundled provider, with real control planes and databases behind it (H1, C6)."""

from localcloud.aws.service import AwsService, pause_aws, running_aws, start_aws, stop_aws

__all__ = ["AwsService", "pause_aws", "running_aws", "start_aws", "stop_aws"]
