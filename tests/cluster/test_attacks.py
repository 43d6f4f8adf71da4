"""Every attempt of a tenant on the live API server: the twin passes, the flip is refused by its control (B5, C1-C9).

The rows are in tests/cluster/attacks/; those about a virtual control plane are asked in test_virtual_control_plane.py.
docs/controls.md lists them by what they show.
"""

import pytest

from tests.cluster.attacks import ON_HOST
from tests.cluster.attacks.asking import Asking, wrong
from tests.cluster.attacks.attack import Attack

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]


@pytest.mark.parametrize("attack", ON_HOST, ids=lambda each: each.id)
def test_a_tenant_is_refused(attack: Attack, asking: Asking) -> None:
    said = wrong(attack, asking)
    assert said is None, f"{attack.title}: {said}"
