"""What a cluster of EKS has besides Kubernetes where AWS is on this machine (H1).

EKS knows nothing of the add-ons whose kinds the platform uses; on a real account somebody installs them. Here the
control plane behind the cluster is brought up to date with the topology before the platform is applied to it.
"""

from localcloud import controlplane
from localcloud.aws.service import running_aws
from settings import Catalogue, names


def is_here(catalogue: Catalogue) -> bool:
    """Whether the environment's AWS is the one of this machine."""
    return catalogue.topology.aws is not None and running_aws() is not None


def add_addons(catalogue: Catalogue, cluster: str) -> bool:
    """Give the control plane behind a cluster of EKS the add-ons of the topology; whether there is one here. Repeating
    it is free."""
    name = names.cloud(catalogue.environment, cluster)
    made = next((each for each in catalogue.topology.clusters if each.name == cluster), None)
    if made is None or made.provider != "eks" or not is_here(catalogue) or name not in controlplane.clusters():
        return False
    karpenter = ("karpenter",) if made.eks is not None and made.eks.karpenter else ()
    controlplane.start(name, None, addons=(*made.addons, *karpenter))
    return True
