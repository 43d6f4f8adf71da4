"""A cluster of a topology: where it is, for whom and of what (H1)."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from settings.address_range import AddressRange
from settings.alert_mail import AlertMail
from settings.aws import Aurora, EksCluster
from settings.aws.node_pools import runtimes_on
from settings.database_server import DatabaseServer
from settings.fields import Distinct, Flag, Model, Name, Path_, Shards, refuse
from settings.front_door import FrontDoor
from settings.mesh_member import ClusterMesh
from settings.nodepool import NodePool
from settings.platform_images import PlatformImages
from settings.runtime import Runtime
from settings.volume import ClusterStorage

Addon = Literal[
    "agent-sandbox",
    "calico-policy",
    "cloudnative-pg",
    "envoy-gateway",
    "gateway-api",
    "istio",
    "kueue",
    "policy-controller",
    "prometheus-operator",
    "tetragon",
    "volume-snapshots",
]


class Cluster(Model):
    """One cluster.

    provider: "localcloud" runs it here; "kubeconfig" takes one that exists; "eks" makes it at AWS.
    eks: how it is at AWS; needed, and of use, with provider eks only (H2).
    aurora: its tenants' PostgreSQL at AWS, where their databases are then; none when left out (F2).
    kubeconfig, context: path and context of one that exists.
    region: where it is.
    stands_in_for: regions that a development cluster plays besides; only in phase one.
    stands_by_for: clusters whose tenants it takes over when they are lost, as far as their residency allows (H3).
    lost: whether it is gone; `python -m fleet failover` writes it, and nothing is applied to such a cluster.
    tiers: whose tenants it holds.
    shards: stacks its tenants are spread over, 1 to 64.
    images: of what the platform itself runs in it.
    gateway_namespace, database_namespace: where tenants are reached from, and where their databases are.
    system_namespace, gpu_namespace: what the platform itself keeps and runs, and where NVIDIA's DaemonSets run.
    ingress_class: of the gateway.
    service_ranges: addresses of its Services (`--service-cluster-ip-range`); kubeadm's default when left out.
    api_server: further addresses of its API server, such as a managed one's endpoint, closed to sandboxes (E2).
    scheduler: whose profile places tenants' pods: "tenantplane" where a scheduler with D3's profile runs, as in every
    local cluster; "default-scheduler" elsewhere.
    databases: which PostgreSQL its tenants' databases are on: "local" for the server that localcloud runs beside it,
    "cloudnative-pg" for the one of `database_server` in it; none when left out.
    database_server: size and class of that server (F2).
    storage: how volumes are made; tenants' claims name any class, or none, when left out (F4).
    front_door: whose tokens its gateway takes; needed, and of use, with "envoy-gateway" only (B3).
    mesh: which mesh its services are in; needed, and of use, with "istio" only (E3).
    alerts: how alerts leave it; needed, and of use, with "prometheus-operator" only.
    addons: what runs in it besides Kubernetes, with its CustomResourceDefinitions: "agent-sandbox" for sandboxes (C5),
    "calico-policy" where Calico enforces policies, for guard-rails above those of a tenant (E2), "cloudnative-pg" for
    PostgreSQL (F2), "gateway-api" and "envoy-gateway" for a gateway that verifies tokens (B2, B3), "istio" for mutual
    TLS between services (E3), "kueue" for queues of Jobs (D1), "prometheus-operator" for monitoring (G1), "tetragon"
    where it watches processes (G5), "volume-snapshots" for copies of volumes, where `storage` is (F4).
    """

    name: Name
    provider: Literal["localcloud", "kubeconfig", "eks"]
    eks: EksCluster | None = Field(default=None, validate_default=True)
    aurora: Aurora | None = None
    kubeconfig: Path_ | None = Field(default=None, validate_default=True)
    context: str | None = None
    region: Name
    stands_in_for: Annotated[tuple[Name, ...], Distinct] = ()
    stands_by_for: Annotated[tuple[Name, ...], Distinct] = ()
    lost: Flag = False
    tiers: Annotated[tuple[Name, ...], Distinct, Field(min_length=1)]
    shards: Shards = 1
    node_pools: Annotated[tuple[NodePool, ...], Field(min_length=1)]
    images: PlatformImages = PlatformImages()
    gateway_namespace: Name = "tenantplane-gateway"
    database_namespace: Name = "tenantplane-data"
    system_namespace: Name = "tenantplane-system"
    gpu_namespace: Name = "tenantplane-gpu"
    ingress_class: Name = "tenantplane"
    service_ranges: Annotated[tuple[AddressRange, ...], Distinct, Field(min_length=1)] = ("10.96.0.0/12",)
    api_server: Annotated[tuple[AddressRange, ...], Distinct] = ()
    scheduler: Literal["default-scheduler", "tenantplane"] = "default-scheduler"
    databases: Literal["local", "cloudnative-pg"] | None = Field(default=None, validate_default=True)
    database_server: DatabaseServer | None = Field(default=None, validate_default=True)
    storage: ClusterStorage | None = None
    alerts: AlertMail | None = None
    front_door: FrontDoor | None = None
    addons: Annotated[tuple[Addon, ...], Distinct] = ()
    mesh: ClusterMesh | None = Field(default=None, validate_default=True)

    @field_validator("kubeconfig")
    @classmethod
    def _kubeconfig_by_provider(cls, value: str | None, info: ValidationInfo) -> str | None:
        provider = info.data.get("provider")
        if provider == "kubeconfig" and value is None:
            raise refuse("provider kubeconfig names no kubeconfig", "the path of a kubeconfig file")
        if provider in ("localcloud", "eks") and value is not None:
            raise refuse(f"provider {provider} makes its own kubeconfig", "no kubeconfig")
        return value

    @field_validator("eks")
    @classmethod
    def _eks_by_provider(cls, value: EksCluster | None, info: ValidationInfo) -> EksCluster | None:
        provider = info.data.get("provider")
        if provider == "eks" and value is None:
            raise refuse("provider eks without eks, which says its version", "eks with version, addons, images, admins")
        if provider in ("localcloud", "kubeconfig") and value is not None:
            raise refuse(f"eks, and the provider is {provider}", "provider eks")
        return value

    @field_validator("aurora")
    @classmethod
    def _aurora_by_provider(cls, value: Aurora | None, info: ValidationInfo) -> Aurora | None:
        if value is not None and info.data.get("provider") in ("localcloud", "kubeconfig"):
            raise refuse(f"aurora, and the provider is {info.data['provider']}", "provider eks")
        return value

    @field_validator("databases")
    @classmethod
    def _local_databases_by_provider(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value == "local" and info.data.get("provider") in ("kubeconfig", "eks"):
            raise refuse("databases local, and the cluster is not of this machine", "no databases")
        if value is not None and info.data.get("aurora") is not None:
            raise refuse(f"databases {value}, and aurora, which has them already", "one of the two")
        return value

    @field_validator("database_server")
    @classmethod
    def _server_where_one_runs(cls, value: DatabaseServer | None, info: ValidationInfo) -> DatabaseServer | None:
        own = info.data.get("databases") == "cloudnative-pg"
        if own and value is None:
            raise refuse("databases cloudnative-pg without a server", "database_server with volume and volume_class")
        if value is not None and "databases" in info.data and not own:
            raise refuse("a database server that nobody uses", "databases: cloudnative-pg")
        images = info.data.get("images")
        if own and images is not None and (images.postgresql is None or images.pgbouncer is None):
            raise refuse("databases cloudnative-pg without its images", "images with postgresql and pgbouncer")
        return value

    @field_validator("addons")
    @classmethod
    def _databases_have_their_operator(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("databases") == "cloudnative-pg" and "cloudnative-pg" not in value:
            raise refuse("databases cloudnative-pg without its operator", "addons with cloudnative-pg")
        return value

    @field_validator("addons")
    @classmethod
    def _alerts_leave(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "prometheus-operator" in value and info.data.get("alerts") is None:
            raise refuse("prometheus-operator without alerts: nobody is told", "alerts with on_call, sender, smarthost")
        return value

    @field_validator("storage")
    @classmethod
    def _key_of_its_region(cls, value: ClusterStorage | None, info: ValidationInfo) -> ClusterStorage | None:
        region = info.data.get("region")
        if value is not None and value.key is not None and region is not None and value.region_of_key != region:
            raise refuse(f"the key is of {value.region_of_key}, the cluster of {region}", f"a key of {region}")
        return value

    @field_validator("addons")
    @classmethod
    def _copies_have_a_driver(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "volume-snapshots" in value and "storage" in info.data and info.data["storage"] is None:
            raise refuse("volume-snapshots without storage: nothing makes volumes", "storage with a driver")
        return value

    @field_validator("addons")
    @classmethod
    def _tokens_are_verified(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known = "front_door" in info.data  # one that is wrong is told of by itself
        if "envoy-gateway" in value and known and info.data["front_door"] is None:
            raise refuse("envoy-gateway without front_door: no token could be verified", "front_door with issuer, keys")
        if "envoy-gateway" in value and "gateway-api" not in value:
            raise refuse("envoy-gateway without gateway-api, whose kinds it serves", "gateway-api, envoy-gateway")
        return value

    @field_validator("mesh")
    @classmethod
    def _the_mesh_has_a_name(cls, value: ClusterMesh | None, info: ValidationInfo) -> ClusterMesh | None:
        if "addons" in info.data and ("istio" in info.data["addons"]) != (value is not None):
            told = "istio without mesh" if value is None else "a mesh without the addon istio"
            raise refuse(f"{told}: nobody has an identity", "mesh with a name, and istio among addons")
        return value

    def model_post_init(self, _context: Any, /) -> None:
        for pool in self.node_pools:
            pool._region = self.region  # its nodes' region label is the cluster's

    def have_runtimes(self, runtimes: Iterable[Runtime]) -> None:
        """Tell the pools which runtimes their nodes have, those that name their kind and, on EKS, that their machines
        can run; said by the nodes' labels."""
        known = tuple(runtimes)
        for pool in self.node_pools:
            on_it = [runtime for runtime in known if runtime.is_on(pool.kind, gpu=pool.gpu is not None)]
            made = runtimes_on(pool, on_it, self.eks) if self.eks is not None else on_it
            pool._runtimes = tuple(runtime.id for runtime in made)

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions whose tenants it can hold."""
        return (self.region, *self.stands_in_for)

    @property
    def has_databases(self) -> bool:
        """Whether its tenants have databases, wherever their server is (F1)."""
        return self.databases is not None or self.aurora is not None

    @property
    def has_reachable_databases(self) -> bool:
        """Whether `fleet` runs its tenants' SQL: beside it, or on Aurora. With CloudNativePG Jobs in it do."""
        return self.databases == "local" or self.aurora is not None

    @property
    def has_sandboxes(self) -> bool:
        """Whether agent sandboxes can be made in it (C5)."""
        return "agent-sandbox" in self.addons

    @property
    def has_guard_rails(self) -> bool:
        """Whether Calico's tiers can be made in it (E2)."""
        return "calico-policy" in self.addons

    @property
    def has_queues(self) -> bool:
        """Whether Jobs wait in queues in it (D1)."""
        return "kueue" in self.addons

    @property
    def has_snapshots(self) -> bool:
        """Whether volumes can be copied in it (F4)."""
        return "volume-snapshots" in self.addons

    @property
    def has_monitoring(self) -> bool:
        """Whether the Prometheus operator runs in it (G1)."""
        return "prometheus-operator" in self.addons

    @property
    def has_signatures(self) -> bool:
        """Whether Sigstore's policy controller verifies signatures of images in it (G7)."""
        return "policy-controller" in self.addons

    @property
    def has_detection(self) -> bool:
        """Whether Tetragon watches what runs in it (G5)."""
        return "tetragon" in self.addons

    @property
    def has_gateway(self) -> bool:
        """Whether Envoy Gateway runs in it and verifies tokens (B3)."""
        return "envoy-gateway" in self.addons

    @property
    def has_scaling_metrics(self) -> bool:
        """Whether autoscalers have metrics of Prometheus in it (C9)."""
        return self.has_monitoring and self.images.metrics_adapter is not None

    def pools(self, kind: str) -> tuple[NodePool, ...]:
        """Its pools of a kind."""
        return tuple(pool for pool in self.node_pools if pool.kind == kind)
