"""Every rule of the pack, by what it is about."""

from collections import defaultdict
from typing import Final

from policies.aws import AWS, AWS_TOGETHER
from policies.kubernetes import KUBERNETES, KUBERNETES_TOGETHER
from policies.objects import KubernetesObject, Resource
from policies.rule import Rule

RULES: Final = tuple(sorted((*KUBERNETES, *AWS), key=lambda rule: rule.control.id))
"""Rules about one resource, in the order of their controls: that is the order in which a reviewer reads findings."""
STACK_RULES: Final = (*KUBERNETES_TOGETHER, *AWS_TOGETHER)
"""Rules about a whole stack."""

_BY_KIND: dict[str, list[Rule]] = defaultdict(list)
for _rule in RULES:
    for _kind in _rule.kinds:
        _BY_KIND[_kind].append(_rule)
_OF_ALL_OBJECTS: Final = [each for each in RULES if not each.kinds]


def rules_about(resource: Resource) -> list[Rule]:
    """The rules that a resource has to hold."""
    of_kind = _BY_KIND.get(resource.kind, [])
    return [*_OF_ALL_OBJECTS, *of_kind] if isinstance(resource, KubernetesObject) else of_kind
