"""A topology: which clusters an environment has, where, for whom and of what (H1)."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from settings.cluster import Cluster
from settings.fields import Distinct, Domain, EnvironmentName, Model, Phase, Registry, refuse
from settings.signing import ImageSigner
from settings.volume import KeyRotation


class Topology(Model):
    """catalog/topology/<environment>.yaml.

    domain: tenants are hosts under it. key_rotation: after how many days keys are turned (F5).
    registries: where images may come from, tenants' at admission and those that the catalogue names when it is read
    (G7); any when left out. image_signers: who signs them, verified in clusters with the addon policy-controller (G7).
    """

    environment: EnvironmentName
    phase: Phase
    domain: Domain
    key_rotation: KeyRotation = KeyRotation()
    registries: Annotated[tuple[Registry, ...], Distinct, Field(min_length=1, max_length=20)] | None = None
    image_signers: Annotated[tuple[ImageSigner, ...], Field(max_length=20)] = ()
    clusters: Annotated[tuple[Cluster, ...], Field(min_length=1)]

    @field_validator("clusters")
    @classmethod
    def _somebody_signs(cls, value: tuple[Cluster, ...], info: ValidationInfo) -> tuple[Cluster, ...]:
        """What no signer covers would be let in unseen: the controller passes over images that no policy names."""
        if not {"registries", "image_signers"} <= info.data.keys() or not any(each.has_signatures for each in value):
            return value
        registries, signers = info.data["registries"] or (), info.data["image_signers"]
        if not registries or not signers:
            raise refuse("policy-controller without registries and image_signers", "both, on the topology")
        if missing := [each for each in registries if not any(each in signer.images for signer in signers)]:
            raise refuse(f"nobody signs the images of {', '.join(missing)}", "an image_signer for each of registries")
        return value
