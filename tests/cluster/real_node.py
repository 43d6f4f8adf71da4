"""Pods of tenants on the real node: those of the stack, with another image and what chooses the node."""

import copy
import re
from typing import Any

from localcloud.realnode import REAL_LABEL, RealNode
from tests.cluster.acting import Answer, Caller
from tests.polling import until

SMALL = {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": "500m", "memory": "128Mi"}}
CHOSEN = {"key": REAL_LABEL, "operator": "Equal", "value": "true", "effect": "NoSchedule"}
_OVER = ("Succeeded", "Failed")


def pods(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/pods"


def template(caller: Caller, namespace: str, deployment: str) -> dict[str, Any]:
    """Labels and pod spec of a Deployment that the stack has applied, without the replicas' spreading over nodes and
    regions, of which this machine is in none but one."""
    found = caller.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}")["spec"]["template"]
    spec = copy.deepcopy(found["spec"])
    spec.pop("topologySpreadConstraints", None)
    spec["nodeSelector"] = {**spec.get("nodeSelector", {}), REAL_LABEL: "true"}
    spec["tolerations"] = [*spec.get("tolerations", []), CHOSEN]
    return {"metadata": {"labels": dict(found["metadata"]["labels"])}, "spec": spec}


def with_script(
    base: dict[str, Any], image: str, script: str, resources: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The template running a script of the image `tools`, once. What it listens on and is asked for is left out."""
    made = copy.deepcopy(base)
    made["spec"] |= {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0}
    (container,) = made["spec"]["containers"]
    for probe in ("readinessProbe", "livenessProbe", "ports"):
        container.pop(probe, None)
    container |= {"image": image, "command": ["sh", "-c", script], "resources": resources or SMALL}
    made["metadata"]["labels"].pop("app", None)  # its Service and budget are not for this pod
    return made


def without(base: dict[str, Any], volume: str) -> None:
    """Take a volume out of the template, wherever it is mounted."""
    held = [each for each in base["spec"]["volumes"] if each["name"] != volume]
    assert len(held) == len(base["spec"]["volumes"]) - 1, f"the workload has no volume {volume!r}"
    base["spec"]["volumes"] = held
    for container in base["spec"]["containers"]:
        container["volumeMounts"] = [each for each in container["volumeMounts"] if each["name"] != volume]


def pod(name: str, base: dict[str, Any]) -> dict[str, Any]:
    """A Pod of a template."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, **base["metadata"]}, "spec": base["spec"]}


def ended(caller: Caller, namespace: str, name: str) -> dict[str, Any]:
    """Status of the pod's only container, once it is over."""
    path = f"{pods(namespace)}/{name}"
    try:
        until(lambda: caller.get(path)["status"].get("phase") in _OVER, f"{name} of {namespace} is over")
    except AssertionError as error:
        raise AssertionError(f"{error}: {state(caller, path)}") from None
    (status,) = caller.get(path)["status"]["containerStatuses"]
    return dict(status["state"]["terminated"])


def running(caller: Caller, namespace: str, name: str) -> str:
    """Address of a pod, once it is ready."""

    def ready() -> str | None:
        status = caller.get(f"{pods(namespace)}/{name}")["status"]
        true = {each["type"] for each in status.get("conditions", ()) if each["status"] == "True"}
        return str(status["podIP"]) if "Ready" in true else None

    return str(until(ready, f"{name} of {namespace} is ready"))


def log(caller: Caller, namespace: str, name: str) -> str:
    """What the pod's container has written, by way of the API server and the kubelet."""
    answer: Answer = caller.ask("GET", f"{pods(namespace)}/{name}/log")
    assert answer.status == 200, answer.message
    return answer.message


def state(caller: Caller, path: str) -> str:
    """For a message: what a pod is waiting for, and the last of what it wrote."""
    status = caller.get(path)["status"]
    written = caller.ask("GET", f"{path}/log?tailLines=5").message
    return re.sub(r"\s+", " ", f"{status.get('conditions')} {status.get('containerStatuses')} {written!r}")


def placed(caller: Caller, namespace: str, name: str, node: RealNode) -> bool:
    """Whether the scheduler has put a pod on the real node."""
    return bool(caller.get(f"{pods(namespace)}/{name}")["spec"].get("nodeName") == node.name)
