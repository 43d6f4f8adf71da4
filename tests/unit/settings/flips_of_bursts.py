"""Mistakes about a paid burst. One row each, with the message it gets (G6)."""

# ruff: noqa: E501  a message is one line

from tests.unit.settings.flip import BIG_CORP, TIERS, Flip
from tests.unit.settings.small_catalogue import BIG_CORP as BIG_CORP_FILE
from tests.unit.settings.small_catalogue import FILES
from tests.unit.settings.small_catalogue import TIERS as TIERS_FILE

WITH_BURST = {
    **FILES,
    TIERS: TIERS_FILE + "    burst: {cpu: 4, memory: 8Gi, pods: 20}\n",
    BIG_CORP: BIG_CORP_FILE.replace("isolation: dedicated-pool\n", "")
    + """\
burst:
  cpu: 2
  memory: 4Gi
  pods: 10
  until: 2026-06-30
  approved_by: sales@tenantplane.example
  reason: Order BC-7, the launch of June
""",
}
"""The same with a tenant that has bought a burst."""
LINE = len(WITH_BURST[BIG_CORP].splitlines())


def flip(name: str, old: str, new: str, *expected: str, file: str = BIG_CORP) -> Flip:
    return Flip(name, file, old, new, expected, WITH_BURST)


# fmt: off
FLIPS = (
    flip("burst without an end", "  until: 2026-06-30\n", "", f"tenants/big-corp.yaml:{LINE - 6}: burst.until is missing"),
    flip("burst until a day that is none", "until: 2026-06-30", "until: June", f"tenants/big-corp.yaml:{LINE - 2}: burst.until: 'June' is not a day; allowed: a day such as 2026-12-31"),
    flip("burst nobody approved", "  approved_by: sales@tenantplane.example\n", "", f"tenants/big-corp.yaml:{LINE - 6}: burst.approved_by is missing"),
    flip("burst without a reason", "reason: Order BC-7, the launch of June", "reason: more", f"tenants/big-corp.yaml:{LINE}: burst.reason: 'more' is not a reason; allowed: a sentence of 10 to 500 characters"),
    flip("burst of nothing", "  cpu: 2\n  memory: 4Gi\n  pods", "  cpu: 0\n  memory: 4Gi\n  pods", f"tenants/big-corp.yaml:{LINE - 5}: burst.cpu: 0 is nothing; allowed: CPU cores such as 500m, 0.5 or 4"),
    flip("burst above the tier", "memory: 4Gi\n  pods: 10", "memory: 9Gi\n  pods: 21", f"tenants/big-corp.yaml:{LINE - 4}: burst.memory: 9Gi is above what tier 'large' may add; allowed: at most 8Gi", f"tenants/big-corp.yaml:{LINE - 3}: burst.pods: 21 is above what tier 'large' may add; allowed: at most 20"),
    flip("burst of a tier that has none", "    burst: {cpu: 4, memory: 8Gi, pods: 20}\n", "", f"tenants/big-corp.yaml:{LINE - 6}: burst: tier 'large' has none; allowed: no burst, or a tier with one", file=TIERS),
    flip("burst beyond the nodes", "  ceiling: {cpu: 10, memory: 16Gi}", "  guaranteed: {cpu: 46, memory: 8Gi}\n  ceiling: {cpu: 46, memory: 16Gi}", "topology/test.yaml:11: cluster 'main' guarantees 49 cpu to its tenants; allowed: at most 48, which its node pools hold"),
    flip("key of a burst that nobody knows", "  cpu: 2\n", "  cpus: 2\n", f"tenants/big-corp.yaml:{LINE - 5}: unknown key 'burst.cpus' (did you mean 'cpu'?); allowed: approved_by, cpu, memory, pods, reason, until"),
)
# fmt: on
