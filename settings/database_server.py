"""What the catalogue says of the PostgreSQL server of a cluster (F2)."""

import ssl
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from settings.fields import LabelValue, Model, StorageBytes, count_of, count_schema, matching, refuse, text_schema

_CERTIFICATE = r"(?:-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/=]{1,76}\n){1,80}-----END CERTIFICATE-----\n?){1,4}"
_PEM = "1 to 4 certificates in PEM, from -----BEGIN CERTIFICATE----- on"


def _readable(value: str) -> str:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=value)
    except (ssl.SSLError, ValueError):
        raise refuse("the text between the lines is no certificate", _PEM) from None
    return value


Certificates = Annotated[
    str,
    BeforeValidator(matching(_CERTIFICATE, "a certificate", _PEM, 16_000)),
    AfterValidator(_readable),
    text_schema(_CERTIFICATE, 16_000),
]
Instances = Annotated[int, count_of(1, 9), count_schema(1, 9)]


class DatabaseServer(Model):
    """The server of a cluster's tenants, where CloudNativePG runs it.

    volume_bytes: of each instance, written `volume`. volume_class: StorageClass of it, by name.
    instances: a primary and its replicas, 1 to 9; default 3, one for each zone.
    authority: who signs its certificate, in PEM; two while one takes the other's place. Tenants' services trust nobody
    else (F5). The key is no data of the catalogue: see docs/databases.md.
    """

    volume_bytes: StorageBytes = Field(alias="volume")
    volume_class: LabelValue
    instances: Instances = 3
    authority: Certificates
