"""Relabelling that keeps the label `tenant` honest: it follows the namespace, and nothing that an exporter sends (G1).

Three ways to forge it are closed. A label that a scraped program sends under the name of one of ours is renamed by
Prometheus to `exported_<name>` (honor_labels off) and dropped here. A metric of a tenant's own program that has the
name of a platform's metric counts for nothing, because every rule asks for the job, which is the target's. A metric of
the name of a recorded series, which has a colon, or of Prometheus' own is dropped: a second `tenant:info` would make
the rules of all tenants fail.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from settings import names

TENANT_OF_NAMESPACE: Final = rf"tenant-({names.ID_PATTERN})(?:--.+)?"
"""A tenant's namespace, or one that it has beside it; the first group is the id, which has no double hyphen."""
APP_OF_POD: Final = r"(.+)-[a-z0-9]{6,10}-[a-z0-9]{5}"
"""Pods of a Deployment: its name, the hash of its template, five letters."""
NOT_A_TENANTS_NAME: Final = r"(?:.*:.*|ALERTS.*|up|scrape_.+)"


@dataclass(frozen=True, kw_only=True)
class Relabel:
    """One step. action: "replace", "keep", "drop" or "labeldrop". sources: labels whose values, joined by `;`, the
    regex must match whole; none for labeldrop, where it matches names."""

    action: str
    regex: str
    sources: tuple[str, ...] = ()
    target: str | None = None
    replacement: str | None = None

    def prometheus(self) -> dict[str, Any]:
        """As Prometheus' own configuration has it."""
        made: dict[str, Any] = {"action": self.action, "regex": self.regex}
        if self.sources:
            made["source_labels"] = list(self.sources)
        if self.target is not None:
            made["target_label"] = self.target
        if self.replacement is not None:
            made["replacement"] = self.replacement
        return made

    def operator(self) -> dict[str, Any]:
        """As the Prometheus operator's objects have it."""
        spelled = {"source_labels": "sourceLabels", "target_label": "targetLabel"}
        return {spelled.get(key, key): value for key, value in self.prometheus().items()}


def derived(target: str, source: str, regex: str) -> Relabel:
    """The target label from the first group of what the source label matches."""
    return Relabel(action="replace", sources=(source,), regex=regex, target=target, replacement="$1")


def of_platform(metrics: Iterable[str], tenant: Iterable[tuple[str, str]], *, app: bool) -> tuple[Relabel, ...]:
    """Steps for the metrics of an exporter of the platform, which speaks of objects of many tenants.

    metrics: names to keep; all others are dropped, so that what is stored is bounded. tenant: labels and patterns from
    which the tenant follows. app: whether it follows from the name of the pod.
    """
    return (
        Relabel(action="keep", sources=("__name__",), regex="|".join(metrics)),
        Relabel(action="labeldrop", regex="tenant|app|exported_.+"),
        *(derived("tenant", source, pattern) for source, pattern in tenant),
        *((derived("app", "pod", APP_OF_POD),) if app else ()),
    )


TENANT_TARGET: Final = (
    derived("tenant", "__meta_kubernetes_namespace", TENANT_OF_NAMESPACE),
    derived("namespace", "__meta_kubernetes_namespace", "(.+)"),
    derived("pod", "__meta_kubernetes_pod_name", "(.+)"),
    derived("app", "__meta_kubernetes_pod_label_app", "(.+)"),
    Relabel(action="keep", sources=("tenant",), regex=".+"),
)
"""Steps for the targets that are a tenant's own pods: where a pod runs says whose it is."""

TENANT_METRICS: Final = (
    Relabel(action="drop", sources=("__name__",), regex=NOT_A_TENANTS_NAME),
    Relabel(action="labeldrop", regex="exported_.+"),
)
"""Steps for what a tenant's own pods send."""
