"""What is remembered of a cluster's add-ons."""

import json
from pathlib import Path
from typing import get_args

from localcloud.controlplane.addons import ADDONS
from localcloud.controlplane.addons.install import installed, record
from localcloud.controlplane.layout import Layout
from settings.cluster import Addon


def test_an_addon_that_stays_is_remembered_and_not_applied_again(tmp_path: Path) -> None:
    layout = Layout("one", tmp_path)
    layout.directory.mkdir(parents=True)
    (layout.directory / "addons.json").write_text(json.dumps({"a": "1", "b": "2", "c": "3"}))

    record(layout, (name for name in ("a", "c", "d")))

    assert installed(layout) == ("a", "c")


def test_a_local_cluster_can_have_every_addon_that_a_topology_may_name() -> None:
    assert set(ADDONS) >= set(get_args(Addon))
