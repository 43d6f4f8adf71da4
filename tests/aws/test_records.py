"""Records of one zone are told apart by name, type and set identifier, as at AWS (H3)."""

from collections.abc import Iterator

import pytest

from tests.aws.plugin import Plugin, Refused, Resource

pytestmark = pytest.mark.xdist_group("aws")

RECORD = "aws:route53/record:Record"


@pytest.fixture
def zone(plugin: Plugin) -> Iterator[Resource]:
    made = plugin.create("aws:route53/zone:Zone", name="records.example")
    yield made
    plugin.delete(made)


def test_a_record_comes_and_goes_by_itself(plugin: Plugin, zone: Resource) -> None:
    """Two tenants on two clusters, one of which is moved away and back."""

    def make(tenant: str, cluster: str) -> Resource:
        return plugin.create(
            RECORD,
            zoneId=zone.id,
            name=f"{tenant}.records.example",
            type="A",
            setIdentifier=cluster,
            weightedRoutingPolicies=[{"weight": 100}],
            aliases=[{"name": f"{cluster}.elb.example", "zoneId": "Z", "evaluateTargetHealth": True}],
        )

    stays, moves, there = make("stays", "one"), make("moves", "one"), make("moves", "two")
    with pytest.raises(Refused, match="but it already exists"):
        make("moves", "two")
    plugin.delete(moves)
    assert moves.again() is None
    assert stays.again() is not None, "another tenant's record of that cluster"
    assert there.again() is not None
    plugin.delete(moves)  # once more, as after an update that was killed
    again = make("moves", "one")
    for each in (stays, there, again):
        assert each.again() is not None
        plugin.delete(each)
