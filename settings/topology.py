"""A topology: which clusters an environment has, where, for whom and of what (H1)."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from settings.aws import AwsAccount, AwsRegion
from settings.aws.network import shortage, subnets
from settings.cluster import Cluster
from settings.fields import Distinct, Domain, EnvironmentName, Model, Phase, Registry, refuse
from settings.signing import ImageSigner
from settings.volume import KeyRotation


class Topology(Model):
    """catalog/topology/<environment>.yaml.

    domain: tenants are hosts under it. key_rotation: after how many days keys are turned (F5).
    aws: the account and its networks; needed, and of use, where clusters are of provider eks (H2).
    registries: where images may come from, tenants' at admission and those that the catalogue names when it is read
    (G7); any when left out. image_signers: who signs them, verified in clusters with the addon policy-controller (G7).
    """

    environment: EnvironmentName
    phase: Phase
    domain: Domain
    key_rotation: KeyRotation = KeyRotation()
    registries: Annotated[tuple[Registry, ...], Distinct, Field(min_length=1, max_length=20)] | None = None
    aws: AwsAccount | None = None
    image_signers: Annotated[tuple[ImageSigner, ...], Field(max_length=20)] = ()
    clusters: Annotated[tuple[Cluster, ...], Field(min_length=1)]

    @field_validator("clusters")
    @classmethod
    def _has_an_account(cls, value: tuple[Cluster, ...], info: ValidationInfo) -> tuple[Cluster, ...]:
        """One account and one network for each region, whose addresses no cluster's Services have."""
        if "aws" not in info.data:
            return value
        account, made = info.data["aws"], [each for each in value if each.provider == "eks"]
        if account is None and made:
            raise refuse(f"cluster {made[0].name!r} is at AWS, and there is no account", "aws with its regions")
        if account is not None and not made:
            raise refuse("an account at AWS without clusters there", "clusters of provider eks, or no aws")
        networks = {each.name: each for each in account.regions} if account is not None else {}
        for cluster in made:
            if cluster.region not in networks:
                raise refuse(f"cluster {cluster.name!r} is in {cluster.region}, which has no network", "aws.regions")
            _fits_its_network(cluster, networks[cluster.region])
            if cluster.aurora is not None and cluster.aurora.authority is None and not account.is_local:
                what = f"nobody vouches for the Aurora of {cluster.name!r}, and the account is no AWS of one machine"
                raise refuse(what, f"aurora.authority with RDS's bundle of certificates for {cluster.region}")
        for region in networks.values():
            pools = [pool for each in made if each.region == region.name for pool in each.node_pools]
            if told := shortage(region, pools):
                raise refuse(told, "a wider cidr, or fewer max_nodes")
        return value

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

    @property
    def elsewhere(self) -> tuple[Cluster, ...]:
        """Its clusters that are not of this machine: neither localcloud's, nor at the AWS of localcloud."""
        here = ("localcloud", "eks") if self.aws is not None and self.aws.is_local else ("localcloud",)
        return tuple(each for each in self.clusters if each.provider not in here)

    def database_ranges(self, cluster: Cluster) -> tuple[str, ...]:
        """Addresses of the subnets in which the Auroras of a cluster and of its tenants are; none without them."""
        if self.aws is None or cluster.aurora is None:
            return ()
        return tuple(each.cidr for each in subnets(self.aws.region(cluster.region)) if each.kind == "data")

    @property
    def is_local(self) -> bool:
        """Whether all of it is on this machine."""
        return not self.elsewhere


def _fits_its_network(cluster: Cluster, region: AwsRegion) -> None:
    """Raises the error of a cluster whose Services have the network's addresses, or with nodes where it has none."""
    for services in cluster.service_ranges:
        if ip_network(services).version == 4 and ip_network(services).overlaps(ip_network(region.cidr)):
            what = f"the Services of {cluster.name!r} ({services}) overlap with the network of {region.name}"
            raise refuse(f"{what} ({region.cidr})", "service_ranges apart from it")
    for pool in cluster.node_pools:
        if strange := sorted(set(pool.zones) - set(region.zones)):
            what = (
                f"pool {pool.name!r} of {cluster.name!r} is in zone {strange[0]!r}, where {region.name} has no network"
            )
            raise refuse(what, ", ".join(region.zones))
