"""Our language host runs Python programs and reports their failures (issue 3, item 4)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.runs import Project, bundled_plugins

pytestmark = pytest.mark.engine


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled_plugins(tmp_path_factory.mktemp("bundled"))


@pytest.fixture
def project(tmp_path: Path, plugins: Path) -> Project:
    return Project(tmp_path, plugins)


def test_a_program_is_previewed_applied_refreshed_and_destroyed(project: Project) -> None:
    project.write(
        "import pulumi, pulumi_random\n"
        "print('dry run:', pulumi.runtime.is_dry_run())\n"
        "one = pulumi_random.RandomId('one', byte_length=4)\n"
        "pulumi.export('hex', one.hex)\n"
    )
    preview = project.run("preview")
    assert (preview.code, preview.steps) == (0, {"project-dev": "create", "one": "create"}), preview.text
    assert "dry run: True" in preview.said
    first = project.run("up")
    assert (first.code, first.steps) == (0, {"project-dev": "create", "one": "create"}), first.text
    assert "dry run: False" in first.said
    made = json.loads(project.plain("stack", "output", "--json", "--stack", "dev").text)["hex"]
    again = project.run("up")
    assert (again.code, again.steps) == (0, {"project-dev": "same", "one": "same"}), again.text
    assert json.loads(project.plain("stack", "output", "--json", "--stack", "dev").text)["hex"] == made
    assert project.run("refresh").code == 0
    gone = project.run("destroy")
    assert (gone.code, gone.steps) == (0, {"project-dev": "delete", "one": "delete"}), gone.text
    assert project.state() == []


def test_configuration_secrets_and_names_reach_the_program(project: Project) -> None:
    project.write(
        "import os, sys, pulumi\n"
        "config = pulumi.Config()\n"
        "pulumi.export('plain', config.require('plain'))\n"
        "pulumi.export('secret', config.require_secret('secret'))\n"
        "pulumi.export('names', [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()])\n"
        "pulumi.export('here', [os.getcwd(), pulumi.runtime.get_root_directory(), sys.argv, __name__])\n"
        "pulumi.export('python', [sys.executable, os.environ['VIRTUAL_ENV']])\n"
        "pulumi.export('inherited', sorted(__import__('json').loads(os.environ['PULUMI_CONFIG'])))\n"
        "pulumi.export('long', len(config.require('long')))\n"
    )
    long = "x" * 200_000  # more than Linux lets an environment variable hold
    (project.program / "Pulumi.dev.yaml").write_text(
        json.dumps({"config": {"project:plain": "value", "project:long": long}})
    )
    assert project.plain("stack", "init", "dev").code == 0
    assert project.plain("config", "set", "--stack", "dev", "--secret", "secret", "hidden-value").code == 0
    preview = project.run("preview")
    assert preview.code == 1  # with so long a value PULUMI_CONFIG is left out
    assert "KeyError: 'PULUMI_CONFIG'" in preview.errors[0]
    assert project.plain("config", "set", "--stack", "dev", "long", "short").code == 0
    done = project.run("up")
    assert done.code == 0, done.text
    assert "hidden-value" not in done.text
    outputs = json.loads(project.plain("stack", "output", "--json", "--show-secrets", "--stack", "dev").text)
    assert outputs == {
        "plain": "value",
        "secret": "hidden-value",
        "names": ["organization", "project", "dev"],
        "here": [str(project.program), str(project.program), ["."], "__main__"],
        "python": [f"{sys.prefix}/bin/python", sys.prefix],
        "inherited": ["project:long", "project:plain", "project:secret"],
        "long": 5,
    }


def test_what_a_program_prints_and_logs_is_shown(project: Project) -> None:
    project.write(
        "import logging, sys, warnings, pulumi\n"
        "print('to stdout')\nprint('to stderr', file=sys.stderr)\n"
        "logging.warning('from logging')\nwarnings.warn('from warnings')\n"
        "pulumi.log.info('told')\npulumi.log.warn('warned')\n"
        "print('stdin:', repr(sys.stdin.read()))\n"
    )
    done = project.run("preview")
    assert done.code == 0, done.text
    for line in ("to stdout", "to stderr", "WARNING:root:from logging", "told", "stdin: ''"):
        assert line in done.said, done.text
    assert "UserWarning: from warnings" in done.text
    assert "warning: warned" in done.text


FAILURES = {
    "exception in another module": (
        {"__main__.py": "import other\nother.fail()\n", "other.py": "def fail():\n    raise ValueError('boom')\n"},
        "Program failed with an unhandled exception:\n"
        "Traceback (most recent call last):\n"
        '  File "{program}/__main__.py", line 2, in <module>\n'
        "    other.fail()\n"
        '  File "{program}/other.py", line 2, in fail\n'
        "    raise ValueError('boom')\n"
        "ValueError: boom",
    ),
    "chained exceptions": (
        {"__main__.py": "try:\n    int('x')\nexcept ValueError as first:\n    raise KeyError('second') from first\n"},
        "Program failed with an unhandled exception:\n"
        "Traceback (most recent call last):\n"
        '  File "{program}/__main__.py", line 2, in <module>\n'
        "    int('x')\n"
        "ValueError: invalid literal for int() with base 10: 'x'\n"
        "\n"
        "The above exception was the direct cause of the following exception:\n"
        "\n"
        "Traceback (most recent call last):\n"
        '  File "{program}/__main__.py", line 4, in <module>\n'
        "    raise KeyError('second') from first\n"
        "KeyError: 'second'",
    ),
    "exception in apply": (
        {
            "__main__.py": "import other\nother.later()\n",
            "other.py": "import pulumi\n"
            "def later():\n    pulumi.Output.from_input(1).apply(fail)\n"
            "def fail(value):\n    raise ValueError(value)\n",
        },
        "Program failed with an unhandled exception:\n"
        "Traceback (most recent call last):\n"
        '  File "{program}/other.py", line 5, in fail\n'
        "    raise ValueError(value)\n"
        "ValueError: 1",
    ),
    "syntax error": (
        {"__main__.py": "x = (\n"},
        "Program failed with an unhandled exception:\n"
        '  File "{program}/__main__.py", line 1\n'
        "    x = (\n"
        "        ^\n"
        "SyntaxError: '(' was never closed",
    ),
    "missing module": (
        {"__main__.py": "import no_such_module\n"},
        "Program failed with an unhandled exception:\n"
        "Traceback (most recent call last):\n"
        '  File "{program}/__main__.py", line 1, in <module>\n'
        "    import no_such_module\n"
        "ModuleNotFoundError: No module named 'no_such_module'",
    ),
    "exit code": (
        {"__main__.py": "import sys\nsys.exit(3)\n"},
        "an unhandled error occurred: program exited with non-zero exit code: 3",
    ),
    "killed by a signal": (
        {"__main__.py": "import os\nos.kill(os.getpid(), 11)\n"},
        "an unhandled error occurred: program ended by signal: segmentation fault",
    ),
    "RunError": (
        {"__main__.py": "import pulumi\nraise pulumi.RunError('set the thing')\n"},
        "set the thing",
    ),
    "missing configuration": (
        {"__main__.py": "import pulumi\npulumi.Config().require('thing')\n"},
        "Missing required configuration variable 'project:thing'\n"
        "\tplease set a value using the command `pulumi config set project:thing <value>`",
    ),
    "no program": ({}, "unable to find main python program `__main__.py` in `{program}`"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failing_program_gives_one_clear_error(project: Project, case: str) -> None:
    files, message = FAILURES[case]
    done = project.write(files).run("preview")
    assert done.code != 0
    # Where Python marks the failing part of a line with carets, that line is left out: it depends on Python's version.
    errors = [
        "\n".join(line for line in error.splitlines() if set(line) - set(" ^~") or line == "        ^" or not line)
        for error in done.errors
    ]
    assert errors == [message.format(program=project.program)], done.text


OPTIONS = {
    "virtualenv that is none": (
        {"virtualenv": "junk"},
        "the 'virtualenv' option in Pulumi.yaml is set to \"junk\", but {program}/junk is not a virtual environment; "
        "run `pulumi install` to create it",
    ),
    "other toolchain": (
        {"toolchain": "conda"},
        '"conda" is not supported by tenantplane\'s language host; allowed: pip',
    ),
    "other type checker": ({"typechecker": "flow"}, 'unknown type checker "flow"; allowed: mypy, pyright, none'),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_wrong_options_are_refused(tmp_path: Path, plugins: Path, case: str) -> None:
    options, message = OPTIONS[case]
    project = Project(tmp_path, plugins, options=options).write({"__main__.py": "", "junk/something.py": ""})
    done = project.run("preview")
    assert done.code != 0
    assert message.format(program=project.program) in done.text


def test_the_type_checker_stops_a_wrong_program(tmp_path: Path, plugins: Path) -> None:
    project = Project(tmp_path, plugins, options={"virtualenv": sys.prefix, "typechecker": "mypy"})
    wrong = project.write("number: int = 'text'\n").run("preview")
    assert wrong.code != 0
    assert wrong.errors == ["mypy found mistakes in the program: exit status 1"], wrong.text
    assert any("Incompatible types in assignment" in line for line in wrong.said), wrong.text
    right = project.write("number: int = 1\n").run("preview")
    assert right.code == 0, right.text


def test_main_names_a_directory_or_a_file(tmp_path: Path, plugins: Path) -> None:
    files = {"source/__main__.py": "import beside\nprint(beside.NAME)\n", "source/beside.py": "NAME = 'found'\n"}
    in_directory = Project(tmp_path / "a", plugins, main="source").write(files).run("preview")
    assert in_directory.code == 0, in_directory.text
    assert "found" in in_directory.said
    in_file = (
        Project(tmp_path / "b", plugins, main="app.py").write({"app.py": "print('the file ran')\n"}).run("preview")
    )
    assert in_file.code == 0, in_file.text
    assert "the file ran" in in_file.said


def test_install_makes_the_environment_and_a_missing_sdk_is_explained(tmp_path: Path, plugins: Path) -> None:
    project = Project(tmp_path, plugins, options={"virtualenv": "venv"}).write("import pulumi\n")
    (project.program / "requirements.txt").write_text("# nothing\n")
    installed = project.plain("install")
    assert installed.code == 0, installed.text
    assert "Creating virtual environment" in installed.text
    assert "Finished installing dependencies" in installed.text
    assert (project.program / "venv/bin/pip").exists()
    done = project.run("preview")
    assert done.code != 0
    assert (
        f"The Pulumi SDK cannot be imported by {project.program}/venv/bin/python: No module named 'pulumi'" in done.text
    )


def test_a_missing_environment_is_made_on_the_way(tmp_path: Path, plugins: Path) -> None:
    project = Project(tmp_path, plugins, options={"virtualenv": "venv"}).write("print('never')\n")
    done = project.run("preview")
    assert (project.program / "venv/bin/python").exists(), done.text
    assert "The Pulumi SDK cannot be imported" in done.text


def test_about_names_the_interpreter_and_the_packages(project: Project) -> None:
    project.write("")
    about = json.loads(project.plain("about", "--json", "--transitive").text.partition("{")[2].join(["{", ""]))
    assert about["runtime"]["language"] == "python"
    assert about["runtime"]["executable"] == f"{sys.prefix}/bin/python"
    assert about["runtime"]["version"] == ".".join(map(str, sys.version_info[:3]))
    listed = subprocess.run([sys.executable, "-m", "pip", "list", "--format", "json"], capture_output=True, check=True)
    expected = {
        (one["name"].lower().replace("_", "-").replace(".", "-"), one["version"]) for one in json.loads(listed.stdout)
    }
    assert {(one["name"], one["version"]) for one in about["dependencies"]} == expected
    assert {(one["name"], one["version"]) for one in about["plugins"]} >= {("random", "4.21.4"), ("python", "3.259.0")}
