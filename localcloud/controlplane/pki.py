"""The public-key infrastructure of one control plane: three authorities and what they sign.

As in a production cluster: etcd and the front proxy have authorities of their own, so that a client certificate of the
cluster opens neither. Keys are P-256 and readable by their owner only.
"""

import datetime
import ipaddress
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from localcloud.controlplane.layout import Layout
from localcloud.errors import LocalcloudError
from localcloud.files import explain_full_disk, write_whole

VALIDITY = datetime.timedelta(days=365)
"""A local cluster is thrown away long before; long enough that nobody meets the end of it by accident."""

SERVICE_IP = "10.96.0.1"
"""First address of the service range (parts.SERVICE_RANGE): what `kubernetes.default.svc` resolves to."""

CLUSTER, ETCD, FRONT_PROXY = "ca", "etcd-ca", "front-proxy-ca"
_CLIENT, _SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
_LOOPBACK = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class _Leaf:
    file: str
    authority: str
    user: str
    groups: tuple[str, ...] = ()
    usages: tuple[x509.ObjectIdentifier, ...] = (_CLIENT,)
    hosts: tuple[str, ...] = ()


_LEAVES = (
    _Leaf(
        "apiserver",
        CLUSTER,
        "kube-apiserver",
        usages=(_SERVER,),
        hosts=(*_LOOPBACK, SERVICE_IP, "kubernetes", "kubernetes.default", "kubernetes.default.svc"),
    ),
    _Leaf("apiserver-kubelet-client", CLUSTER, "kube-apiserver-kubelet-client", ("system:masters",)),
    _Leaf("admin", CLUSTER, "kubernetes-admin", ("system:masters",)),
    _Leaf("controller-manager", CLUSTER, "system:kube-controller-manager"),
    _Leaf("controller-manager-server", CLUSTER, "controller-manager", usages=(_SERVER,), hosts=_LOOPBACK),
    _Leaf("scheduler", CLUSTER, "system:kube-scheduler"),
    _Leaf("scheduler-server", CLUSTER, "scheduler", usages=(_SERVER,), hosts=_LOOPBACK),
    _Leaf("kwok", CLUSTER, "tenantplane:kwok"),
    _Leaf("etcd-server", ETCD, "etcd", usages=(_SERVER, _CLIENT), hosts=_LOOPBACK),
    _Leaf("etcd-client", ETCD, "kube-apiserver-etcd-client"),
    _Leaf("front-proxy-client", FRONT_PROXY, "front-proxy-client"),
)


def ensure_pki(layout: Layout, now: datetime.datetime | None = None) -> None:
    """Create the keys and certificates of a cluster unless they are there.

    They appear all at once: a start that was killed halfway leaves a directory that the next one replaces.
    Raises LocalcloudError when those that are there are about to expire.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    if layout.pki.is_dir():
        _refuse_expired(layout, now)
        return
    building = layout.pki.with_name(".pki.new")
    with explain_full_disk(layout.directory):
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True, mode=0o700)
        _write_all(building, layout.name, now)
        building.replace(layout.pki)


def issue_client(layout: Layout, user: str, groups: Iterable[str] = ()) -> tuple[bytes, bytes]:
    """A client certificate of the cluster's authority and its key, both PEM: for kubeconfigs of users and nodes.

    user becomes the certificate's common name, each group an organisation: what Kubernetes authenticates by.
    """
    return _issue(layout, _Leaf("", CLUSTER, user, tuple(groups)))


def issue_server(layout: Layout, user: str, hosts: Iterable[str], groups: Iterable[str] = ()) -> tuple[bytes, bytes]:
    """A serving certificate of the cluster's authority and its key, both PEM: for a kubelet, which the API server asks
    for logs. hosts: names and addresses that it serves on.
    """
    return _issue(layout, _Leaf("", CLUSTER, user, tuple(groups), (_SERVER,), tuple(hosts)))


def _issue(layout: Layout, leaf: _Leaf) -> tuple[bytes, bytes]:
    authority_key = serialization.load_pem_private_key(layout.key(CLUSTER).read_bytes(), password=None)
    if not isinstance(authority_key, ec.EllipticCurvePrivateKey):
        raise LocalcloudError(f"{layout.key(CLUSTER)} is no P-256 key; run: python -m localcloud stop {layout.name}")
    authority = x509.load_pem_x509_certificate(layout.certificate(CLUSTER).read_bytes())
    certificate, key = _sign(leaf, authority, authority_key, datetime.datetime.now(datetime.UTC))
    return certificate.public_bytes(serialization.Encoding.PEM), _pem(key)


@dataclass(frozen=True)
class Served:
    """An authority of its own and the one server certificate that it signs; all PEM."""

    authority: bytes
    authority_key: bytes
    certificate: bytes
    key: bytes


def issue_authority(name: str, hosts: tuple[str, ...], validity: datetime.timedelta) -> Served:
    """An authority for one server, which may have its key: it signs nothing that the cluster trusts for anything else.

    Its keys are RSA in PKCS #1, which is what Go programs that look after such an authority themselves can read.
    """
    now = datetime.datetime.now(datetime.UTC)
    authority_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    authority = (
        _builder(issuer, issuer, authority_key.public_key(), now, validity)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[-1])])
    certificate = (
        _builder(subject, issuer, key.public_key(), now, validity)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage((_SERVER,)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return Served(authority.public_bytes(pem), _pem(authority_key), certificate.public_bytes(pem), _pem(key))


def _write_all(directory: Path, cluster: str, now: datetime.datetime) -> None:
    authorities = {name: _authority(f"tenantplane {cluster} {name}", now) for name in (CLUSTER, ETCD, FRONT_PROXY)}
    for name, (certificate, key) in authorities.items():
        _write_pair(directory, name, certificate, key)
    for leaf in _LEAVES:
        authority, authority_key = authorities[leaf.authority]
        certificate, key = _sign(leaf, authority, authority_key, now)
        _write_pair(directory, leaf.file, certificate, key)
    signer = ec.generate_private_key(ec.SECP256R1())
    write_whole(directory / "service-account.key", _pem(signer))
    public = signer.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    write_whole(directory / "service-account.pub", public)


def _authority(name: str, now: datetime.datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        _builder(subject, subject, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _sign(
    leaf: _Leaf, authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey, now: datetime.datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in leaf.groups),
            x509.NameAttribute(NameOID.COMMON_NAME, leaf.user),
        ]
    )
    builder = (
        _builder(subject, authority.subject, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(leaf.usages), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
    )
    if leaf.hosts:
        names = x509.SubjectAlternativeName([_general_name(host) for host in leaf.hosts])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(authority_key, hashes.SHA256()), key


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    now: datetime.datetime,
    validity: datetime.timedelta = VALIDITY,
) -> x509.CertificateBuilder:
    skew = datetime.timedelta(minutes=5)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - skew)
        .not_valid_after(now + validity)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    # "EC PRIVATE KEY" or "RSA PRIVATE KEY": the forms every version of Kubernetes and etcd reads.
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def _write_pair(directory: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    write_whole(directory / f"{name}.crt", certificate.public_bytes(serialization.Encoding.PEM))
    write_whole(directory / f"{name}.key", _pem(key))


def _refuse_expired(layout: Layout, now: datetime.datetime) -> None:
    certificate = x509.load_pem_x509_certificate(layout.certificate(CLUSTER).read_bytes())
    if certificate.not_valid_after_utc < now + datetime.timedelta(days=7):
        raise LocalcloudError(
            f"the certificates of cluster {layout.name} end on {certificate.not_valid_after_utc:%Y-%m-%d}; "
            f"make it anew: python -m localcloud stop {layout.name} && python -m localcloud start {layout.name}"
        )
