"""What a run will do, said without asking anything of any cluster."""

from collections import Counter

from rich.console import Console

from fleet.verify.databases import QUESTIONS as DATABASES
from fleet.verify.live import KINDS, METADATA_ONLY, Live
from fleet.verify.looks import LOOKS, WIDE
from fleet.verify.network import QUESTIONS as NETWORK
from fleet.verify.own_namespace import LABEL, asks_own
from fleet.verify.place import places
from fleet.verify.probes import flips
from fleet.verify.run import WRITES_IN_EARNEST, Run

EMPTY = Live.made_of(dict.fromkeys((*KINDS, *METADATA_ONLY), ()))


def print_plan(console: Console, run: Run) -> None:
    """Prints what would be asked of each cluster, as whom, and what would be written."""
    only, wanted = run.wanted.only, run.wanted
    for site in run.sites():
        here = places(site, EMPTY, wanted.tenant)
        asked = [(place, flip) for place in here for flip in flips(place) if not only or {flip.id, flip.control} & only]
        twins = {(place.namespace, flip.twin_by or flip.who, flip.twin) for place, flip in asked}
        who = Counter("the operator" if flip.who == "platform" else "a tenant" for _, flip in asked)
        tenants = len({place.tenant for place in here})
        console.print(f"cluster {site.cluster.name}: {tenants} tenants, {len(here)} namespaces", style="bold")
        console.print(f"  reads {len(KINDS) + len(METADATA_ONLY)} kinds of object once; no Secret is among them")
        console.print(
            f"  sends {len(twins)} compliant requests and {len(asked)} that have to be refused "
            f"({', '.join(f'{count} as {whom}' for whom, count in sorted(who.items()))}); every write is a dry run"
        )
        console.print(
            f"  judges {len(LOOKS)} things of each namespace and {len(WIDE)} of the cluster from what was read"
        )
        console.print(f"  works out who reaches whom by the live policies: {len(NETWORK)} questions for each tenant")
        if asks_own(only) or any(each.stranger == site.own for each in here):
            console.print(
                f"  makes namespace {site.own} (label {LABEL}), writes {WRITES_IN_EARNEST - 2} times in it, and "
                "removes it"
            )
        if site.cluster.databases == "local":
            console.print(
                f"  connects to the database server as {tenants} tenants, with the credentials of their Secrets "
                f"({len(DATABASES)} questions for each); reads no data and writes nothing"
            )
        console.print(f"  at most {wanted.rate:g} requests a second, over {wanted.jobs} connections")
