"""An autoscaler never asks for more pods than the quota admits (C9)."""

from dataclasses import replace

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from components.workloads.service import autoscaler
from settings import Compute, ResolvedSandboxes, ResolvedWorkload, TenantPlan, Workload, plan_tenants
from settings.quantities import parse_bytes, parse_cpu
from settings.tenant import ReplicaBounds
from tests.unit.components.local_stack import AUTOSCALER, catalogue, local_stack, plan

IMAGE = "registry.example/app@sha256:" + "0" * 64
cpus = st.integers(min_value=10, max_value=4000)
memories = st.integers(min_value=1 << 20, max_value=8 << 30)


def compute(cpu_m: int, memory_bytes: int) -> Compute:
    return Compute.model_validate({"cpu": f"{cpu_m}m", "memory": str(memory_bytes)})


@st.composite
def workloads(draw: st.DrawFn) -> tuple[Workload, ...]:
    made: list[Workload] = []
    for index in range(draw(st.integers(min_value=1, max_value=4))):
        cpu, memory, least = draw(cpus), draw(memories), draw(st.integers(min_value=1, max_value=3))
        made.append(
            Workload(
                name=f"app-{index}",
                kind=draw(st.sampled_from(["agent-sessions", "homework-correction"])),
                image=IMAGE,
                replicas=ReplicaBounds(min=least, max=draw(st.integers(min_value=least, max_value=20))),
                requests=compute(cpu, memory),
                limits=compute(cpu * draw(st.integers(1, 3)), memory * draw(st.integers(1, 3))),
            )
        )
    return tuple(made)


def used_at_most(made: TenantPlan) -> dict[str, int]:
    """What all workloads and sandboxes use together when each autoscaler is at its end, pod overhead included, surge
    not."""
    total = dict.fromkeys(("requests.cpu", "limits.cpu", "requests.memory", "limits.memory", "pods"), 0)
    counted: list[tuple[ResolvedWorkload | ResolvedSandboxes, int]] = [
        (each, autoscaler(each)["max_replicas"]) for each in made.workloads
    ]
    if made.sandboxes is not None:
        counted.append((made.sandboxes, made.sandboxes.max_warm))
    for each, count in counted:
        extra = each.runtime.overhead if each.runtime else None
        cpu, memory = (extra.cpu_m, extra.memory_bytes) if extra else (0, 0)
        total["requests.cpu"] += count * (each.requests.cpu_m + cpu)
        total["limits.cpu"] += count * (each.limits.cpu_m + cpu)
        total["requests.memory"] += count * (each.requests.memory_bytes + memory)
        total["limits.memory"] += count * (each.limits.memory_bytes + memory)
        total["pods"] += count
    return total


def fits(made: TenantPlan) -> bool:
    hard = made.quota.hard()
    used = used_at_most(made)
    return (
        used["requests.cpu"] <= parse_cpu(hard["requests.cpu"])
        and used["limits.cpu"] <= parse_cpu(hard["limits.cpu"])
        and used["requests.memory"] <= parse_bytes(hard["requests.memory"])
        and used["limits.memory"] <= parse_bytes(hard["limits.memory"])
        and used["pods"] <= int(hard["pods"])
    )


@settings(max_examples=200)
@given(workloads=workloads(), tenant=st.sampled_from([each.id for each in catalogue().tenants]))
def test_all_autoscalers_at_their_end_fit_the_quota(workloads: tuple[Workload, ...], tenant: str) -> None:
    try:
        made = plan(tenant, workloads=workloads, lifecycle="active", isolation="namespace")
    except ValueError:
        reject()  # not even the least fits; the loader refuses that with a message of its own
    assert fits(made)
    for each, asked in zip(made.workloads, workloads, strict=True):
        bounds = autoscaler(each)
        assert asked.replicas.min == bounds["min_replicas"] <= bounds["max_replicas"] <= asked.replicas.max


def test_the_property_can_fail() -> None:
    made = plan("hedgehog-cli")
    (workload,) = made.workloads
    assert fits(made)
    assert not fits(replace(made, workloads=(replace(workload, max_replicas=workload.max_replicas + 3),)))


def test_every_service_of_the_catalogue_scales_at_70_percent_of_cpu() -> None:
    active = [workload for each in plan_tenants(catalogue()) if each.active for workload in each.workloads]
    scalers = local_stack().of(AUTOSCALER)
    found = [each for each in scalers if each.inputs["spec"]["scaleTargetRef"]["kind"] == "Deployment"]
    assert len(found) == len(active)
    for each in found:
        (metric,) = each.inputs["spec"]["metrics"]
        assert metric["resource"] == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
        assert 1 <= each.inputs["spec"]["minReplicas"] <= each.inputs["spec"]["maxReplicas"]
