"""How a local control plane is reached: verified TLS, known identities, secrets encrypted, deeds recorded."""

import base64
import http.client
import json
import ssl
import urllib.error
import urllib.request

import psutil
import pytest

from localcloud import controlplane
from localcloud.controlplane import ControlPlane
from localcloud.controlplane.client import Client, Identity
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.parts import parts
from localcloud.controlplane.pki import CLUSTER, ETCD, FRONT_PROXY
from localcloud.controlplane.state import read_ports
from tests.fixtures_cluster import Kubectl

pytestmark = pytest.mark.cluster


@pytest.fixture
def layout(cluster: ControlPlane) -> Layout:
    return Layout(cluster.name, cluster.directory.parent.parent)


@pytest.fixture
def ports(layout: Layout) -> dict[str, int]:
    found = read_ports(layout)
    assert found is not None
    return found


def test_every_part_presents_a_certificate_of_the_clusters_own_authority(layout: Layout, ports: dict[str, int]) -> None:
    for part in parts(layout, ports):
        if part.port is None:
            continue
        client = part.client
        identity = Identity(
            layout.certificate(part.authority),
            layout.certificate(client) if client else None,
            layout.key(client) if client else None,
        )
        with Client(part.port, identity) as api:  # verifies chain and host name
            assert api.raw("GET", part.probe)[0] == 200, part.name
        stranger = Identity(layout.certificate(FRONT_PROXY), identity.certificate, identity.key)
        with pytest.raises(ssl.SSLCertVerificationError), Client(part.port, stranger) as api:
            api.raw("GET", part.probe)


def test_plain_http_is_refused_by_every_part(layout: Layout, ports: dict[str, int]) -> None:
    for name, port in ports.items():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/version")
            answer = connection.getresponse()
            assert answer.status == 400, name  # Go: "client sent an HTTP request to an HTTPS server"
        except (ConnectionError, http.client.HTTPException):
            pass
        finally:
            connection.close()


def test_a_stranger_is_told_nothing(cluster: ControlPlane, layout: Layout) -> None:
    context = ssl.create_default_context(cafile=str(layout.certificate(CLUSTER)))
    for path in ("/api/v1/namespaces", "/version", "/healthz"):
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(cluster.server + path, context=context, timeout=10)  # noqa: S310 - https, loopback


def test_etcd_lets_in_only_certificates_of_its_own_authority(layout: Layout, ports: dict[str, int]) -> None:
    for certificate in (None, "admin"):  # the cluster's administrator is nobody to etcd
        identity = Identity(
            layout.certificate(ETCD),
            layout.certificate(certificate) if certificate else None,
            layout.key(certificate) if certificate else None,
        )
        with pytest.raises(OSError), Client(ports["etcd"], identity) as api:  # noqa: PT011 - reset or TLS alert
            api.raw("GET", "/health")


def test_secrets_are_encrypted_in_etcd_and_other_objects_are_not(
    layout: Layout, ports: dict[str, int], kubectl: Kubectl, namespace: str
) -> None:
    kubectl("create", "secret", "generic", "s", "-n", namespace, "--from-literal=word=rumpelstiltskin")
    kubectl("create", "configmap", "c", "-n", namespace, "--from-literal=word=rumpelstiltskin")
    identity = Identity(layout.certificate(ETCD), layout.certificate("etcd-client"), layout.key("etcd-client"))
    with Client(ports["etcd"], identity) as etcd:
        secret = _stored(etcd, f"/registry/secrets/{namespace}/s")
        plain = _stored(etcd, f"/registry/configmaps/{namespace}/c")
    assert secret.startswith(b"k8s:enc:secretbox:v1:key1:")
    assert b"rumpelstiltskin" not in secret
    assert b"rumpelstiltskin" in plain


def test_the_audit_log_says_who_did_what_and_no_secret(layout: Layout, kubectl: Kubectl, namespace: str) -> None:
    user = "ada@example.com"
    # A word of its own: the log is of everything that a session's tests do to this cluster.
    word = "zimtstern"
    kubectl("create", "rolebinding", "ada", "-n", namespace, "--clusterrole=edit", f"--user={user}")
    ada = kubectl.acting_as(user, "system:authenticated")
    ada("create", "secret", "generic", "s", "-n", namespace, f"--from-literal=word={word}")
    ada.refusal("delete", "namespace", namespace)
    entries = [json.loads(line) for line in layout.audit_log.read_text().splitlines()]
    hers = [one for one in entries if one.get("impersonatedUser", {}).get("username") == user]
    created = next(one for one in hers if one["verb"] == "create" and one["objectRef"]["resource"] == "secrets")
    assert created["user"]["username"] == "kubernetes-admin"  # who acted as her
    assert created["objectRef"]["namespace"] == namespace
    assert created["responseStatus"]["code"] == 201
    refused = next(one for one in hers if one["verb"] == "delete")
    assert refused["responseStatus"]["code"] == 403
    assert refused["annotations"]["authorization.k8s.io/decision"] == "forbid"
    assert word not in layout.audit_log.read_text()


def test_every_port_is_on_loopback_only(cluster: ControlPlane) -> None:
    found = controlplane.status(cluster.name)
    assert found is not None
    # A real node, which other tests start on this cluster and end, has its own.
    for part in (each for each in found.parts if not each.name.startswith("real-")):
        listening = [
            connection.laddr
            for connection in psutil.Process(part.pid).net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert {address.ip for address in listening} == ({"127.0.0.1"} if part.port else set()), part.name


def test_keys_and_kubeconfigs_are_readable_by_their_owner_only(layout: Layout) -> None:
    private = [*layout.pki.glob("*.key"), layout.kubeconfig, *layout.config.iterdir()]
    assert len(private) > 15
    assert {oct(file.stat().st_mode & 0o777) for file in private} == {"0o600"}
    assert oct(layout.directory.stat().st_mode & 0o777) == "0o700"


def test_service_accounts_get_tokens_that_the_api_server_accepts(
    cluster: ControlPlane, layout: Layout, kubectl: Kubectl, namespace: str
) -> None:
    token = kubectl("create", "token", "default", "-n", namespace).strip()
    header, payload = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    assert header["alg"] == "ES256"
    assert payload["sub"] == f"system:serviceaccount:{namespace}:default"
    request = urllib.request.Request(f"{cluster.server}/api/v1/namespaces/{namespace}/secrets")  # noqa: S310 - https
    request.add_header("Authorization", f"Bearer {token}")
    context = ssl.create_default_context(cafile=str(layout.certificate(CLUSTER)))
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, context=context, timeout=10)  # noqa: S310 - https, loopback
    assert f'User "system:serviceaccount:{namespace}:default" cannot list' in json.load(refused.value)["message"]


def _stored(etcd: Client, key: str) -> bytes:
    answer = etcd.request("POST", "/v3/kv/range", {"key": base64.b64encode(key.encode()).decode()})
    return base64.b64decode(answer["kvs"][0]["value"])
