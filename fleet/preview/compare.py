"""Two renderings of a stack, compared as the engine would compare a state with a program (I2)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from fleet.events import PLATFORM, TENANT_TYPE, Change, Op, type_of
from fleet.preview.danger import UNPROTECTED
from fleet.preview.masking import masked
from fleet.preview.offline_provider import Difference, OfflineProviders

Registered = Mapping[str, Any]
"""One resource, as fleet/preview/rendering.py has it."""

_PROVIDER: Final = "pulumi:providers:"


def compare(before: Sequence[Registered], after: Sequence[Registered], providers: OfflineProviders) -> list[Change]:
    """What turns one rendering into the other, in the program's order and what goes last.

    A resource is the same when its URN is, or was by one of its aliases; a component is compared by being there.
    Raises FleetError for inputs that a provider refuses.
    """
    return list(_Comparison(before, after, providers).changes())


class _Comparison:
    def __init__(self, before: Sequence[Registered], after: Sequence[Registered], providers: OfflineProviders) -> None:
        self._before = {each["urn"]: each for each in before}
        self._after = {each["urn"]: each for each in after}
        self._providers = providers
        self._elsewhere: dict[tuple[str, str], bool] = {}

    def changes(self) -> Iterator[Change]:
        kept: set[str] = set()
        for urn, new in self._after.items():
            old = self._known(new)
            if old is None:
                yield self._change("create", {}, new, {})
                continue
            kept.add(old["urn"])
            if (change := self._between(urn, old, new)) is not None:
                yield change
        for urn, old in self._before.items():
            if urn not in kept:
                yield self._change("delete", old, {}, {})

    def _known(self, new: Registered) -> Registered | None:
        """The resource as it was, by its URN or an alias."""
        return next((self._before[urn] for urn in (new["urn"], *new["aliases"]) if urn in self._before), None)

    def _between(self, urn: str, old: Registered, new: Registered) -> Change | None:
        if not new["custom"]:
            return None
        made = self._difference(urn, old, new)
        paths = dict(made.paths)
        replaced = made.replaced
        if self._is_led_elsewhere(old["provider"], new["provider"]):
            # Another cluster is not this one changed: the engine makes everything there and deletes it here.
            paths["provider"], replaced = "update-replace", True
        for path in paths:
            if any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in new["replaced_on"]):
                paths[path], replaced = "update-replace", True
        if old["protect"] and not new["protect"]:
            paths[UNPROTECTED] = "update"
        if not paths and not replaced:
            return None
        old, new = {**old, "inputs": made.before}, {**new, "inputs": made.after}
        return self._change("replace" if replaced else "update", old, new, paths)

    def _difference(self, urn: str, old: Registered, new: Registered) -> Difference:
        if old["inputs"] == new["inputs"]:
            return Difference(paths={}, replaced=False, before=old["inputs"], after=new["inputs"])
        before, after = old["inputs"], new["inputs"]
        if new["type"].startswith(_PROVIDER):
            return self._providers.compare_settings(urn, before, after)
        settings = self._after.get(new["provider"], {}).get("inputs", {})
        return self._providers.compare(urn, before, after, settings, new["ignored"])

    def _is_led_elsewhere(self, old: str, new: str) -> bool:
        """Whether a resource's provider now leads to another place."""
        if (old, new) not in self._elsewhere:
            before, after = self._before.get(old), self._after.get(new)
            led = before is not None and after is not None and before["inputs"] != after["inputs"]
            if led and before is not None and after is not None:
                led = self._providers.compare_settings(new, before["inputs"], after["inputs"]).replaced
            self._elsewhere[old, new] = led
        return self._elsewhere[old, new]

    def _change(self, op: Op, old: Registered, new: Registered, paths: Mapping[str, str]) -> Change:
        shown = new or old
        return Change(
            op=op,
            urn=shown["urn"],
            tenant=self._tenant_of(shown, self._after if new else self._before),
            paths=paths,
            old=masked(shown["type"], old.get("inputs", {})),
            new=masked(shown["type"], new.get("inputs", {})),
            protected=bool(old.get("protect")),
            retained=bool(old.get("retain")),
        )

    @staticmethod
    def _tenant_of(resource: Registered, side: Mapping[str, Registered]) -> str:
        """Whose it is: by its label (B1) or tag, else by the Tenant component it lies in."""
        inputs = resource["inputs"]
        metadata = inputs.get("metadata")
        labels = metadata.get("labels") if isinstance(metadata, dict) else None
        for marks in (labels, inputs.get("tags")):
            if isinstance(marks, dict) and isinstance(marks.get("tenant"), str):
                return str(marks["tenant"])
        at: Registered | None = resource
        while at is not None:
            if type_of(at["urn"]) == TENANT_TYPE:
                return str(at["name"])
            at = side.get(at["parent"])
        return PLATFORM
