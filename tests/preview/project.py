"""A small project of its own for tests of previews, and its revisions: this checkout's catalogue, cut down."""

import hashlib
import shutil
import threading
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar, Final

import yaml

from fleet.errors import FleetError
from fleet.preview.findings import Judge
from fleet.preview.offline import review
from fleet.preview.offline_provider import OfflineProviders
from fleet.preview.review import Review
from fleet.preview.revision import libraries, same_program
from fleet.preview.side import Side

ROOT: Final = Path(__file__).resolve().parents[2]
TENANTS: Final = ("acme-robotics", "bayview-university", "gearbox-labs", "lantern-notes", "st-brigid-primary")
_FILES: Final = ("__main__.py", "Pulumi.yaml", "Pulumi.local.yaml", "requirements.txt")
_BESIDES: Final = "\n# besides\n"
_DAY: Final = date(2026, 11, 22)
_LOCK: Final = threading.Lock()

Edit = Callable[[Path], None]
"""Changes a project in its folder as a person would."""


def make_project(folder: Path) -> Path:
    """A project of five tenants in a new folder; its program is this checkout's, and no copy of it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "catalog", folder / "catalog")
    for file in (folder / "catalog" / "tenants").glob("*.yaml"):
        if file.stem not in TENANTS:
            file.unlink()

    def smaller(topology: dict[str, Any]) -> None:
        (cluster,) = topology["clusters"]
        # Rules and dashboards are a third of a rendering, and follow every tenant.
        cluster["addons"].remove("prometheus-operator")
        del cluster["alerts"]
        cluster["node_pools"] = [each for each in cluster["node_pools"] if each["kind"] != "dedicated"]

    edit_yaml("catalog/topology/local.yaml", smaller)(folder)
    return folder


def edit_yaml(file: str, change: Callable[[dict[str, Any]], object]) -> Edit:
    """An edit of one YAML file."""

    def edit(folder: Path) -> None:
        path = folder / file
        document = yaml.safe_load(path.read_text())
        change(document)
        path.write_text(yaml.safe_dump(document, sort_keys=False))

    return edit


def edit_tenant(tenant: str, **fields: Any) -> Edit:
    """An edit of fields of a tenant's file; None takes one out."""

    def change(document: dict[str, Any]) -> None:
        for key, value in fields.items():
            if value is None:
                document.pop(key, None)
            else:
                document[key] = value

    return edit_yaml(f"catalog/tenants/{tenant}.yaml", change)


def edit_cluster(change: Callable[[dict[str, Any]], object]) -> Edit:
    """An edit of the one cluster of the topology."""
    return edit_yaml("catalog/topology/local.yaml", lambda topology: change(topology["clusters"][0]))


def also(code: str) -> Edit:
    """An edit of the program: what it makes besides, in the place of what such an edit has added before."""

    def edit(folder: Path) -> None:
        path = folder / "__main__.py"
        path.write_text(path.read_text().partition(_BESIDES)[0] + _BESIDES + code)

    return edit


def together(*edits: Edit) -> Edit:
    """Several edits as one."""

    def edit(folder: Path) -> None:
        for each in edits:
            each(folder)

    return edit


def unchanged(_: Path) -> None:
    """No edit."""


class SideHere(Side):
    """A revision in this process. One at a time: the SDK keeps what it does in globals. What two tests render alike is
    rendered once."""

    _known: ClassVar[dict[str, dict[str, Any]]] = {}

    def describe(self) -> dict[str, Any]:
        with _LOCK:
            return super().describe()

    def render(self, stack: str, tenants: list[str] | None, salt: str, *, named: bool = False) -> Any:
        assert not named
        files = sorted(each for each in self.root.rglob("*") if each.is_file())
        made = hashlib.sha256(repr((stack, tenants)).encode())
        for file in files:
            made.update(str(file.relative_to(self.root)).encode() + file.read_bytes())
        with _LOCK:
            if made.hexdigest() not in self._known:
                self._known[made.hexdigest()] = super().render(stack, tenants, salt and "the same for all")
            answer = self._known[made.hexdigest()]
        if "error" in answer:
            raise FleetError(answer["error"])
        return answer["resources"]

    def refusals(self, recorded: Mapping[str, Mapping[str, Any]]) -> Any:
        return super().refusals({name: dict(held) for name, held in recorded.items()})["refusals"]


@cache
def _template() -> Path:
    return make_project(Path(mkdtemp(prefix="tenantplane-preview-")) / "project")


def reviewed(folder: Path, before: Edit, after: Edit, providers: OfflineProviders) -> Review:
    """The review of a change of that project: two copies in `folder`, edited."""
    one, other = folder / "before", folder / "after"
    for path in (one, other):
        shutil.copytree(_template(), path)
        before(path)
    after(other)
    sides = [SideHere(path, "local") for path in (one, other)]
    try:
        return review(
            "local",
            *sides,
            commit="0123456789ab",
            same_program=same_program(one, other),
            providers=providers,
            judges=(Judge(one, "local", _DAY), Judge(other, "local", _DAY)),
            warnings=[f"{name} {old} -> {new}" for name, old, new in libraries(one, other)],
        )
    finally:
        for side in sides:
            side.close()
