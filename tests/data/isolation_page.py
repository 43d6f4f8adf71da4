"""The page docs/data-isolation.md: each attempt of the attack suite and what each model answers.

`python -m tests.data.isolation_page` writes it anew; a test holds that it is current.
"""

from pathlib import Path
from typing import Final

from tests.data.attack import KINDS, Nothing, Outcome, Refused, Residual
from tests.data.attacks import CODE, IDENTITY, ROWS, SERVER

PAGE: Final = Path(__file__).parents[2] / "docs" / "data-isolation.md"

_HEAD = """\
<!-- The tables are written by `python -m tests.data.isolation_page` from tests/data/attacks; edit that. -->

# How tenants' data is kept apart, and what is left

A tenant's data is kept apart by one of three models, or by two of them together (F1):

| model | where its tables are | who is in there with it |
|---|---|---|
| database | in a database of its own | nobody |
| schema | in a schema of its own, in the database `tenantplane` | other tenants' schemas |
| shared | in tables with `tenant_id` and forced row-level security, in `tenantplane` | other tenants' rows |
| hybrid (default) | what was said in sessions: as *database*; the list of sessions: as *shared* | as these two |

A session's identity is the role that it logged in as, and nothing that it can set: the policies read the tenant from
`current_user`. `app.tenant_id` is there for people who read logs (B4); no rule reads it.

The shared tables of metadata and those of content have a group of users each, and a tenant is in those that its model
names: a hybrid tenant's service cannot leave content in a shared table by mistake.

## Which model a tenant is in
The catalogue says where a tenant's data is to be (`data_isolation`, else its tier's). Where it is, the platform records
in the database itself (`platform.tenant`, which no tenant can read). `fleet preview` and `fleet up` compare the two,
and refuse a difference before anything is changed: [moving data](moving-data.md) says what then. `up` drops no home.

## What is tried
Tenant A tries each of these against tenant B on a real PostgreSQL (`tests/data/test_attacks.py`). An innocent twin of
each statement must work first. **refused**: an error. **nothing**: allowed, and it neither shows nor changes anything
of B's. **residual**: PostgreSQL cannot refuse it; the notes say what that means.
"""

_LIMITS = """
## Limits, and which of them hold
| limit | by | holds against the tenant itself |
|---|---|---|
| connections of each login | `CONNECTION LIMIT` | yes; twice as many while a credential is rotated |
| temporary files of a session | `temp_file_limit`, set by a superuser | yes; not ours to set on a managed service |
| time of a statement, a lock wait, an idle transaction | login's settings | no: a session's own choice |
| memory of a sort | `work_mem` of the login | no; the server's container bounds them all together |
| disk | nothing: PostgreSQL has no quota | no. Only a server of its own bounds it |

## What a model costs
`python -m bench.data_models`: time of the server's processes for the same small statements (a session is opened, five
interactions are written, read back, the session is closed), against one plain database, in paired turns; the median of
all turns. Six runs (three of 120 turns, three of 300) on 22 November 2026, on a virtual machine with 2 processors
(Xeon, family 6 model 167) that others kept at a load of 4 to 15. That is far from quiet, so these are ranges.

| model | overhead measured | with the client's time | the source says |
|---|---|---|---|
| database | 4 to 13 % | 2 to 9 % | 20 to 30 % |
| schema | -1 to 17 % | -2 to 12 % | 10 to 15 % |
| shared | 23 to 32 % | 14 to 21 % | 5 to 8 % |

Shared tables cost most here, because the statements are small: the policy is worked out once for each of them, whatever
they read, and that share shrinks as statements do more. Earlier figures (shared +42 to +53 %, schema below zero) had
three causes. The policy compared `tenant_id` in the collation of role names, for which PostgreSQL used no index: every
statement read past the rows of all tenants. Now it goes by the index (`tests/data/test_identity.py` holds that). It ran
a regular expression, 7 microseconds each time; now it takes the name apart in one. And the turns were few and long, and
the plain database was used by a superuser without a session's limits, who skips checks that everybody else pays for.

## On a managed service
Nobody is superuser there. What `settings/database/closing.py` takes from PUBLIC stays open, so the rows that name
advisory locks, large objects, activity, locks, sizes, counters and procedural languages become residual risks within
one database, and so for the schema and shared models. A tenant that must not bear them gets the database model.

Its master copies and compares rows of all tenants by the policy `operator` of the shared tables' owner, whom no tenant
is or becomes (`tests/aws/test_tenants_on_aurora.py`). A login cannot be given `app.tenant_id`; the service file that
tenants' pods have brings it (B4).

## Not tried here
Side channels of time and of the machine (caches, disk), a mistake in PostgreSQL itself, and whoever is superuser or
holds the files. Only a server of its own keeps those from a tenant.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    notes: list[str] = []
    groups = (("Rows", ROWS), ("Identity", IDENTITY), ("Code and names", CODE), ("The server", SERVER))
    for title, attacks in groups:
        parts.append(f"\n### {title}\n| attempt | database | schema | shared |\n|---|---|---|---|\n")
        for attack in attacks:
            cells = " | ".join(_cell(attack.answer(kind), notes) for kind in KINDS)
            parts.append(f"| {attack.name} | {cells} |\n")
    parts.append("\n### Residual risks\n")
    parts += [f"{index}. {note[:1].upper()}{note[1:]}.\n" for index, note in enumerate(notes, 1)]
    return "".join((*parts, _LIMITS))


def _cell(outcome: Outcome, notes: list[str]) -> str:
    match outcome:
        case Refused():
            return "refused"
        case Nothing():
            return "nothing"
        case Residual(risk):
            if risk not in notes:
                notes.append(risk)
            return f"**residual** ({notes.index(risk) + 1})"


if __name__ == "__main__":
    PAGE.write_text(page())
