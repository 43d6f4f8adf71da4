"""One mistake in an otherwise right catalogue, and the message it gets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.unit.settings.small_catalogue import FILES

TIERS = "tiers.yaml"
RUNTIMES = "runtimes.yaml"
REGIONS = "regions.yaml"
TOPOLOGY = "topology/test.yaml"
ACME = "tenants/acme.yaml"
BIG_CORP = "tenants/big-corp.yaml"


@dataclass(frozen=True)
class Flip:
    """name: what is wrong. old: the piece of the file that is replaced by new; None for all of it.

    expected: every line that is reported, in order. twin: the catalogue without the mistake.
    """

    name: str
    file: str
    old: str | None
    new: str
    expected: tuple[str, ...]
    twin: Mapping[str, str] = field(default_factory=lambda: FILES)

    def files(self) -> dict[str, str]:
        """The catalogue with this one mistake."""
        right = self.twin[self.file]
        if self.old is None:
            return {**self.twin, self.file: self.new}
        assert right.count(self.old) == 1, f"{self.old!r} stands {right.count(self.old)} times in {self.file}"
        return {**self.twin, self.file: right.replace(self.old, self.new)}
