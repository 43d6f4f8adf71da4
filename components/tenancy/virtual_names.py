"""Names of a virtual control plane's objects on the host, as vCluster's programs look for them (A6)."""

from typing import Final

from settings import names
from settings.virtual_plan import SERVICES

NAME, HEADLESS = SERVICES
"""Name of the control plane in the tenant's namespace, of its StatefulSet and its Service, and that of the other
Service, by which its pod has a name."""
SYNCER_ACCOUNT: Final = f"vc-{NAME}"
"""The account on the host of the one program that writes to both API servers."""
CONFIG_SECRET: Final = f"vc-config-{NAME}"
KUBECONFIG_SECRET: Final = f"vc-{NAME}"
"""Secret that vCluster writes when it is up: how to reach the virtual API server, as its administrator."""
PEOPLE: Final = "virtual-control-plane"
"""Name of the role by which the tenant's admins get at it, and of its network policy."""
POD: Final = f"{NAME}-0"
SELECTOR: Final = {"app": "vcluster", "release": NAME}
"""Labels by which its Services and its people's commands find its pod."""
COMPONENT: Final = {names.COMPONENT_LABEL: PEOPLE}
"""Label of its account, by which the guard-rails know the syncer (E2)."""
API_PORT: Final = 8443
DNS_PORT: Final = 1053
