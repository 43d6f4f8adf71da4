"""Series of a promtool test: values that are bad for a while and then good, or good all the time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Gauge:
    """A value that is what it is."""

    bad: float
    good: float

    def text(self, bad: int, good: int) -> str:
        """In promtool's notation, for so many points of each."""
        return " ".join(f"{value}+0x{count - 1}" for value, count in ((self.bad, bad), (self.good, good)) if count)


@dataclass(frozen=True)
class Counter:
    """A value that grows. bad, good: per second."""

    bad: float
    good: float
    step_s: int = 60

    def text(self, bad: int, good: int) -> str:
        """In promtool's notation, for so many points of each."""
        fast, slow = self.bad * self.step_s, self.good * self.step_s
        if not bad:
            return f"0+{slow}x{good}"
        return f"0+{fast}x{bad - 1} {fast * (bad - 1) + slow}+{slow}x{good - 1}"


def named(metric: str, **labels: str) -> str:
    """A series in PromQL's notation."""
    return metric + "{" + ",".join(f'{key}="{value}"' for key, value in labels.items()) + "}"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """How an alert comes about.

    bad: series with both values; the bad one is over the threshold, the good one on it or just below. steady: series
    with one value. labels, summary: of the alert. bad_m: minutes until it must fire. good_m: until it must be over.
    """

    bad: Mapping[str, Gauge | Counter]
    summary: str
    labels: Labels
    steady: Mapping[str, float]
    bad_m: int = 30
    good_m: int = 30

    def series(self, bad: int, good: int) -> Iterator[dict[str, str]]:
        """Input series for so many minutes of each."""
        for name, values in self.bad.items():
            yield {"series": name, "values": values.text(bad, good)}
        for name, value in self.steady.items():
            yield {"series": name, "values": f"{value}+0x{bad + good}"}

    def tests(self, alert: str, severity: str, requirement: str, action: str) -> list[dict[str, Any]]:
        """It fires when bad and is over when good again; it does not fire when good all the time."""
        fired = {
            "exp_labels": {"severity": severity, "requirement": requirement, **self.labels},
            "exp_annotations": {"summary": self.summary, "action": action},
        }
        end = self.bad_m + self.good_m
        return [
            {
                "interval": "1m",
                "name": f"{alert} fires and is over",
                "input_series": list(self.series(self.bad_m, self.good_m)),
                "alert_rule_test": [
                    {"eval_time": f"{self.bad_m - 1}m", "alertname": alert, "exp_alerts": [fired]},
                    {"eval_time": f"{end - 1}m", "alertname": alert, "exp_alerts": []},
                ],
            },
            {
                "interval": "1m",
                "name": f"{alert} does not fire",
                "input_series": list(self.series(0, end)),
                "alert_rule_test": [{"eval_time": f"{end - 1}m", "alertname": alert, "exp_alerts": []}],
            },
        ]
