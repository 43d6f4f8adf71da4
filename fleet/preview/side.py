"""One revision of the project, looked at with its own program: its tenants and stacks, and what it registers (I2).

`python -m fleet.preview.side ROOT` is that for another revision's checkout: settings, components and stacks are
imported from ROOT, so that a change of the program itself is seen as well. It reads a request a line and answers each
with one line of JSON; what the program prints goes to standard error.
"""

import hashlib
import importlib
import importlib.util
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from fleet.preview.renderable import Renderable
from fleet.preview.rendering import Rendering, refusal, render, stand_ins

_KUBECONFIG: Final = "tenantplane:kubeconfig"
_PLAN: Final = "planHash"
"""The output by which a stack says that it is there, whole (settings/plan_hash.py)."""


class Side:
    """A revision in the folder `root`, for one environment. The project's modules are those that Python finds."""

    def __init__(self, root: Path, environment: str) -> None:
        self.root = root
        self.environment = environment
        self._folder = tempfile.TemporaryDirectory(prefix="tenantplane-side-")
        # The program wants a kubeconfig that is there; what is in it is the business of whoever applies.
        self._kubeconfig = Path(self._folder.name) / "kubeconfig"
        self._kubeconfig.touch()
        self._stacks: dict[str, Any] = {}
        self._renderable: dict[str, Renderable] = {}
        self._told: dict[str, dict[str, Any]] = {}
        self._made: dict[str, Rendering] = {}

    def close(self) -> None:
        """Removes what the side has written."""
        self._folder.cleanup()

    def describe(self) -> dict[str, Any]:
        """Everything about the revision that takes no rendering.

        Keys: `problems`, the catalogue's mistakes, and nothing else when there are any; `tenants` by id, `stacks` by
        name, `cost` as fleet/cost.py has it or None.
        """
        settings, stacks, cost = (importlib.import_module(name) for name in ("settings", "fleet.stacks", "fleet.cost"))
        dates = importlib.import_module("settings.dates")
        day = os.environ.get(dates.VARIABLE)
        try:
            catalogue = settings.load_catalogue(
                stacks.catalogue_folder(self.root, self.environment),
                self.environment,
                dates.today({dates.VARIABLE: day}, None) if day else None,
            )
        except settings.CatalogueError as error:
            return {"problems": [str(each) for each in error.problems]}
        made = stacks.stacks_of(catalogue, self.root)
        self._stacks = {each.name: each for each in made}
        self._renderable = {each.name: Renderable.of(each) for each in made}
        return {
            "problems": [],
            "tenants": {plan.tenant.id: _facts(plan) for plan in settings.plan_tenants(catalogue)},
            "stacks": {
                each.name: {"plan": each.plan, "tenants": list(each.tenants), "cluster": each.config.cluster}
                for each in made
            },
            "cost": cost.cost_data(cost.bill_of(catalogue)) if catalogue.prices is not None else None,
        }

    def take(self, stacks: list[dict[str, Any]]) -> dict[str, Any]:
        """In the place of `describe`, for who knows the stacks already: what there is to know of each to render it."""
        self._renderable = {each["name"]: Renderable(**each) for each in stacks}
        return {}

    def refusals(self, recorded: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """What an update would refuse over all stacks, before it changes any (A7).

        recorded: by stack, what it holds of each tenant.
        """
        guards, state = (importlib.import_module(f"fleet.{name}") for name in ("guards", "state"))
        held = {name: state.StackState(exists=True, tenants=recorded.get(name, {})) for name in self._stacks}
        return {"refusals": guards.removal_problems(tuple(self._stacks.values()), held)}

    def render(self, stack: str, tenants: list[str] | None, salt: str, *, named: bool = False) -> dict[str, Any]:
        """What the program registers for a stack, with these tenants alone where a list is given. named: with stand-ins
        for the names that AWS gives; see fleet.preview.rendering.render.

        Keys: `resources`, or `error` with the program's words.
        """
        try:
            if named:
                return {"resources": self._new_rendering(stack, tenants, salt, named=True).resources}
            return {"resources": self._rendering(stack, tenants, salt).resources}
        except Exception as error:
            return {"error": refusal(error)}

    def _rendering(self, stack: str, tenants: list[str] | None, salt: str) -> Rendering:
        if self._renderable[stack].shared:
            # What others stand on is asked for more than once.
            if stack not in self._made:
                self._made[stack] = self._new_rendering(stack, None, salt)
            return self._made[stack]
        return self._new_rendering(stack, tenants, salt)

    def _new_rendering(self, stack: str, tenants: list[str] | None, salt: str, *, named: bool = False) -> Rendering:
        yaml = importlib.import_module("yaml")
        file = Path(self._renderable[stack].file)
        config = {key: str(value) for key, value in (yaml.safe_load(file.read_text()).get("config") or {}).items()}
        config[_KUBECONFIG] = str(self._kubeconfig)
        known = {name: self._outputs(name, salt) for name in self._beneath(stack)}
        with self._only(tenants):
            return render(self.root, stack, config, salt.encode(), known, named=named)

    def _beneath(self, stack: str) -> set[str]:
        """Every stack that one stands on, those of those included."""
        needs = set(self._renderable[stack].needs)
        return needs.union(*(self._beneath(each) for each in needs))

    def _outputs(self, stack: str, salt: str) -> dict[str, Any]:
        """What a stack would tell others. A platform tells that it is there, and nothing else."""
        if stack not in self._told:
            platform = self._renderable[stack].layer == "platform"
            made = {} if platform else stand_ins(self._rendering(stack, [], salt).outputs, stack)
            self._told[stack] = {**made, _PLAN: "as it is to be"}
        return self._told[stack]

    @staticmethod
    def _only(tenants: list[str] | None) -> Any:
        return importlib.import_module("stacks.selection").only(tenants)


def _facts(plan: Any) -> dict[str, Any]:
    """What a reviewer is told of a tenant beyond its resources, and a digest of all there is to it."""
    tenant = plan.tenant
    return {
        "digest": hashlib.sha256(repr(plan).encode()).hexdigest(),
        "cluster": plan.cluster.name,
        "facts": importlib.import_module("components.tenancy.tenant").facts(plan),
        "about": {
            "display name": tenant.display_name,
            "tier": plan.tier.id,
            "region": tenant.region,
            "residency": ", ".join(tenant.residency),
            "cluster": plan.cluster.name,
            "isolation": tenant.isolation,
            "data isolation": plan.data_isolation,
            "lifecycle": tenant.lifecycle,
            "admins": ", ".join(tenant.groups.admins),
            "developers": ", ".join(tenant.groups.developers),
            "viewers": ", ".join(tenant.groups.viewers),
            "budget (USD a month)": tenant.budget.monthly_usd,
            "burst until": tenant.burst.until.isoformat() if tenant.burst else None,
            "requests per minute": plan.quota.requests_per_minute,
            "sessions per month": plan.quota.sessions_per_month,
        },
        "quota": {key: str(value) for key, value in plan.budget.whole.hard().items()},
    }


def main(root: Path, environment: str, *, beside: bool = False) -> None:
    """Answers requests until standard input ends. beside: what `root` has not is taken from this checkout, for a
    project that is nothing but a program and a catalogue."""
    _become(root)
    if beside:
        sys.path.append(str(Path(__file__).resolve().parents[2]))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    side = Side(root, environment)
    try:
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                answer = getattr(side, asked.pop("ask"))(**asked)
            except Exception as error:
                answer = {"error": refusal(error)}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
    finally:
        side.close()


def _become(root: Path) -> None:
    """From here on the project's modules are those of `root`."""
    here = str(Path(__file__).resolve().parents[2]) + os.sep
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        if name != "__main__" and file.startswith(here) and f"{os.sep}site-packages{os.sep}" not in file:
            del sys.modules[name]
    sys.path[:] = [str(root), *(each for each in sys.path if each and Path(each).resolve() != Path(here))]
    os.chdir(root)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2], beside="--beside" in sys.argv[3:])
