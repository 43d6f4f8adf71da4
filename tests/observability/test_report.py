"""The page reads objectives and alerts from a real Prometheus (G3, G6)."""

import pytest

from fleet.report.objectives import measured
from settings.monitoring import SLOS
from tests.observability.live import Live
from tests.observability.synthetic import NOISY, QUIET, TENANTS
from tests.polling import until

pytestmark = pytest.mark.xdist_group("observability")


def test_the_page_has_what_prometheus_has(live: Live) -> None:
    # Of the alerts this one stays, whichever test has made the tenants behave by now.
    until(lambda: ("TenantSessionsOver", NOISY) in live.firing(), "an alert fires", 90)
    until(lambda: len(measured(live.url).get("sessions", ())) == len(TENANTS), "months are counted", 90)
    found = measured(live.url)
    assert found["budget"].keys() == set(TENANTS)
    assert found["budget"][QUIET[0]].keys() == {slo.id for slo in SLOS}
    assert {"name": "TenantSessionsOver", "tenant": NOISY, "severity": "ticket"} in found["alerts"]
    assert found["cost"][NOISY] > 0
