"""A cluster's part in a mesh (E3, H3)."""

from typing import Annotated

from pydantic import Field

from settings.address_range import AddressRange
from settings.fields import Distinct, Model, Name


class ClusterMesh(Model):
    """Which mesh a cluster is in.

    name: of the mesh. Clusters that give the same name are one mesh, with one root of trust: pods of a tenant are the
    same identity on each of them. They serve the same tiers; nothing joins two meshes.
    addresses: by which the mesh's other clusters know this one: its east-west gateway is reached there, and what calls
    them comes from there. Needed where the mesh has several clusters, which have to be networks apart.
    """

    name: Name
    addresses: Annotated[tuple[AddressRange, ...], Distinct, Field(max_length=20)] = ()
