"""How each tenant is on its cluster: asked, and told as a table or as JSON."""

from fleet.status.as_json import statuses_json
from fleet.status.asking import PAGE, PART_OF_SELECTOR
from fleet.status.hosts import Host
from fleet.status.table import print_statuses
from fleet.status.tenants import TenantStatus, require, statuses

__all__ = [
    "PAGE",
    "PART_OF_SELECTOR",
    "Host",
    "TenantStatus",
    "print_statuses",
    "require",
    "statuses",
    "statuses_json",
]
