"""The pages of docs/components/: what the docstrings say, and what a tenant costs in resources.

`python -m tests.unit.components.component_pages` writes them anew; a test holds that they are current.
"""

import importlib
import inspect
import pkgutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pulumi

import components
from tests.unit.components.golden_virtual import virtual
from tests.unit.components.local_stack import ROOT, plan, rendered, whole

FOLDER = ROOT / "docs" / "components"
HEAD = "<!-- Written by `python -m tests.unit.components.component_pages` from the docstrings; do not edit. -->\n"
EXAMPLES = ("hedgehog-cli", "pelican-games", "acme-robotics")
"""One tenant each with one group and one workload, three groups and one workload, three groups and two workloads."""


@dataclass(frozen=True)
class Component:
    """A component class, its inputs and its type token."""

    made: type[pulumi.ComponentResource]
    inputs: type
    token: str

    @property
    def layer(self) -> str:
        return self.token.split(":")[1]

    @property
    def source(self) -> str:
        return str(Path(inspect.getfile(self.made)).resolve().relative_to(ROOT))


def all_components() -> list[Component]:
    """Every component under components/, by token."""
    found: dict[str, Component] = {}
    for info in pkgutil.walk_packages(components.__path__, "components."):
        module = importlib.import_module(info.name)
        for made in vars(module).values():
            if not (inspect.isclass(made) and issubclass(made, pulumi.ComponentResource)):
                continue
            if made.__module__ != module.__name__ or f"{made.__name__}Args" not in vars(module):
                continue
            token = getattr(made, "TYPE", None) or _token(made)
            if token is not None:
                found[token] = Component(made, vars(module)[f"{made.__name__}Args"], token)
    return [found[token] for token in sorted(found)]


def _token(made: type) -> str | None:
    source = inspect.getsource(made)
    quoted = [part for part in source.split('"') if part.startswith("tenantplane:") and part.count(":") == 2]
    return quoted[0] if quoted else None


def page(component: Component) -> str:
    """The page of one component."""
    name = component.made.__name__
    base = component.made.__mro__[1]
    shared = f"\n## {base.__name__}\n\n{_text(base)}\n" if base is not pulumi.ComponentResource else ""
    return (
        f"{HEAD}\n# {name}\n\n"
        f"Type `{component.token}`, in [{component.source}](../../{component.source}).\n\n"
        f"{_text(component.made)}\n"
        f"{shared}\n## Inputs\n\n{_inputs(component.inputs)}\n"
    )


def _inputs(inputs: type) -> str:
    """What the arguments are, those that they have from a base included."""
    documented = [each for each in inputs.__mro__ if each is not object]
    return "\n\n".join(_text(each) for each in documented)


def _text(documented: type) -> str:
    """A docstring as Markdown: its labelled lines become paragraphs of their own."""
    lines: list[str] = []
    for line in (inspect.getdoc(documented) or "").splitlines():
        if line.startswith(("Creates:", "Outputs:", "Errors:")) and lines and lines[-1]:
            lines.append("")
        lines.append(line)
    return "\n".join(lines)


def index() -> str:
    """The list of components, and what a tenant is made of."""
    rows = "\n".join(_row(each) for each in all_components())
    return (
        f"{HEAD}\n# Components\n\n| Component | Layer | |\n|---|---|---|\n{rows}\n\n"
        "## What a tenant costs\n\n"
        "Every resource takes time at every preview and update, so they are counted. What is the same for all tenants\n"
        "is made once per cluster, by the platform layer.\n\n"
        "| | Kubernetes objects | Components |\n|---|---|---|\n"
        f"{_costs()}\n"
    )


def _row(component: Component) -> str:
    name = component.made.__name__
    return f"| [{name}]({name}.md) | {component.layer} | {(inspect.getdoc(component.made) or '').splitlines()[0]} |"


def _costs() -> str:
    platform = whole()
    lines = [_cost("the platform layer, once per cluster", [(each.custom, each.type) for each in platform.resources])]
    known = {each.urn for each in platform.resources}
    for tenant in EXAMPLES:
        own = plan(tenant)
        made = [(each.custom, each.type) for each in rendered(own).resources if each.urn not in known]
        groups = own.tenant.groups
        roles = sum(bool(each) for each in (groups.admins, groups.developers, groups.viewers))
        what = f"a tenant with {_counted(roles, 'bound role')} and {_counted(len(own.workloads), 'workload')}"
        lines.append(_cost(what, made))
    own = virtual()
    made = [(each.custom, each.type) for each in rendered(own).resources if each.urn not in known]
    lines.append(_cost(f"a tenant with a virtual control plane and {len(own.workloads)} workloads", made))
    return "\n".join(lines)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _cost(what: str, made: list[tuple[bool, str]]) -> str:
    objects = Counter(token for custom, token in made if custom and token.startswith("kubernetes:"))
    return f"| {what} | {objects.total()} | {sum(not custom for custom, _ in made)} |"


def pages() -> dict[str, str]:
    """Text by file name."""
    made = {f"{each.made.__name__}.md": page(each) for each in all_components()}
    return {"README.md": index(), **made}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.md"):
        old.unlink()
    for name, text in pages().items():
        (FOLDER / name).write_text(text)
