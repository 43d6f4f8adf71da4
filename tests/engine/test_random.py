"""The bundled `random` provider and the official one plan, make and keep the same (issue 3, item 5)."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.runs import Project, bundled_plugins, official_plugins

pytestmark = [pytest.mark.engine, pytest.mark.differential]

HEAD = "import pulumi, pulumi_random as random\n"
EVERY_TYPE = HEAD + (
    "random.RandomPassword('password', length=20, min_upper=2, min_special=3, override_special='_%')\n"
    "random.RandomString('string', length=8, special=False, keepers={'a': 'b'})\n"
    "random.RandomId('id', byte_length=4, prefix='p-')\n"
    "random.RandomPet('pet', length=3)\n"
    "random.RandomUuid('uuid', keepers={'a': 'b'})\n"
    "random.RandomUuid4('uuid4')\n"
    "random.RandomUuid7('uuid7')\n"
    "random.RandomInteger('integer', min=1, max=1000, seed='s')\n"
    "random.RandomShuffle('shuffle', inputs=['a', 'b', 'c', 'd'], result_count=6, seed='x')\n"
    "random.RandomBytes('bytes', length=5)\n"
    "random.RandomPet('secret', keepers={'a': pulumi.Output.secret('hidden')})\n"
    "base = random.RandomId('base', byte_length=2)\n"
    "random.RandomPet('unknown', prefix=base.hex, keepers={'base': base.hex})\n"
)
# Each line changes one resource of EVERY_TYPE, or says the same in other words.
CHANGES = {
    "length=20": "length=24",
    "length=8, special=False": "length=8, special=False, numeric=True, min_lower=0",
    "byte_length=4, prefix='p-'": "byte_length=4, prefix='q-'",
    "length=3": "length=3, separator='_'",
    "'uuid', keepers={'a': 'b'}": "'uuid', keepers={'a': 'c'}",
    "'uuid4'": "'uuid4', keepers={'new': 'yes'}",
    "max=1000, seed='s'": "max=1000",
    "['a', 'b', 'c', 'd']": "['d', 'b', 'c', 'a']",
    "length=5": "length=5, keepers={}",
    "'base', byte_length=2": "'base', byte_length=3",
}
SECRETS = {"password": {"result", "bcryptHash"}, "bytes": {"base64", "hex"}}


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled_plugins(tmp_path_factory.mktemp("bundled"))


@pytest.fixture(scope="session")
def official(tmp_path_factory: pytest.TempPathFactory, bundled: Path) -> Path:
    """The official provider with our language host, so that only the provider differs."""
    folder = official_plugins(tmp_path_factory.mktemp("official"))
    (folder / "pulumi-language-python").unlink()
    (folder / "pulumi-language-python").symlink_to(bundled / "pulumi-language-python")
    return folder


def changed_program() -> str:
    text = EVERY_TYPE
    for old, new in CHANGES.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def shapes(project: Project) -> dict[str, Any]:
    """Every resource's inputs, and its outputs with the random ones reduced to their type and length."""
    found = {}
    for one in project.state():
        if not one["type"].startswith("random:"):
            continue
        outputs = {name: value for name, value in one["outputs"].items() if name != "__pulumi_raw_state_delta"}
        given = one.get("inputs", {})
        drawn = {
            name: (type(value).__name__, len(value) if isinstance(value, dict | list) else None)
            for name, value in outputs.items()
            if name not in given and name not in ("__meta", "length", "separator") and not isinstance(value, bool)
        }
        fixed = {name: value for name, value in outputs.items() if name not in drawn}
        name = one["urn"].rsplit("::", 1)[1]
        found[name] = (one["type"], given, fixed, drawn, sorted(one.get("additionalSecretOutputs", [])))
    found["unknown"] = found["unknown"][0]  # its inputs are random
    return found


def test_both_make_the_same_of_every_type(tmp_path: Path, bundled: Path, official: Path) -> None:
    results = []
    for plugins in (bundled, official):
        project = Project(tmp_path / plugins.name, plugins).write(EVERY_TYPE)
        preview, up, refresh = project.run("preview"), project.run("up"), project.run("refresh")
        assert (preview.code, up.code, refresh.code) == (0, 0, 0), up.text
        made = shapes(project)
        fixed = {one["urn"].rsplit("::", 1)[1]: one["outputs"] for one in project.state() if "outputs" in one}
        seeded = (fixed["integer"]["result"], fixed["shuffle"]["results"])
        results.append((preview.steps, up.steps, refresh.steps, made, seeded))
        assert project.run("destroy").code == 0
    assert results[0] == results[1]


def test_both_decide_alike_what_to_replace(tmp_path: Path, bundled: Path, official: Path) -> None:
    results = []
    for plugins in (bundled, official):
        project = Project(tmp_path / plugins.name, plugins).write(EVERY_TYPE)
        assert project.run("up").code == 0
        preview = project.write(changed_program()).run("preview")
        up = project.run("up")
        assert (preview.code, up.code) == (0, 0), up.text
        results.append((preview.steps, preview.replaced_for, up.steps))
    assert results[0] == results[1]
    assert results[0][0]["string"] == "same"
    assert results[0][1]["uuid"] == ["keepers"]


@pytest.mark.parametrize("first", ["bundled", "official"])
def test_the_state_of_one_is_the_others_without_a_change(
    tmp_path: Path, bundled: Path, official: Path, first: str
) -> None:
    makers = [bundled, official] if first == "bundled" else [official, bundled]
    project = Project(tmp_path, makers[0]).write(EVERY_TYPE)
    assert project.run("up").code == 0
    before = shapes(project)
    project.plugins = makers[1]
    preview = project.run("preview", "--expect-no-changes")
    assert preview.code == 0, preview.text
    assert set(preview.steps.values()) == {"same"}
    assert project.run("refresh", "--expect-no-changes").code == 0
    assert shapes(project) == before
    replaced = project.write(changed_program()).run("up")
    assert replaced.code == 0, replaced.text
    assert project.run("destroy").code == 0


IMPORTS = {
    "random:index/randomPassword:RandomPassword": "hunter2!",
    "random:index/randomString:RandomString": "some-string",
    "random:index/randomId:RandomId": "p-,3pfjCQ",
    "random:index/randomInteger:RandomInteger": "5,1,9,seed",
    "random:index/randomUuid:RandomUuid": "72d0da15-7de8-8287-f12f-d63175adb733",
    "random:index/randomBytes:RandomBytes": "/UZu4+Y=",
}


def test_both_import_the_same(tmp_path: Path, bundled: Path, official: Path) -> None:
    results = []
    for plugins in (bundled, official):
        project = Project(tmp_path / plugins.name, plugins).write("")
        assert project.run("up").code == 0
        wanted = [{"type": kind, "name": kind.rsplit(":", 1)[1], "id": id_} for kind, id_ in IMPORTS.items()]
        (project.program / "import.json").write_text(json.dumps({"resources": wanted}))
        done = project.plain("import", "--file", "import.json", "--yes", "--stack", "dev", "--generate-code=false")
        assert done.code == 0, done.text
        imported = {}
        for one in project.state():
            if one["type"] in IMPORTS:
                outputs = {
                    k: v for k, v in one["outputs"].items() if k not in ("__pulumi_raw_state_delta", "bcryptHash")
                }
                imported[one["type"]] = (one["id"], one.get("inputs", {}), outputs)
        assert set(imported) == set(IMPORTS)
        results.append(imported)
    assert results[0] == results[1]


REFUSED = {
    "random.RandomPassword('x', length=0)": ["length", "must be at least 1, got 0"],
    "random.RandomPassword('x', length=3, min_lower=2, min_upper=2)": ["minLower", "(4)", "got 3"],
    "random.RandomString('x', length=8, lower=False, upper=False, numeric=False, special=False)": ["at least one of"],
    "random.RandomInteger('x', min=9, max=1)": ["must be at least min (9), got 1"],
    "random.RandomId('x', byte_length=0)": ["byteLength", "must be at least 1, got 0"],
    "random.RandomShuffle('x', inputs=['a'], result_count=-1)": ["resultCount", "must be at least 0, got -1"],
    "pulumi.CustomResource('random:index/randomFruit:RandomFruit', 'x', {})": [
        "the random provider has no resource type random:index/randomFruit:RandomFruit"
    ],
}


@pytest.mark.parametrize("line", REFUSED)
def test_wrong_inputs_are_refused_at_preview(tmp_path: Path, bundled: Path, line: str) -> None:
    done = Project(tmp_path, bundled).write(HEAD + line + "\n").run("preview")
    assert done.code != 0
    assert len(done.errors) == 1, done.text
    for words in REFUSED[line]:
        assert words in done.errors[0]


def test_secrets_are_encrypted_in_the_state(tmp_path: Path, bundled: Path) -> None:
    project = Project(tmp_path, bundled).write(EVERY_TYPE)
    assert project.run("up").code == 0
    assert project.run("refresh").code == 0
    clear = {one["urn"].rsplit("::", 1)[1]: one.get("outputs", {}) for one in project.state()}
    file = project.directory / "backend/.pulumi/stacks/project/dev.json"
    assert '"hidden"' not in file.read_text()
    checkpoint = json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    stored = json.dumps([one.get("outputs") for one in checkpoint])  # RandomBytes has its bytes as its id, as upstream
    for name, properties in SECRETS.items():
        for one in properties:
            value = json.loads(clear[name][one]["plaintext"])
            assert value
            assert json.dumps(value) not in stored, f"{name}.{one} is in the clear"
