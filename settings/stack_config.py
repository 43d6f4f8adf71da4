"""Configuration of a stack: which environment, layer, cluster and shard it holds (design: Layers)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from settings import names
from settings.cluster import Cluster

STATE_VARIABLE = "TENANTPLANE_STATE"
STATE_FOLDER = ".localcloud"
LAYERS = ("all", "foundation", "entrances", "platform", "tenants")


class StackConfigError(Exception):
    """The configuration cannot be used. `problems` holds one line for each mistake, with what would be right."""

    problems: tuple[str, ...]

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def _environment(value: Any) -> str:
    if not isinstance(value, str) or not names.is_environment(value):
        raise ValueError(f"{value!r} is not an environment; allowed: 2 to 16 lower-case letters and digits")
    return value


def _shard(value: Any) -> Any:
    # The engine hands every configuration value over as text.
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    return value


class StackConfig(BaseModel):
    """Configuration `tenantplane:*` of a stack.

    environment: names catalog/topology/<environment>.yaml. catalog: folder of the catalogue, relative to the project;
    default "catalog". layer: "foundation" (what clusters of a region at AWS stand on), "entrances" (the names of the
    clusters there), "platform" (what a cluster has once), "tenants" (those of one shard) or "all" (the last two; the
    default). region: of the foundation. cluster: the only one of the environment when left out. shard: 0 up to the
    cluster's shards - 1; every tenant of the cluster when left out. kubeconfig, context: replace those of the topology.
    leaving: a tenant that is on another cluster now and is to be off-boarded from here; `python -m fleet move` sets it
    for one update.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    environment: Annotated[str, BeforeValidator(_environment)]
    catalog: Annotated[str, Field(min_length=1)] = "catalog"
    layer: Literal["all", "foundation", "entrances", "platform", "tenants"] = "all"
    region: Annotated[str, Field(min_length=1)] | None = None
    cluster: Annotated[str, Field(min_length=1)] | None = None
    shard: Annotated[int, BeforeValidator(_shard), Field(ge=0, le=63, strict=True)] | None = None
    leaving: Annotated[str, Field(min_length=1)] | None = None
    kubeconfig: Annotated[str, Field(min_length=1)] | None = None
    context: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _shard_of_tenants(self) -> "StackConfig":
        if self.shard is not None and not self.has_tenants:
            raise ValueError(f"shard is set on layer {self.layer}, which has none; allowed: layer tenants, or no shard")
        if self.is_of_the_cloud and self.cluster is not None:
            raise ValueError(f"cluster is set on layer {self.layer}, which is of many; allowed: no cluster")
        if (self.region is None) == (self.layer == "foundation"):
            raise ValueError("region goes with layer foundation, and with it alone; allowed: both or neither")
        return self

    @property
    def is_of_the_cloud(self) -> bool:
        """Whether the stack holds what clusters stand on, and nothing in them."""
        return self.layer in ("foundation", "entrances")

    @property
    def has_platform(self) -> bool:
        """Whether the stack holds what its cluster has once."""
        return self.layer in ("all", "platform")

    @property
    def has_tenants(self) -> bool:
        """Whether the stack holds tenants."""
        return self.layer in ("all", "tenants")


def parse_stack_config(values: Mapping[str, Any]) -> StackConfig:
    """The configuration of a stack from its plain values, as text; keys without the project's name.

    Errors: StackConfigError with every mistake, a line each.
    """
    try:
        return StackConfig.model_validate(dict(values))
    except ValidationError as error:
        raise StackConfigError(tuple(_line(each) for each in error.errors())) from None


def _line(error: Any) -> str:
    """One mistake in our words."""
    key = ".".join(str(part) for part in error["loc"])
    said = {
        "missing": f"is not set; set it with `pulumi config set tenantplane:{key} VALUE`",
        "extra_forbidden": f"is not known; allowed: {', '.join(StackConfig.model_fields)}",
        "literal_error": f"is not a layer; allowed: {', '.join(LAYERS)}",
        "string_too_short": "is empty",
        "greater_than_equal": "is not a shard; allowed: 0 to 63",
        "less_than_equal": "is not a shard; allowed: 0 to 63",
        "int_type": "is not a shard; allowed: 0 to 63",
        "value_error": str(error.get("ctx", {}).get("error")),
    }
    where = f"tenantplane:{key}: " if key else ""
    return where + str(said.get(error["type"], error["msg"]))


def missing(cluster: Cluster, config: StackConfig) -> str:
    """What helps where a cluster has no kubeconfig, to be added to the message that says so."""
    if cluster.provider == "localcloud":
        return f"; start it with `python -m localcloud start {cluster.name}`"
    if cluster.provider != "eks":
        return ""
    of = config.environment
    return (
        f"; if it was deleted: `python -m fleet refresh {of}`, which takes note of that, then `python -m fleet up {of} "
        f"--all`; on an account `aws eks update-kubeconfig --name {names.cloud(of, cluster.name)}` writes one"
    )


def kubeconfig_path(cluster: Cluster, config: StackConfig, environment: Mapping[str, str], root: Path) -> Path:
    """The kubeconfig file of a cluster: the stack's own, else the topology's, else that of the local control plane,
    which is also behind a cluster of EKS where AWS is on this machine.

    environment: the process's variables; TENANTPLANE_STATE moves the folder of the local clusters. root: the project's
    folder, which relative paths start at. `~` is the user's home.
    """
    given = config.kubeconfig or cluster.kubeconfig
    if given is None:
        state = environment.get(STATE_VARIABLE) or STATE_FOLDER
        name = names.cloud(config.environment, cluster.name) if cluster.provider == "eks" else cluster.name
        given = str(Path(state) / "clusters" / name / "kubeconfig")
    return root / Path(given).expanduser()
