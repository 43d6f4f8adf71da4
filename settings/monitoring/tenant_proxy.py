"""The proxy before Prometheus that keeps each question to the tenant of its header (G4)."""

from typing import Final

from settings.monitoring.dashboards import TENANT_HEADER

PORT: Final = 8080


def arguments(prometheus: str, listen: str) -> tuple[str, ...]:
    """The command line of prom-label-proxy 0.11. prometheus: its URL. listen: address to serve on.

    Every selector of a question gets the label `tenant` with the header's value, whatever it asks for; one that asks
    for another tenant's is refused and not quietly emptied, so that a wrong dashboard is noticed. The value is text and
    no pattern. Without the header nothing is answered, nor is what cannot be kept to a tenant: Prometheus' status, its
    targets, its administration, remote reading.
    """
    return (
        f"--upstream={prometheus}",
        f"--insecure-listen-address={listen}",
        "--label=tenant",
        f"--header-name={TENANT_HEADER}",
        "--error-on-replace",
        # The names of metrics and values of labels, by which a person puts a query together.
        "--enable-label-apis",
    )
