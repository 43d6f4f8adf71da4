"""What moto makes up of an RDS cluster, and a server of this machine has for real: its address (F1, H1).

Its port is what `localcloud.aws.databases` gives to RDS once the server runs. Names of masters' secrets come from the
request's seed, as everything else does that moto makes up: from elsewhere they would be other ones after a replay.
"""

from typing import Any

from moto.moto_api._internal import mock_random
from moto.rds.models import DBCluster, MasterUserSecret

from localcloud.controlplane.ports import HOST


def use_real_servers() -> None:
    """Have moto say where the clusters' servers are."""
    DBCluster.endpoint = DBCluster.reader_endpoint = property(lambda _: HOST)
    MasterUserSecret._generate_secret_name = _secret_name


def _secret_name(secret: Any) -> str:
    return f"rds!{secret.resource.resource_type}-{mock_random.uuid4()}"
