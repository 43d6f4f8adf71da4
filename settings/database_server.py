"""What the catalogue says of the PostgreSQL server of a cluster (F2)."""

from typing import Annotated

from pydantic import Field

from settings.fields import LabelValue, Model, StorageBytes, count_of, count_schema

Instances = Annotated[int, count_of(1, 9), count_schema(1, 9)]


class DatabaseServer(Model):
    """The server of a cluster's tenants, where CloudNativePG runs it.

    volume_bytes: of each instance, written `volume`. volume_class: StorageClass of it, by name.
    instances: a primary and its replicas, 1 to 9; default 3, one for each zone.
    """

    volume_bytes: StorageBytes = Field(alias="volume")
    volume_class: LabelValue
    instances: Instances = 3
