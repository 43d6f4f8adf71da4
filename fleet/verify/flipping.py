"""Asks flips of a live API server: each compliant twin once, then everything that differs from it in one thing."""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from fleet.verify.api import Api, UnansweredError
from fleet.verify.finding import FAILED, HELD, UNKNOWN, WORDS, Finding, State
from fleet.verify.place import Place
from fleet.verify.probe import Flip
from fleet.verify.probes import flips
from fleet.verify.request import Answer, Request, Who

Said = Answer | UnansweredError


@dataclass(frozen=True)
class Asked:
    """A flip of a place, and the answers to come."""

    place: Place
    flip: Flip
    twin: Future[Said]
    answer: Future[Said]


def ask_flips(places: Iterable[Place], api: Api, pool: Executor, only: Collection[str] = ()) -> Iterator[Finding]:
    """What all flips of these places find, in their order. only: ids of probes or controls; all when empty.

    Twins are asked before flips, and one that several flips have is asked once: a flip is judged by what differs.
    """
    chosen = [
        (place, flip)
        for place in places
        for flip in flips(place)
        if not only or flip.id in only or flip.control in only
    ]
    twins: dict[tuple[str, Who, Request], Future[Said]] = {}
    for place, flip in chosen:
        who = flip.twin_by or flip.who
        key = (place.namespace, who, flip.twin)
        if key not in twins:
            twins[key] = pool.submit(_ask, api, place, who, flip.twin)
    asked = [
        Asked(
            place,
            flip,
            twins[place.namespace, flip.twin_by or flip.who, flip.twin],
            pool.submit(_ask, api, place, flip.who, flip.flip),
        )
        for place, flip in chosen
    ]
    for each in asked:
        yield _finding(each)


def _ask(api: Api, place: Place, who: Who, request: Request) -> Said:
    user, groups = place.identity(who)
    try:
        return api.ask(request, user, groups)
    except UnansweredError as error:
        return error


def _finding(asked: Asked) -> Finding:
    twin, answer = asked.twin.result(), asked.answer.result()
    state: State = HELD
    why = ""
    if isinstance(twin, UnansweredError) or isinstance(answer, UnansweredError):
        state, why = UNKNOWN, str(twin if isinstance(twin, UnansweredError) else answer)
    elif wrong := asked.flip.twin_refused(twin) or asked.flip.not_refused(answer):
        state, why = FAILED, wrong
    place, flip = asked.place, asked.flip
    return Finding(
        control=flip.control,
        probe=flip.id,
        title=flip.title,
        cluster=place.site.cluster.name,
        tenant=place.tenant,
        namespace=place.namespace,
        state=state,
        why=why[:WORDS],
    )
