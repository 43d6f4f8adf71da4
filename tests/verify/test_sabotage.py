"""verify notices each way in which a live cluster is broken, by the control it is about and by no other (I4).

Sabotages of a wave are made together and told apart by what is found: every finding is expected of exactly one of them,
and nothing else is found. Each is undone, and everything holds again.
"""

from collections import Counter

import pytest

from tests.cluster.acting import Caller
from tests.polling import until
from tests.verify import waves_of_databases, waves_of_namespaces, waves_of_networks, waves_of_policies
from tests.verify.conftest import Asked, Verify
from tests.verify.hands import Hands
from tests.verify.sabotage import BESIDE, OWN, Told, Wave

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

WAVES = (*waves_of_policies.WAVES, *waves_of_namespaces.WAVES, *waves_of_networks.WAVES)
SHOWN_TOGETHER = {"policies-deny", "rights-elsewhere", "bindings-of-people"}
"""Looks of which one finding tells of several sabotages, by their words."""


def told(asked: Asked) -> set[Told]:
    return {(each.tenant, each.control, each.probe) for each in asked.wrong}


def expected(wave: Wave, asked: Asked) -> set[Told]:
    each = [sabotage.told(asked.places) for sabotage in wave.sabotages]
    twice = [one for one, count in Counter(one for some in each for one in some).items() if count > 1]
    assert all(probe in SHOWN_TOGETHER for _, _, probe in twice), f"two sabotages are told by the same: {twice}"
    assert all(each), "a sabotage of which nothing is expected"
    return set().union(*each)


def noticed(wave: Wave, verify: Verify) -> set[str]:
    """Until all of it is told; the API server takes a second to see that its policies have changed. Returns the probes
    that told."""
    asked: list[Asked] = []

    def all_told() -> bool:
        asked.append(verify(*wave.tenants, asks=wave.asks))
        return told(asked[-1]) == expected(wave, asked[-1])

    try:
        until(all_told, "the sabotage is told")
    except AssertionError:
        wanted, found = expected(wave, asked[-1]), told(asked[-1])
        reasons = {(each.tenant, each.probe): each.why for each in asked[-1].wrong}
        more = {each: reasons[each[0], each[2]] for each in found - wanted}
        raise AssertionError(f"not told: {sorted(wanted - found)}; told besides: {more}") from None
    reasons_given = " ".join(each.why for each in asked[-1].wrong)
    for sabotage in wave.sabotages:
        assert sabotage.words in reasons_given, f"{sabotage.name}: {sabotage.words!r} is not in {reasons_given}"
    return {probe for _, _, probe in told(asked[-1])}


@pytest.mark.parametrize("wave", WAVES, ids=lambda wave: wave.name)
def test_a_sabotage_is_told_by_its_control_and_by_no_other(wave: Wave, verify: Verify, admin: Caller) -> None:
    with Hands(admin) as hands:
        for sabotage in wave.sabotages:
            sabotage.do(hands)
        probes = noticed(wave, verify)
    until(lambda: not verify(*wave.tenants, only=probes).wrong, "everything holds again")


@pytest.mark.parametrize("wave", waves_of_databases.WAVES, ids=lambda wave: wave.name)
def test_a_sabotage_of_the_databases_is_told(wave: Wave, verify: Verify, admin: Caller, databases: object) -> None:
    with Hands(admin, databases) as hands:  # type: ignore[arg-type]
        for sabotage in wave.sabotages:
            sabotage.do(hands)
        noticed(wave, verify)
    assert verify(*wave.tenants, asks=wave.asks).wrong == ()


def test_everything_holds_in_the_end(verify: Verify) -> None:
    assert verify(OWN, BESIDE).wrong == ()


def test_there_are_enough_of_them_each_with_a_name_of_its_own() -> None:
    names = [each.name for wave in (*WAVES, *waves_of_databases.WAVES) for each in wave.sabotages]
    assert len(names) >= 40
    assert len(set(names)) == len(names)
