"""Documents that name what has yet to be made, read all the same (I1).

A policy of AWS is one text, and a credential one secret value. As long as one ARN in it, or the password, is not
known, the engine knows nothing of it, and no rule can be asked. The program that writes it can be asked to do so with
stand-ins for the ids, ARNs and passwords of what it makes. Which actions and whose, with which conditions, and whose
user does not depend on these, and a stand-in is no wildcard.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fleet.policy import Asked, Verdict
from fleet.preview.renderable import Renderable
from fleet.preview.side_process import SideProcess
from fleet.stacks import Stack

if TYPE_CHECKING:
    import policies.verdict
    from fleet.preview.findings import Judge

_DOCUMENT: Final = re.compile(r"not evaluated: (policy|inlinePolicies\.\d+\.policy|stringData) is not known ")


def about_a_document(verdict: Verdict) -> bool:
    """Whether a rule could not be asked because a policy of AWS or a credential is not known."""
    return verdict.outcome == "unevaluated" and _DOCUMENT.search(verdict.said) is not None


def with_the_program_asked(
    asked: Sequence[Asked], waiting: Collection[str], stacks: Sequence[Stack], judge: "Judge"
) -> list[Asked]:
    """What was asked, and what is asked of the program where the engine cannot know.

    waiting: names of the stacks that stand on what is not made yet, or not as it is to be. The engine plans little of
    them or nothing; the rules are asked of what the program registers as well, as `fleet up` asks them. Rules about
    documents are asked again of what it writes with stand-ins. stacks: all of the environment. judge: of the same.
    A verdict stays what it was where the program does not write the document by itself: where it is, or holds, a value
    of something else that is not known yet. Raises FleetError when the program cannot be rendered.
    """
    if not waiting and not any(about_a_document(verdict) for each in asked for verdict in each.verdicts):
        return list(asked)
    by_name = {each.name: each for each in stacks}
    with SideProcess(judge.root, judge.environment, "the program", beside=True) as side:
        side.take(map(Renderable.of, stacks))
        return [
            document_read(
                program_asked(each, by_name[each.stack], side, judge) if each.stack in waiting else each,
                by_name[each.stack],
                side,
                judge,
            )
            for each in asked
        ]


def program_asked(asked: Asked, stack: Stack, side: SideProcess, judge: "Judge") -> Asked:
    """What was asked, and the rules asked of what the program registers for a stack."""
    if asked.resources is None:
        return asked
    rendered = side.render(stack.name, None, "unsalted")
    custom = sum(each["custom"] for each in rendered)
    told = map(_verdict, judge.verdicts(stack.config.cluster, rendered))
    return replace(
        asked,
        verdicts=tuple(dict.fromkeys((*asked.verdicts, *told))),
        resources=max(asked.resources, len(rendered)),
        evaluated=max(asked.evaluated, custom),
        waits=True,
    )


def _verdict(made: "policies.verdict.Verdict") -> Verdict:
    return Verdict(
        control=made.result.control.id,
        resource=made.result.name,
        outcome=made.outcome.value,
        mandatory=made.mandatory,
        said=str(made),
    )


def document_read(asked: Asked, stack: Stack, side: SideProcess, judge: "Judge") -> Asked:
    """The same of one stack. side: has its program. judge: of the environment."""
    if not any(map(about_a_document, asked.verdicts)):
        return asked
    from policies.objects import kind_of  # noqa: PLC0415  as above

    rendered = side.render(stack.name, None, "unsalted", named=True)
    there = {"stack"} | {f"{kind_of(each['type'])}/{each['name']}" for each in rendered if each["custom"]}
    judged: dict[tuple[str, str], list[Verdict]] = {}
    for each in map(_verdict, judge.verdicts(stack.config.cluster, rendered)):
        judged.setdefault((each.control, each.resource), []).append(each)
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
