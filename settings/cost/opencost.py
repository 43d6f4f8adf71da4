"""The price table as OpenCost's custom pricing, so that what is measured is charged at the same prices (G6).

Keys and units are those of `CustomPricing` in github.com/opencost/opencost, pkg/cloud/models/models.go: every value is
text; CPU of a core for an hour, RAM of a GiB for an hour, GPU of a device for an hour, storage of a GiB for an hour.
OpenCost has one price of each for a cluster. Here that is the price of the nodes that tenants share, weighed by their
number. Tenants are told apart by the label `tenant` of their pods: `/allocation?aggregate=label:tenant`.
"""

from fractions import Fraction

from settings import names
from settings.cost.bill import ClusterCost
from settings.cost.supply import Supply
from settings.nodepool import LIFECYCLE_LABEL
from settings.prices import Prices
from settings.queue_plan import shared_kind


def custom_pricing(bill: ClusterCost, prices: Prices) -> dict[str, str]:
    """Content of OpenCost's default.json for a cluster, whose folder its CONFIG_PATH names."""
    shared, spot = bill.supplies[shared_kind(bill.cluster)], bill.supplies["spot"]
    per_device = [
        each * pool.gpu.units / pool.gpu.count
        for pool in bill.cluster.node_pools
        if pool.gpu is not None and (each := bill.gpu_hourly.get(pool.name))
    ]
    made = {
        "provider": "custom",
        "description": f"tenantplane, cluster {bill.cluster.name}, prices of {prices.region}, {prices.date}",
        "customPricesEnabled": "true",
        "currencyCode": prices.currency,
        "CPU": _text(shared.core_hour),
        "RAM": _text(shared.gib_hour),
        "GPU": _text(sum(per_device, Fraction(0)) / len(per_device) if per_device else Fraction(0)),
        "storage": _text(Fraction(prices.volumes.gib_month) / prices.hours_per_month),
        "spotLabel": LIFECYCLE_LABEL,
        "spotLabelValue": "spot",
        "sharedNamespaces": ",".join(("kube-system", bill.cluster.system_namespace, bill.cluster.gpu_namespace)),
    }
    return made | _spot(spot)


def allocation_query(window: str = "month") -> str:
    """Path of OpenCost's answer to who caused what."""
    return f"/allocation?window={window}&aggregate=label:{names.TENANT_LABEL}&includeIdle=true"


def _spot(there: Supply) -> dict[str, str]:
    return {"spotCPU": _text(there.core_hour), "spotRAM": _text(there.gib_hour)} if there.cpu_m else {}


def _text(amount: Fraction) -> str:
    return f"{float(amount):.9f}"
