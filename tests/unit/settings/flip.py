"""One mistake in an otherwise right catalogue, and the message it gets."""

from dataclasses import dataclass

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

    expected: every line that is reported, in order.
    """

    name: str
    file: str
    old: str | None
    new: str
    expected: tuple[str, ...]

    def files(self) -> dict[str, str]:
        """The small catalogue with this one mistake."""
        right = FILES[self.file]
        if self.old is None:
            return {**FILES, self.file: self.new}
        assert right.count(self.old) == 1, f"{self.old!r} stands {right.count(self.old)} times in {self.file}"
        return {**FILES, self.file: right.replace(self.old, self.new)}
