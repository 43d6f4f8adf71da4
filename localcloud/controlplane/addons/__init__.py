"""Controllers that a local cluster has beyond Kubernetes' own: their kinds, their rights, their process."""

from localcloud.controlplane.addons.catalogue import ADDONS, Addon, addons_of
from localcloud.controlplane.addons.install import grant_addon, installed, record

__all__ = ["ADDONS", "Addon", "addons_of", "grant_addon", "installed", "record"]
