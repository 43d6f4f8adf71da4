"""What the mesh's objects have to be: a rule that is wider, or one more of them, is refused by nobody (E3)."""

from collections.abc import Iterator

from components.network.tenant_mesh import NAME
from fleet.verify.live import Live
from fleet.verify.looks.comparing import differences
from fleet.verify.place import Place, Site
from settings.mesh import MESH_NAMESPACE
from settings.mesh.rules import CLOSED, DEFAULT, NOBODY, STRICT, tenant_authorization


def opening(place: Place, live: Live) -> Iterator[str]:
    """The tenant's own policy as its plan has it, and no other beside it, of whatever kind."""
    yield from _only(place.namespace, live, "AuthorizationPolicy", NAME, tenant_authorization(place.plan))
    yield from _only(place.namespace, live, "PeerAuthentication", None, {})


def everywhere(site: Site, live: Live) -> Iterator[str]:
    """Of what holds for all: STRICT, nobody let in, and nothing besides."""
    del site
    yield from _only(MESH_NAMESPACE, live, "PeerAuthentication", DEFAULT, STRICT)
    yield from _only(MESH_NAMESPACE, live, "AuthorizationPolicy", CLOSED, NOBODY)


def _only(namespace: str, live: Live, kind: str, name: str | None, spec: dict[str, object]) -> Iterator[str]:
    held = {each["metadata"]["name"]: each["spec"] for each in live.within(namespace, kind)}
    if name is not None and name not in held:
        yield f"there is no {kind} {name} in {namespace}"
    elif name is not None:
        yield from differences(spec, held[name], f"{kind} {name}: spec")
        if more := sorted(set(held[name]) - set(spec)):
            yield f"{kind} {name} has {', '.join(more)} besides"
    yield from (f"{kind} {each} in {namespace} is not the platform's" for each in sorted(set(held) - {name}))
