"""What can be built, and how: the pinned modules, and our own providers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.paths import checkout
from localcloud.toolchain import store
from localcloud.toolchain.pins import Pin, digest, load_pins

PROVIDERS = "providers"
LANGUAGE_HOST = "pulumi-language-python"
PROVIDER_TOOLS = ("pulumi-resource-kubernetes", "pulumi-resource-random", LANGUAGE_HOST)
_PROVIDERS_REFERENCE_S = 60


@dataclass(frozen=True)
class Recipe:
    """One `go build`.

    packages: program -> Go package. directory: where go.mod lies. variables: set by the linker.
    digest: hash of everything the result depends on. reference_s: seconds on 2 cores from nothing.
    files: kept beside the programs, name -> path in the module `module`.
    """

    name: str
    directory: Path
    packages: Mapping[str, str]
    digest: str
    reference_s: int
    variables: Mapping[str, str] = field(default_factory=dict)
    module: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        """Directory of the finished programs."""
        return store.entry(self.name, self.digest)

    @property
    def built(self) -> bool:
        return all((self.output / tool).is_file() for tool in self.packages) and all(
            (self.output / name).exists() for name in self.files
        )


def recipes() -> tuple[Recipe, ...]:
    """Every recipe, longest first: so that two at a time end together."""
    pinned = tuple(_pinned(pin) for pin in load_pins().pins)
    return tuple(sorted((*pinned, providers()), key=lambda recipe: -recipe.reference_s))


def providers(directory: Path | None = None) -> Recipe:
    """Our own Go module: provider plugins and language host. Its hash covers its sources, tests left out."""
    directory = directory or checkout() / "localcloud" / "providers"
    return Recipe(
        PROVIDERS,
        directory,
        {tool: f"./cmd/{tool}" for tool in PROVIDER_TOOLS},
        source_digest(directory),
        _PROVIDERS_REFERENCE_S,
    )


def source_digest(directory: Path) -> str:
    """Hash of the names and contents of all sources under `directory`, in any order the file system gives them."""
    files = sorted(
        file
        for file in directory.rglob("*")
        if file.is_file()
        and not file.name.endswith(("_test.go", ".pyc"))
        and not any(part.startswith(".") or part in {"testdata", "__pycache__"} for part in _inner(file, directory))
    )
    parts: list[str] = []
    for file in files:
        parts += [file.relative_to(directory).as_posix(), file.read_bytes().hex()]
    return digest(parts)


def _inner(file: Path, directory: Path) -> tuple[str, ...]:
    return file.relative_to(directory).parts


def _pinned(pin: Pin) -> Recipe:
    packages = {tool.name: tool.package for tool in pin.tools}
    return Recipe(
        pin.name, pin.directory, packages, pin.digest(), pin.reference_s, pin.variables, pin.module, pin.files
    )
