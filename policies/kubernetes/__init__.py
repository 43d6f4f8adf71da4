"""Rules about Kubernetes objects, one at a time and together."""

from policies.kubernetes.access import ACCESS
from policies.kubernetes.mesh import MESH
from policies.kubernetes.network import NETWORK
from policies.kubernetes.platform import PLATFORM
from policies.kubernetes.privileges import PRIVILEGES
from policies.kubernetes.shared import SHARED
from policies.kubernetes.tenancy import TENANCY
from policies.kubernetes.together import TENANTS
from policies.kubernetes.workloads import WORKLOADS

KUBERNETES = (*TENANCY, *ACCESS, *PRIVILEGES, *WORKLOADS, *NETWORK, *MESH, *PLATFORM, *SHARED)
KUBERNETES_TOGETHER = TENANTS

__all__ = ["KUBERNETES", "KUBERNETES_TOGETHER"]
