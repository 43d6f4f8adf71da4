"""The embedded default: real control planes, pinned tools and Pulumi plugins on this machine, for development only.

Everything listens on 127.0.0.1 and nothing talks to another machine, except the Go module proxy while tools are built.
"""

from localcloud.environment import pulumi_environment
from localcloud.errors import LocalcloudError

__all__ = ["LocalcloudError", "pulumi_environment"]
