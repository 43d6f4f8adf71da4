"""Who a pod is in a mesh: `spiffe://<trust domain>/ns/<namespace>/sa/<account>`, in its certificate (B1, E3)."""

from collections.abc import Iterable
from typing import Final

MESH_NAMESPACE: Final = "istio-system"
"""Root namespace of the mesh, and where istiod and the east-west gateway are. A policy in it holds everywhere."""


def trust_domain(mesh: str, domain: str) -> str:
    """Of one mesh, `<mesh>.mesh.<domain>`: other meshes of the environment, and other environments, have other ones,
    so that a namespace of the same name there is somebody else. Below the tenants' hosts, which have one label less.
    """
    return f"{mesh}.mesh.{domain}"


def principals(domain: str, namespaces: Iterable[str]) -> list[str]:
    """Everybody of these namespaces, in all clusters of the mesh.

    Never by a rule's `namespaces`, which takes a namespace of any trust domain; with the slash at the end of the name,
    or one whose name begins likewise would be taken too.
    """
    return [f"{domain}/ns/{each}/sa/*" for each in namespaces]
