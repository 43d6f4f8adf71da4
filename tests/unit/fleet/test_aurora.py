"""What `fleet` says where AWS, or an Aurora, does not let it in (F1, F2, I5)."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fleet.data.aurora import NotReachedError, _server
from localcloud.controlplane.ports import free_ports

PASSWORD = "of-the-master"
NAME = "tp-staging-starter"


def refused(code: str, words: str = "words") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": words}}, "Any")


def asked(found: Any, secret: Any = None) -> Any:
    """What `fleet` makes of answers, or of errors, of RDS and of Secrets Manager."""

    def answer(what: Any) -> Any:
        def one(**_: str) -> Any:
            if isinstance(what, Exception):
                raise what
            return what

        return one

    methods = SimpleNamespace(describe_db_clusters=answer(found), get_secret_value=answer(secret))
    return _server(lambda _: methods, NAME, Path("none.pem"), "do this")


def cluster(**changed: Any) -> dict[str, Any]:
    port = free_ports(["none"])["none"]
    one = {"Endpoint": "127.0.0.1", "Port": port, "MasterUserSecret": {"SecretArn": "arn:of:secret"}, **changed}
    return {"DBClusters": [one]}


def test_an_aurora_that_is_not_made_yet_is_none() -> None:
    assert asked(refused("DBClusterNotFoundFault")) is None


@pytest.mark.parametrize(
    ("found", "secret", "words"),
    [
        (
            refused("AccessDenied", "no rds"),
            None,
            r"refuses rds\.describe_db_clusters .*no rds.*GetSecretValue and kms",
        ),
        (refused("ExpiredToken", "too late"), None, r"refuses rds\.describe_db_clusters: ExpiredToken: too late"),
        (cluster(MasterUserSecret=None), None, "has no secret of its master"),
        (cluster(), refused("ResourceNotFoundException"), "of the master of the Aurora .* is gone: arn:of:secret"),
        (cluster(), refused("AccessDeniedException", "no kms"), r"refuses secretsmanager\.get_secret_value .*no kms"),
    ],
)
def test_each_thing_that_is_missing_is_named(found: Any, secret: Any, words: str) -> None:
    with pytest.raises(NotReachedError, match=words):
        asked(found, secret)


def test_a_server_that_does_not_answer_is_named_with_what_helps_and_without_the_password() -> None:
    secret = {"SecretString": f'{{"username": "tenantplane", "password": "{PASSWORD}"}}'}
    with pytest.raises(NotReachedError, match=rf"the Aurora '{NAME}' does not let .* do this") as told:
        asked(cluster(), secret)
    assert PASSWORD not in str(told.value)
