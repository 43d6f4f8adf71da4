"""API clients of an environment's clusters."""

import os
from pathlib import Path

import urllib3
from kubernetes import client, config

from fleet.errors import FleetError
from fleet.stacks import Stack
from settings import Catalogue, Cluster
from settings.stack_config import kubeconfig_path, missing


def cluster_of(catalogue: Catalogue, stack: Stack) -> Cluster:
    """The cluster that a stack is about: the one it names, else the first."""
    clusters = catalogue.topology.clusters
    return next((each for each in clusters if each.name == stack.config.cluster), clusters[0])


def kubeconfig_of(cluster: Cluster, stack: Stack, root: Path) -> Path:
    """The kubeconfig file that the stacks of a cluster are applied with. Raises FleetError when it is not there."""
    path = kubeconfig_path(cluster, stack.config, os.environ, root)
    if not path.is_file():
        raise FleetError(f"cluster {cluster.name!r} has no kubeconfig at {path}{missing(cluster, stack.config)}")
    return path


def api_client(cluster: Cluster, stack: Stack, root: Path) -> client.ApiClient:
    """A client of a cluster's API server. Raises FleetError when the kubeconfig cannot be used."""
    path = kubeconfig_of(cluster, stack, root)
    try:
        return config.new_client_from_config(config_file=str(path), context=stack.config.context or cluster.context)
    except config.ConfigException as error:
        raise FleetError(f"the kubeconfig {path} of cluster {cluster.name!r} cannot be used: {error}") from None


def reaches(error: Exception, cluster: str) -> FleetError:
    """A failed request to a cluster, in words."""
    if isinstance(error, client.ApiException):
        return FleetError(f"cluster {cluster!r} answered {error.status}: {error.reason}")
    if isinstance(error, urllib3.exceptions.HTTPError):
        return FleetError(f"cluster {cluster!r} does not answer: is it running?")
    return FleetError(f"cluster {cluster!r}: {error}")
