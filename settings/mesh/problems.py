"""What clusters that give the name of one mesh say about each other (E3, H3)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from settings.problems import Problem, listed
from settings.sources import entries, items
from settings.yaml_source import Document, YamlPath


def mesh_problems(document: Document) -> Iterator[Problem]:
    """A mesh over two tiers, or over clusters that do not know where the others are."""
    members: dict[str, list[tuple[YamlPath, dict[str, Any]]]] = defaultdict(list)
    for at, cluster in items(document, ("clusters",)):
        mesh = cluster.get("mesh")
        if isinstance(mesh, dict) and isinstance(mesh.get("name"), str):
            members[mesh["name"]].append((at, cluster))
    for name, joined in members.items():
        first = joined[0][1]
        wanted = set(map(str, entries(first.get("tiers"))))
        for at, cluster in joined[1:]:
            if set(map(str, entries(cluster.get("tiers")))) != wanted:
                what = f"mesh {name!r} joins clusters {first.get('name')!r} and {cluster.get('name')!r} of other tiers"
                yield document.problem((*at, "mesh", "name"), what, f"a mesh of the tiers {listed(wanted)} alone")
        for at, cluster in joined if len(joined) > 1 else ():
            if not entries(cluster["mesh"].get("addresses")):
                others = listed(str(each.get("name")) for _, each in joined if each is not cluster)
                what = f"mesh {name!r}: {others} cannot tell where cluster {cluster.get('name')!r} is"
                yield document.problem((*at, "mesh"), what, "addresses, of its east-west gateway and its callers")
