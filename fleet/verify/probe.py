"""The two kinds of probe: a request with one thing flipped, and a look at what the API server holds (I4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fleet.verify.refuser import Refuser, asked_last
from fleet.verify.request import Answer, Request, Who

if TYPE_CHECKING:
    from fleet.verify.live import Live
    from fleet.verify.place import Place, Site


@dataclass(frozen=True, kw_only=True)
class Flip:
    """A request that has to be refused, and its compliant twin.

    id: names it among those of a tenant. control: id in the table of controls. title: what is tried. who: tries it.
    twin: passes, by the same one or by twin_by; it differs from flip in one thing. by, words: what has to refuse the
    flip, and a part of the reason in its own words.
    """

    id: str
    control: str
    title: str
    who: Who
    twin: Request
    twin_by: Who | None = None
    flip: Request
    by: Refuser
    words: str

    def twin_refused(self, answer: Answer) -> str | None:
        """What is wrong with the answer to the twin; None when it is allowed."""
        if answer.status < 300 or asked_last(answer):
            return None
        return f"its compliant twin is refused with {answer.status}: {answer.message}"

    def not_refused(self, answer: Answer) -> str | None:
        """What is wrong with the answer to the flip; None when it is the right refusal."""
        if answer.status < 400:
            return f"admitted with {answer.status}"
        if not self.by.refused(answer):
            return f"not refused by {self.by.name} but with {answer.status}: {answer.message}"
        return None if self.words in answer.message else f"refused by {self.by.name} otherwise: {answer.message}"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the objects of a tenant's namespace have to be. wrong: a line for each thing that is not. about: whether it
    concerns the place."""

    id: str
    control: str
    title: str
    wrong: "Callable[[Place, Live], Iterable[str]]"
    about: "Callable[[Place], bool]" = lambda _: True


@dataclass(frozen=True, kw_only=True)
class WideLook:
    """What the objects of a whole cluster have to be, asked once. The rest as of Look."""

    id: str
    control: str
    title: str
    wrong: "Callable[[Site, Live], Iterable[str]]"
    about: "Callable[[Site], bool]" = lambda _: True
