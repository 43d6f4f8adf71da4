"""The configuration of a stack is parsed once, and every mistake in it is told with what would be right."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import Cluster
from settings.stack_config import StackConfig, StackConfigError, kubeconfig_path, parse_stack_config
from tests.unit.components.local_stack import catalogue

ROOT = Path("/project")


def test_the_least_configuration_holds_everything_of_the_default_catalogue() -> None:
    config = parse_stack_config({"environment": "local"})
    assert config == StackConfig(environment="local", catalog="catalog", layer="all")
    assert (config.has_platform, config.has_tenants) == (True, True)


def test_a_shard_comes_as_text_and_is_a_number() -> None:
    config = parse_stack_config({"environment": "prod", "layer": "tenants", "cluster": "eu", "shard": "3"})
    assert (config.shard, config.has_platform, config.has_tenants) == (3, False, True)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "tenantplane:environment: is not set; set it with `pulumi config set tenantplane:environment VALUE`"),
        (
            {"environment": "Local-1"},
            "tenantplane:environment: 'Local-1' is not an environment; allowed: 2 to 16 lower-case letters and digits",
        ),
        (
            {"environment": "local", "layer": "some"},
            "tenantplane:layer: is not a layer; allowed: all, foundation, entrances, platform, tenants",
        ),
        ({"environment": "local", "shard": "-1"}, "tenantplane:shard: is not a shard; allowed: 0 to 63"),
        ({"environment": "local", "shard": "64"}, "tenantplane:shard: is not a shard; allowed: 0 to 63"),
        ({"environment": "local", "shard": "one"}, "tenantplane:shard: is not a shard; allowed: 0 to 63"),
        ({"environment": "local", "cluster": ""}, "tenantplane:cluster: is empty"),
        (
            {"environment": "local", "colour": "red"},
            "tenantplane:colour: is not known; "
            "allowed: environment, catalog, layer, region, cluster, shard, leaving, kubeconfig, context",
        ),
        (
            {"environment": "local", "layer": "platform", "shard": "0"},
            "shard is set on layer platform, which has none; allowed: layer tenants, or no shard",
        ),
    ],
)
def test_each_mistake_has_its_line(values: dict[str, str], said: str) -> None:
    with pytest.raises(StackConfigError) as caught:
        parse_stack_config(values)
    assert caught.value.problems == (said,)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(StackConfigError) as caught:
        parse_stack_config({"layer": "some", "shard": "x", "colour": "red"})
    assert len(caught.value.problems) == 4


keys = st.sampled_from(["environment", "catalog", "layer", "cluster", "shard", "kubeconfig", "context", "other"])


@given(values=st.dictionaries(keys, st.text(max_size=20)))
def test_any_text_is_taken_or_refused_in_our_words(values: dict[str, str]) -> None:
    problems: tuple[str, ...] = ()
    try:
        config = parse_stack_config(values)
    except StackConfigError as error:
        problems = error.problems
    else:
        assert config.environment == values["environment"]
    assert all("Traceback" not in line and "pydantic" not in line for line in problems)


def cluster(**changes: object) -> Cluster:
    return catalogue().topology.clusters[0].model_copy(update=changes)


def test_the_kubeconfig_is_the_stacks_then_the_topologys_then_the_local_one() -> None:
    plain = parse_stack_config({"environment": "local"})
    own = parse_stack_config({"environment": "local", "kubeconfig": "own/config"})
    theirs = cluster(provider="kubeconfig", kubeconfig="theirs/config")
    assert kubeconfig_path(theirs, own, {}, ROOT) == ROOT / "own/config"
    assert kubeconfig_path(theirs, plain, {}, ROOT) == ROOT / "theirs/config"
    assert kubeconfig_path(cluster(), plain, {}, ROOT) == ROOT / ".localcloud/clusters/local/kubeconfig"


def test_the_state_of_the_local_clusters_can_be_elsewhere_and_a_home_is_a_home() -> None:
    plain = parse_stack_config({"environment": "local"})
    moved = kubeconfig_path(cluster(), plain, {"TENANTPLANE_STATE": "/else"}, ROOT)
    assert moved == Path("/else/clusters/local/kubeconfig")
    home = kubeconfig_path(cluster(provider="kubeconfig", kubeconfig="~/.kube/config"), plain, {}, ROOT)
    assert home == Path.home() / ".kube/config"
