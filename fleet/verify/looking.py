"""Looks at what was read of a cluster."""

from collections.abc import Callable, Collection, Iterable, Iterator

from fleet.verify.finding import FAILED, HELD, UNKNOWN, WORDS, Finding, State
from fleet.verify.live import Live
from fleet.verify.looks import LOOKS, WIDE
from fleet.verify.place import Place, Site
from fleet.verify.probe import Look, WideLook

SHOWN = 8
"""Things that are wrong of which a finding tells."""


def look(site: Site, places: Iterable[Place], live: Live, only: Collection[str] = ()) -> Iterator[Finding]:
    """What all looks find: those at the cluster, then those at each place."""
    for wide in WIDE:
        if chosen(wide, only) and wide.about(site):
            state, why = _judged(lambda each=wide: each.wrong(site, live))  # type: ignore[misc]
            yield Finding(
                control=wide.control, probe=wide.id, title=wide.title, cluster=site.cluster.name, state=state, why=why
            )
    for place in places:
        for one in LOOKS:
            if chosen(one, only) and one.about(place):
                state, why = _judged(lambda each=one, here=place: each.wrong(here, live))  # type: ignore[misc]
                yield Finding(
                    control=one.control, probe=one.id, title=one.title, cluster=site.cluster.name, tenant=place.tenant,
                    namespace=place.namespace, state=state, why=why,
                )  # fmt: skip


def chosen(probe: Look | WideLook, only: Collection[str]) -> bool:
    """Whether a probe is among those asked for."""
    return not only or probe.id in only or probe.control in only


def _judged(wrong: Callable[[], Iterable[str]]) -> tuple[State, str]:
    try:
        found = list(wrong())
    except (KeyError, TypeError, AttributeError) as error:
        return UNKNOWN, f"an object is not as it is known here: {type(error).__name__} {error}"
    if not found:
        return HELD, ""
    rest = f", and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return FAILED, ("; ".join(found[:SHOWN]) + rest)[:WORDS]
