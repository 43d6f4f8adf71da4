"""Shows on a live environment that isolation holds: as each tenant, a compliant request,
then one flipped field (I4)."""

from fleet.verify.finding import Finding
from fleet.verify.result import Result, as_data, read_result
from fleet.verify.run import Run, Wanted

__all__ = ["Finding", "Result", "Run", "Wanted", "as_data", "read_result"]
