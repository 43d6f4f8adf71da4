"""Names that the rules of admission leave open, as the table of controls calls them (B1, I1).

The table imports nothing of this project; whoever reads its rules puts these in. The same are used at preview.
"""

import re
from collections.abc import Mapping
from typing import Final

from settings import names
from settings.nodepool import GPU_TAINT, KIND_LABEL, POOL_LABEL, TENANT_NODE_LABEL, TENANT_TAINT

NAMES: Final[Mapping[str, str]] = {
    "tenant_label": names.TENANT_LABEL,
    "tier_label": names.TIER_LABEL,
    "component_label": names.COMPONENT_LABEL,
    "workload_label": names.WORKLOAD_LABEL,
    "sandbox": names.SANDBOX,
    "sandbox_label": names.SANDBOX_LABEL,
    "child_label": names.CHILD_LABEL,
    "jobs_label": names.JOBS_LABEL,
    "nodes_label": names.NODES_LABEL,
    "managed_by": names.MANAGED_BY,
    "gpu_taint": GPU_TAINT,
    "kind_label": KIND_LABEL,
    "pool_label": POOL_LABEL,
    "tenant_node_label": TENANT_NODE_LABEL,
    "tenant_taint": TENANT_TAINT,
}
_OPEN: Final = re.compile(r"\{\{(\w+)\}\}")


def filled(text: str, values: Mapping[str, str] = NAMES) -> str:
    """The text with every `{{name}}` replaced. Raises KeyError for a name without a value."""
    return _OPEN.sub(lambda found: values[found.group(1)], text) if "{{" in text else text
