"""Jobs in queues: made as a tenant makes them, watched, and told to end (D1)."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from tests.cluster.acting import Caller, pod
from tests.polling import until

HOLD = "tenantplane.dev/hold"
"""Annotation of a pod of a Job which the simulated nodes run until it is taken away."""
OVERHEAD_M = 50
"""Of a pod in gVisor, which is what acting.pod makes."""
QUEUE = "kueue.x-k8s.io/queue-name"
PRIORITY = "kueue.x-k8s.io/priority-class"
KUEUE = "/apis/kueue.x-k8s.io/v1beta2"


def jobs(namespace: str) -> str:
    """Path of a namespace's Jobs."""
    return f"/apis/batch/v1/namespaces/{namespace}/jobs"


def job(
    name: str,
    cpu_m: int = 100,
    *,
    pods: int = 1,
    gpus: Mapping[str, str] | None = None,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """A Job that every tenant may run, whose pods go on until they are told to end.

    cpu_m: millicores that a pod counts for, its runtime's overhead included. spec: of its pods, on top.
    """
    template = pod(name, **spec)["spec"]
    template["restartPolicy"] = "Never"
    amounts = {"cpu": f"{cpu_m - OVERHEAD_M}m", "memory": "16Mi", **(gpus or {})}
    template["containers"][0]["resources"] = dict.fromkeys(("requests", "limits"), amounts)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": labels or {}},
        "spec": {
            "parallelism": pods,
            "completions": pods,
            "template": {"metadata": {"annotations": {HOLD: "yes", **(annotations or {})}}, "spec": template},
        },
    }


class Queued:
    """The Jobs of one namespace, as somebody there and as the administrator."""

    def __init__(self, admin: Caller, namespace: str, person: Caller | None = None) -> None:
        self.namespace = namespace
        self._admin, self._person = admin, person or admin

    def submit(self, *every: dict[str, Any]) -> None:
        for each in every:
            self._person.create(jobs(self.namespace), each)

    def read(self, name: str) -> dict[str, Any]:
        return self._admin.get(f"{jobs(self.namespace)}/{name}")

    def waits(self, name: str) -> bool:
        return bool(self.read(name)["spec"]["suspend"])

    def running(self) -> set[str]:
        """Names of the Jobs that were released and have not ended."""
        found = self._admin.get(jobs(self.namespace))["items"]
        return {
            each["metadata"]["name"]
            for each in found
            if not each["spec"]["suspend"] and not each["status"].get("completionTime")
        }

    def pods(self, name: str) -> list[dict[str, Any]]:
        """Pods of a Job that are not about to go."""
        path = f"/api/v1/namespaces/{self.namespace}/pods?labelSelector=batch.kubernetes.io/job-name={name}"
        return [each for each in self._admin.get(path)["items"] if "deletionTimestamp" not in each["metadata"]]

    def workload(self, name: str) -> dict[str, Any] | None:
        """The Workload of a Job, once it has one."""
        uid = self.read(name)["metadata"]["uid"]
        path = f"{KUEUE}/namespaces/{self.namespace}/workloads?labelSelector=kueue.x-k8s.io/job-uid={uid}"
        return next(iter(self._admin.get(path)["items"]), None)

    def until_running(self, *names: str) -> None:
        """Until exactly these Jobs run, each with all of its pods."""
        until(lambda: self.running() == set(names), f"exactly {sorted(names)} are released in {self.namespace}")
        for name in names:
            until(partial(self._all_run, name), f"the pods of {name} run")

    def _all_run(self, name: str) -> bool:
        phases = [each["status"]["phase"] for each in self.pods(name)]
        return phases == ["Running"] * self.read(name)["spec"]["parallelism"]

    def until_refused_room(self, name: str) -> str:
        """Until the queue has looked at a Job and found no room; what it says."""

        def said() -> str:
            conditions = ((self.workload(name) or {}).get("status") or {}).get("conditions") or []
            reserved = next((each for each in conditions if each["type"] == "QuotaReserved"), {"status": "True"})
            return str(reserved["message"]) if reserved["status"] == "False" else ""

        return until(said, f"the queue has looked at {name}")

    def end(self, *names: str) -> None:
        """Let Jobs complete."""
        for name in names:
            for each in self.pods(name):
                path = f"/api/v1/namespaces/{self.namespace}/pods/{each['metadata']['name']}"
                self._admin.patch(path, {"metadata": {"annotations": {HOLD: None}}})
        until(lambda: self.completed(names), f"{names} complete")

    def completed(self, names: Iterable[str]) -> bool:
        return all(
            self.read(name)["status"].get("succeeded") == self.read(name)["spec"]["completions"] for name in names
        )

    def clear(self) -> None:
        """Delete every Job and wait until their pods and Workloads are gone."""
        self._admin.ask("DELETE", jobs(self.namespace), {"propagationPolicy": "Background"})
        of_jobs = f"/api/v1/namespaces/{self.namespace}/pods?labelSelector=batch.kubernetes.io/job-name"
        workloads = f"{KUEUE}/namespaces/{self.namespace}/workloads"
        until(
            lambda: not self._admin.get(of_jobs)["items"] and not self._admin.get(workloads)["items"],
            f"the Jobs of {self.namespace} are gone",
        )
