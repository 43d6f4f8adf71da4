"""No secret is where it has no business: canaries through every path, and a search of what is left of it (I5)."""

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from fleet import verify_commands  # noqa: F401  adds the command
from fleet.cli import app
from fleet.report import page
from localcloud.controlplane import ControlPlane
from localcloud.controlplane.gateway.issuer import local_issuer
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import connect
from settings import TenantPlan
from tests.cluster.acting import Caller
from tests.cluster.tenancy_stack import ROOT, TenancyStack
from tests.engine.kubernetes_project import KubernetesProject, plugins_with_kubernetes
from tests.engine.runs import Project
from tests.report.synthetic import many, synthetic_data
from tests.verify.leaks import forms, leaked, leaked_in_files, needles

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

TENANTS = ("acme-robotics", "hedgehog-cli", "pelican-games")
Sought = dict[bytes, str]


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=14, max_size=60), st.integers(0, 5))
def test_a_secret_is_found_in_each_way_of_writing_it_down(secret: str, before: int) -> None:
    """A search that finds nothing has to be one that would find it."""
    sought = needles({"canary": secret})
    text = ("ab c" * before)[: before * 3] + secret + ", and more"
    for written in (
        text.encode(),
        json.dumps({"a": text}).encode(),
        base64.b64encode(text.encode()),
        base64.urlsafe_b64encode(text.encode()),
        f"postgresql://user:{forms(secret)['in an address'].decode()}@host/x".encode(),
    ):
        assert leaked(written, sought), written
    assert leaked(b"nothing of the kind is in here at all" * 5, sought) == []


@pytest.fixture(scope="module")
def layout(cluster: ControlPlane) -> Layout:
    return Layout(cluster.name, cluster.directory.parent.parent)


@pytest.fixture(scope="module")
def sought(
    databases: DatabaseServer, admin: Caller, plans: dict[str, TenantPlan], layout: Layout, local_stack: TenancyStack
) -> Sought:
    """Every kind of secret that the local stack has."""
    found: dict[str, str] = {"password of the database's superuser": databases.password}
    for tenant in TENANTS:
        data = admin.get(f"/api/v1/namespaces/{plans[tenant].namespace}/secrets/database")["data"]
        given_ = {key: base64.b64decode(value).decode() for key, value in data.items()}
        found[f"database password of {tenant}"] = given_["password"]
        url = f"postgresql://{given_['user']}:{given_['password']}@{given_['host']}"
        found[f"database address of {tenant}"] = url
    token = admin.create(
        f"/api/v1/namespaces/{plans[TENANTS[0]].namespace}/serviceaccounts/workload/token", {"spec": {}}
    )
    found["token of an account"] = token["status"]["token"].rpartition(".")[2]
    issuer = local_issuer(layout.directory / "canaries")
    found["key of the tokens' issuer"] = _key((layout.directory / "canaries" / "issuer.key").read_text())
    found["token of a tenant"] = issuer.token({"tenant": TENANTS[0]}).rpartition(".")[2]
    user = yaml.safe_load(Path(layout.kubeconfig).read_text())["users"][0]["user"]
    held = base64.b64decode(user["client-key-data"]).decode() if "client-key-data" in user else None
    found["key of the kubeconfig"] = _key(held or Path(user["client-key"]).read_text())
    for name in ("ca", "service-account", "front-proxy-ca", "etcd-ca"):
        found[f"key of {name}"] = _key(layout.key(name).read_text())
    return needles(found)


def _key(pem: str) -> str:
    """A line of a private key that no other has."""
    return pem.splitlines()[2]


def test_no_state_and_no_log_of_the_live_stack_holds_a_secret(
    sought: Sought, layout: Layout, local_stack: TenancyStack
) -> None:
    """States, their history and backups, logs of every part, and what fleet keeps. Keys, kubeconfigs and the data of
    etcd and PostgreSQL, which are encrypted or for their owner alone, are where such things belong."""
    home = layout.directory.parent.parent
    states = [*(home / "state").rglob("*"), *(home / "tenancy").rglob("*"), *(home / "fleet").rglob("*.json")]
    logs = [*(layout.directory / "logs").rglob("*"), *(home / "pulumi").rglob("*.log")]
    assert any(file.suffix == ".json" for file in states)
    assert layout.audit_log in logs
    assert leaked_in_files([*states, *logs], sought) == {}


def test_no_output_of_verify_holds_a_secret(sought: Sought, layout: Layout, tmp_path: Path) -> None:
    """Text, JSON and JUnit of a run that has held every password, and the report with its result."""
    junit = tmp_path / "verify.xml"
    said = CliRunner().invoke(
        app, ["verify", "local", "--format", "json", "--junit", str(junit), "--only", "TP-F1-01", "--only", "TP-F1-02"]
    )
    assert said.exit_code == 0, said.output
    result = json.loads(said.output[said.output.index("{") :])
    assert result["counts"]["held"] > 20
    plain = CliRunner().invoke(app, ["verify", "local", "--only", "TP-B5-10"])
    report = page(synthetic_data(many(10), kept={**result, "at": datetime.now(UTC).isoformat()}))
    for told in (said.output, plain.output, report, junit.read_text()):
        assert leaked(told.encode(), sought) == []


COMMAND = "from fleet.cli import main\nsys.argv = ['fleet', 'verify', 'local', '--only', 'TP-F1-01']\nmain()\n"
MAKING = (
    "from fleet.databases import make_databases\nfrom fleet.stacks import stacks_of\n"
    "from settings import load_catalogue\nfrom pathlib import Path\nroot = Path.cwd()\n"
    "held = load_catalogue(root / 'catalog', 'local')\nmake_databases(held, stacks_of(held, root), root)\n"
)
CRASHES: dict[str, str] = {
    "verify": f"from fleet import verify_commands\nimport fleet.verify.databases as at\nat.connect = fall\n{COMMAND}",
    "up": f"import fleet.databases as at\nat.scram_verifier = fall\n{MAKING}",
}
"""By command: programs that fall over with a tenant's credential in their hands."""


@pytest.mark.parametrize("command", CRASHES)
def test_no_trace_of_a_crash_holds_a_secret(command: str, sought: Sought, tmp_path: Path) -> None:
    """By a mistake that nobody expects."""
    program = tmp_path / "crash.py"
    fall = "def fall(*arguments, **named):\n    raise ZeroDivisionError('fell over')\n"
    program.write_text(f"import sys\n{fall}{CRASHES[command]}")
    done = subprocess.run(
        [sys.executable, "-X", "dev", str(program)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert "ZeroDivisionError: fell over" in done.stderr, done.stderr[-2000:]
    assert leaked((done.stdout + done.stderr).encode(), sought) == []


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plugins_with_kubernetes(tmp_path_factory.mktemp("plugins"))


CANARY_PROGRAM = """
config = pulumi.Config()
url = config.require_secret("url")
word = config.require_secret("word")
k8s.core.v1.Secret("database", metadata={"name": "database", "namespace": NS}, opts=opts(),
                   string_data={"password": word, "url": url, "kubeconfig": pulumi.Output.concat("token: ", word)})
k8s.core.v1.ConfigMap("public", metadata={"name": "public", "namespace": NS}, data={"greeting": GREETING}, opts=opts())
pulumi.export("url", url)
"""
FALLING = """
def fall(value):
    raise ZeroDivisionError("fell over with it in hand")
word.apply(fall)
"""
REFUSED = """
k8s.core.v1.Service("bad", metadata={"name": "bad", "namespace": NS}, opts=opts(),
                    spec={"type": word, "ports": [{"port": 80}]})
"""


def test_no_canary_of_a_stacks_configuration_leaves_it(
    cluster: ControlPlane, namespace: str, plugins: Path, tmp_path: Path, admin: Caller
) -> None:
    """A secret of the configuration, in a Secret, in an address and in an output: previews with differences, updates,
    refusals of the API server, a program that falls over, exports, and all files that are left."""
    project = Project(tmp_path, plugins)
    kube = KubernetesProject(project, cluster, namespace)

    def wrote(greeting: str, more: str = "") -> KubernetesProject:
        return kube.write(CANARY_PROGRAM.replace("GREETING", repr(greeting)) + more)

    values: dict[str, str] = {}
    told: dict[str, str] = {}

    def tell(what: str, outcome: Any) -> Any:
        told[what] = outcome.text + json.dumps([dict(each) for each in outcome.events])
        return outcome

    def change(number: int) -> None:
        word = f"canary/{number}+{secrets.token_urlsafe(18)}&%"
        values[f"word {number}"] = word
        values[f"address {number}"] = f"postgresql://tenant:{forms(word)['in an address'].decode()}@db.example/x"
        for key in ("word", "url"):
            value = values[f"{'word' if key == 'word' else 'address'} {number}"]
            assert project.plain("config", "set", "--secret", "--stack", "dev", key, value).code == 0

    assert project.plain("stack", "init", "dev").code == 0
    change(1)
    tell("first preview", wrote("hello").run("preview", "--diff"))
    assert tell("first up", kube.run("up", "--diff")).code == 0
    data = admin.get(f"/api/v1/namespaces/{namespace}/secrets/database")["data"]
    assert base64.b64decode(data["password"]).decode() in values.values()  # it did arrive
    change(2)
    seen = tell("second preview", wrote("good morning").run("preview", "--diff"))
    assert "good morning" in told["second preview"]  # it does show differences
    assert seen.steps["database"] != "same"
    assert tell("refused", wrote("hello", REFUSED).run("up")).code != 0
    assert tell("falls over", wrote("hello", FALLING).run("up")).code != 0
    assert "fell over with it in hand" in told["falls over"]
    tell("export", project.plain("stack", "export", "--stack", "dev"))
    tell("outputs", project.plain("stack", "output", "--json", "--stack", "dev"))

    sought = needles(values)
    assert {what: found for what, text in told.items() if (found := leaked(text.encode(), sought))} == {}
    left = [file for folder in ("backend", "home", "program") for file in (tmp_path / folder).rglob("*")]
    assert any(file.name == "dev.json" for file in left)
    assert leaked_in_files([*left, Layout(cluster.name, cluster.directory.parent.parent).audit_log], sought) == {}


def test_what_the_database_server_refuses_names_no_password(databases: DatabaseServer) -> None:
    canary = f"canary-{secrets.token_urlsafe(18)}"
    refusals: list[Callable[[], object]] = [
        lambda: connect(databases, "tenantplane", "tenant_pelican_games__app_a", canary),
        lambda: connect(databases, "no_such_database", "nobody_at_all", canary),
    ]
    for refusal in refusals:
        with pytest.raises(Exception, match="authentication failed") as refused:
            refusal()
        assert leaked(str(refused.value).encode(), needles({"canary": canary})) == []
