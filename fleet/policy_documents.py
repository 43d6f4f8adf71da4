"""Documents that name what has yet to be made, read all the same (I1).

A policy of AWS is one text, and a credential one secret value. As long as one ARN in it, or the password, is not
known, the engine knows nothing of it, and no rule can be asked. The program that writes it can be asked to do so with
stand-ins for the ids, ARNs and passwords of what it makes. Which actions and whose, with which conditions, and whose
user does not depend on these, and a stand-in is no wildcard.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fleet.policy import Asked, Verdict
from fleet.preview.renderable import Renderable
from fleet.preview.side_process import SideProcess
from fleet.stacks import Stack
from settings import Catalogue

if TYPE_CHECKING:
    from fleet.preview.findings import Judge

_DOCUMENT: Final = re.compile(r"not evaluated: (policy|inlinePolicies\.\d+\.policy|stringData) is not known ")


def about_a_document(verdict: Verdict) -> bool:
    """Whether a rule could not be asked because a policy of AWS or a credential is not known."""
    return verdict.outcome == "unevaluated" and _DOCUMENT.search(verdict.said) is not None


def with_documents_read(
    root: Path, catalogue: Catalogue, stacks: Sequence[Stack], asked: Sequence[Asked], on: date
) -> list[Asked]:
    """What was asked, with the rules about documents asked again of what the program writes with stand-ins.

    A verdict stays what it was where the program does not write the document by itself: where it is, or holds, a value
    of something else that is not known yet. Raises FleetError when the program cannot be rendered.
    """
    if not any(about_a_document(verdict) for each in asked for verdict in each.verdicts):
        return list(asked)
    by_name = {each.name: each for each in stacks}
    with SideProcess(root, catalogue.environment, "the program", beside=True) as side:
        from fleet.preview.findings import Judge  # noqa: PLC0415  while the other process imports the program

        judge = Judge(root, catalogue.environment, on, catalogue)
        side.take(map(Renderable.of, stacks))
        return [document_read(each, by_name[each.stack], side, judge) for each in asked]


def document_read(asked: Asked, stack: Stack, side: SideProcess, judge: "Judge") -> Asked:
    """The same of one stack. side: has its program. judge: of the environment."""
    if not any(map(about_a_document, asked.verdicts)):
        return asked
    from policies.objects import kind_of  # noqa: PLC0415  as above

    rendered = side.render(stack.name, None, "unsalted", named=True)
    there = {"stack"} | {f"{kind_of(each['type'])}/{each['name']}" for each in rendered if each["custom"]}
    judged: dict[tuple[str, str], list[Verdict]] = {}
    for each in judge.verdicts(stack.config.cluster, rendered):
        key = each.result.control.id, each.result.name
        told = Verdict(
            control=key[0],
            resource=key[1],
            outcome=each.outcome.value,
            mandatory=each.mandatory,
            said=str(each),
        )
        judged.setdefault(key, []).append(told)
    verdicts: list[Verdict] = []
    for verdict in asked.verdicts:
        again = judged.get((verdict.control, verdict.resource), [])
        if not about_a_document(verdict) or verdict.resource not in there:
            verdicts.append(verdict)
        elif again:
            verdicts += again
        else:
            said = verdict.said.replace("not evaluated:", "asked of the document with stand-ins:")
            verdicts.append(replace(verdict, outcome="read", said=said))
    return replace(asked, verdicts=tuple(dict.fromkeys(verdicts)))
