"""What a local cluster has beyond Kubernetes' own: kinds, and their controllers with their rights and process."""

from localcloud.controlplane.addons.catalogue import ADDONS, Addon, addons_of, parts_of
from localcloud.controlplane.addons.install import grant_addon, installed, record, silence

__all__ = ["ADDONS", "Addon", "addons_of", "grant_addon", "installed", "parts_of", "record", "silence"]
