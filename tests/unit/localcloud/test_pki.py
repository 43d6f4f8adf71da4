"""Certificates of a cluster: who signs whom, for what, and who may read the keys."""

import datetime
import ipaddress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import CLUSTER, ETCD, FRONT_PROXY, ensure_pki, issue_client
from localcloud.errors import LocalcloudError

SERVERS = ("apiserver", "controller-manager-server", "scheduler-server", "etcd-server")
CLIENTS = {
    "admin": ("kubernetes-admin", ["system:masters"]),
    "controller-manager": ("system:kube-controller-manager", []),
    "scheduler": ("system:kube-scheduler", []),
    "kwok": ("tenantplane:kwok", []),
    "etcd-client": ("kube-apiserver-etcd-client", []),
    "front-proxy-client": ("front-proxy-client", []),
}
SIGNER = {"etcd-server": ETCD, "etcd-client": ETCD, "front-proxy-client": FRONT_PROXY}


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    made = Layout("demo", tmp_path_factory.mktemp("state"))
    ensure_pki(made)
    return made


def read(layout: Layout, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(layout.certificate(name).read_bytes())


def common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


@pytest.mark.parametrize("authority", [CLUSTER, ETCD, FRONT_PROXY])
def test_authorities_sign_and_nothing_below_them_may(layout: Layout, authority: str) -> None:
    basic = read(layout, authority).extensions.get_extension_for_class(x509.BasicConstraints)
    assert basic.critical
    assert (basic.value.ca, basic.value.path_length) == (True, 0)
    assert read(layout, authority).extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


@pytest.mark.parametrize("name", [*SERVERS, *CLIENTS])
def test_leaves_are_signed_by_their_own_authority_and_by_no_other(layout: Layout, name: str) -> None:
    leaf = read(layout, name)
    right = SIGNER.get(name, CLUSTER)
    leaf.verify_directly_issued_by(read(layout, right))
    for other in {CLUSTER, ETCD, FRONT_PROXY} - {right}:
        with pytest.raises((ValueError, InvalidSignature)):
            leaf.verify_directly_issued_by(read(layout, other))
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


@pytest.mark.parametrize("name", SERVERS)
def test_servers_are_named_by_loopback_addresses_only(layout: Layout, name: str) -> None:
    leaf = read(layout, name)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ipaddress.ip_address("127.0.0.1") in names.get_values_for_type(x509.IPAddress)
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.SERVER_AUTH in usage
    assert (ExtendedKeyUsageOID.CLIENT_AUTH in usage) == (name == "etcd-server")  # which is its own peer


@pytest.mark.parametrize(("name", "identity"), CLIENTS.items())
def test_clients_carry_their_identity_and_cannot_serve(
    layout: Layout, name: str, identity: tuple[str, list[str]]
) -> None:
    leaf = read(layout, name)
    groups = [str(one.value) for one in leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    assert (common_name(leaf), groups) == identity
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_every_key_fits_its_certificate_and_only_the_owner_may_read_it(layout: Layout) -> None:
    keys = sorted(layout.pki.glob("*.key"))
    assert len(keys) >= 15
    for file in keys:
        assert oct(file.stat().st_mode & 0o777) == "0o600"
        key = serialization.load_pem_private_key(file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        assert key.curve.name == "secp256r1"
        if file.stem != "service-account":
            assert read(layout, file.stem).public_key() == key.public_key()
    assert oct(layout.pki.stat().st_mode & 0o777) == "0o700"


def test_serial_numbers_differ(layout: Layout) -> None:
    certificates = [x509.load_pem_x509_certificate(file.read_bytes()) for file in layout.pki.glob("*.crt")]
    assert len({one.serial_number for one in certificates}) == len(certificates)


def test_a_second_call_keeps_the_keys(layout: Layout) -> None:
    before = {file.name: file.read_bytes() for file in layout.pki.iterdir()}
    ensure_pki(layout)
    assert {file.name: file.read_bytes() for file in layout.pki.iterdir()} == before


def test_two_clusters_share_no_authority(layout: Layout, tmp_path: Path) -> None:
    other = Layout("demo", tmp_path)
    ensure_pki(other)
    with pytest.raises(InvalidSignature):
        read(layout, "admin").verify_directly_issued_by(read(other, CLUSTER))


def test_half_written_keys_of_a_killed_start_are_made_anew(tmp_path: Path) -> None:
    layout = Layout("demo", tmp_path)
    half = layout.pki.with_name(".pki.new")
    half.mkdir(parents=True)
    (half / "ca.key").write_text("half")
    ensure_pki(layout)
    assert not half.exists()
    read(layout, "admin").verify_directly_issued_by(read(layout, CLUSTER))


def test_certificates_about_to_expire_are_refused_with_the_way_out(tmp_path: Path) -> None:
    layout = Layout("old", tmp_path)
    now = datetime.datetime.now(datetime.UTC)
    ensure_pki(layout, now - datetime.timedelta(days=300))
    ensure_pki(layout, now)
    with pytest.raises(LocalcloudError, match=r"certificates of cluster old end on .*localcloud stop old && python -m"):
        ensure_pki(layout, now + datetime.timedelta(days=60))


def test_client_certificates_can_be_issued_for_anybody(layout: Layout) -> None:
    pem, _ = issue_client(layout, "system:node:n", ["system:nodes", "b"])
    leaf = x509.load_pem_x509_certificate(pem)
    leaf.verify_directly_issued_by(read(layout, CLUSTER))
    assert common_name(leaf) == "system:node:n"
