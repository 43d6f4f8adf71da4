"""Where the files of the local AWS lie."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class AwsLayout:
    """Paths of the local AWS under `state_dir`; makes nothing."""

    state_dir: Path

    @property
    def directory(self) -> Path:
        return self.state_dir / "aws"

    @property
    def memory(self) -> Path:
        """Of the moto server."""
        return self.directory / "memory"

    @property
    def port(self) -> Path:
        """The port that the server had and keeps: provider configurations in stacks name it."""
        return self.directory / "port"

    @property
    def lock(self) -> Path:
        """Outside the directory, which `stop_aws` removes while it holds the lock."""
        return self.state_dir / ".aws.lock"

    @property
    def record(self) -> Path:
        return self.directory / "run" / "moto.json"

    @property
    def log(self) -> Path:
        return self.directory / "logs" / "moto.log"

    @property
    def databases(self) -> Path:
        """The state directory of RDS clusters' servers."""
        return self.directory / "databases"
