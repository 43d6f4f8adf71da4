"""docs/policies.md: every control, from the table.

`python -m tests.unit.controls.table_page` writes it anew; a test holds that it is current.
"""

from itertools import groupby

from controls import CONTROLS, Control
from controls.admission import POLICIES
from tests.unit.components.local_stack import ROOT
from tests.unit.controls.live_probes import probes

FILE = ROOT / "docs" / "policies.md"

HEAD = """<!-- Written by `python -m tests.unit.controls.table_page` from controls/; do not edit. -->

# Policies: what has to hold, why, and where it is enforced

{count} controls. **Preview** is the pack in [policies/](../policies), which runs with `--policy-pack` before anything
is made. **Admission** is the API server's own refusal, by the name it gives; what a policy of ours says ends with the
control's id. **Configuration** is what the platform is built from, where nothing has to refuse anything. **Live
probes** are what [fleet verify](verify.md) asks of a running environment, for each tenant that they are about. What
is attempted on a live API server, row by row, is in [controls.md](controls.md).

The policies at admission are made from [controls/admission](../controls/admission), rule by rule. What preview can ask
of the same objects is written once, as a claim that both read: {claims} of {rules} rules. Why the others are not is in
[decision 0026](decisions/0026-admission-is-made-from-the-table.md).

```
pulumi preview --policy-pack policies      # one stack; what is refused fails the preview
python -m fleet policy local               # every stack of an environment, for CI
python -m fleet up local                   # asks first, about the stacks that it would run
```

`fleet up` and `fleet preview` ask the rules by themselves, with the environment's levels and exceptions, about what the
program registers, before an engine starts: what is refused ends an update with nothing changed, and fails a preview
that is shown all the same. That renders the affected stacks once more, some 4 s of a core for a thousand resources.
`--no-policies` leaves it out, where `fleet policy` has just judged the same commit. In an update's own engine no pack
runs: it would be asked about the stack as a whole when all of it is made.

A broken control of high severity fails a preview in every environment; of medium and low what
`catalog/policy/<environment>.yaml` says (default: mandatory and advisory). An exception is a line there, with the
control, the resource as the finding names it (`Namespace/gpu`; `*` stands for anything), an owner, a reason and its
last day. The day after, the finding is back and `python -m settings check` fails.

A rule that comes to a value which is not known before it is made has not been evaluated, and never passes: a preview
tells it, and `fleet policy` fails for a mandatory control unless a line under `unevaluated`, of the same form, waives
it. It fails as well when the pack did not see the whole stack, or no rule was asked. Three things are known all the
same. A key without a name is one of ours where the engine says that its property comes from keys of the same stack, and
from nothing else. A policy of AWS or a credential that holds one unknown ARN or password is unknown as a whole:
`fleet policy` has the program write it with stand-ins, and asks about that. And of a stack that stands on what is not
made yet the engine plans little: it asks about what the program registers. A first `fleet policy staging`, on an empty
AWS, leaves nothing unevaluated in any of its stacks.

Judges that are not ours look at the same objects, in [tests/judges](../tests/judges): checkov 3.3 (what is unsafe, in
the manifests and, as a plan of Terraform, in what is made at AWS; findings are waived with a reason, and a waiver that
nothing needs fails), kube-score 1.20 (what does not belong together: Services without pods, budgets, scalers) and
kubeconform 0.8 (what no schema allows, by Kubernetes' own OpenAPI document and the definitions that the add-ons
install). Each is shown objects that it has to refuse.

| Severity | Controls |
| --- | --- |
{severities}
"""

AREAS = {
    "A": "Tenants and tiers",
    "B": "Identity",
    "C": "Runtime isolation",
    "D": "Scheduling",
    "E": "Network",
    "F": "Data",
    "G": "Observability, audit, cost, images",
    "H": "Clusters on AWS",
    "I": "Governance",
}


def where(control: Control) -> str:
    """Where a control is enforced, in a few words."""
    parts = ["preview"] if control.preview else []
    parts += [f"`{each}`" if each.startswith("tenantplane-") else each for each in control.admission]
    if control.configuration:
        parts.append(f"configuration: `{control.configuration}`")
    if count := sum(named == control.id for _, named in probes()):
        parts.append(f"{count} live probe{'s' if count > 1 else ''}")
    return ", ".join(parts)


def _row(control: Control) -> str:
    told = f"**{control.title}.** {control.why} *Fix:* {control.fix}"
    return f"| {control.id} | {control.severity.value} | {told} | {where(control)} | {', '.join(control.sources)} |"


def page() -> str:
    """The whole page."""
    rows = list(CONTROLS.values())
    counted = {name: sum(each.severity.value == name for each in rows) for name in ("high", "medium", "low")}
    rules = [each for policy in POLICIES.values() for each in policy.refusals]
    claims = sum(each.preview is not None for each in rules)
    head = HEAD.format(
        count=len(rows),
        claims=claims,
        rules=len(rules),
        severities="\n".join(f"| {name} | {n} |" for name, n in counted.items()),
    )
    parts = [head]
    for area, held in groupby(rows, key=lambda each: each.requirement[0]):
        table = [
            "| Control | Severity | What, why, fix | Where enforced | Sources |",
            "| --- | --- | --- | --- | --- |",
        ]
        parts.append("\n".join([f"## {AREAS[area]}", "", *table, *map(_row, held), ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    FILE.write_text(page())
