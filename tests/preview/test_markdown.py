"""The text of a review: bounded, in order, and nothing in it is markup that somebody else wrote (I2, I5)."""

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.events import Change
from fleet.preview.as_json import as_json
from fleet.preview.markdown import markdown, marker
from fleet.preview.review import Delta, Finding, Review
from fleet.preview.sheet import LIMIT, block, cell, code, folded
from tests.preview.test_danger import change, review

NASTY = "</details><!-- --> ` `` ```` @everyone [x](javascript:alert(1)) | \n## done\r\u202e #1"
texts = st.text(max_size=60) | st.just(NASTY)


def _finding(text: str) -> Finding:
    return Finding(tenant="acme", resource="Pod x", text=text, severity="medium", control="TP-C4-01", outcome="advised")


def _changed(name: str, value: Any, tenant: str = "acme") -> Change:
    urn = f"urn:pulumi:local::tenantplane::kubernetes:core/v1:ConfigMap::{name}"
    return Change(op="update", urn=urn, tenant=tenant, paths={"data.a": "update"}, old={"data": {"a": 1}},
                  new={"data": {"a": value}})  # fmt: skip


@settings(max_examples=8)
@given(
    changes=st.lists(st.builds(_changed, texts, texts, st.sampled_from(["acme", "bolt", ""])), max_size=12),
    said=st.lists(texts, max_size=5),
    many=st.sampled_from([0, 1, 300]),
)
def test_any_review_fits_and_is_well_formed(changes: list[Change], said: list[str], many: int) -> None:
    made = Review(
        environment="local",
        base="0123456789ab",
        live=False,
        changes=[*changes, *(_changed(f"c{each}", "x" * 200, f"t{each}") for each in range(many))],
        findings=[_finding(each) for each in said] * (1 + many // 10),
        quotas=[Delta(tenant=each, what=each, before=each, after=None) for each in said] * (1 + many),
        warnings=said * (1 + many),
        refusals=said,
        tenants_new=[f"new-{each}" for each in range(many)],
    )
    text = markdown(made)
    assert len(text) < LIMIT
    assert text.startswith(marker("local") + "\n## Preview of `local`")
    assert len(re.findall("^<details>", text, re.MULTILINE)) == len(re.findall("^</details>$", text, re.MULTILINE))
    full = markdown(made, limit=None)
    assert all(f"c{each} " in full or f"c{each}\n" in full for each in range(many))
    assert json.loads(as_json(made))["verdict"] == made.verdict


@settings(max_examples=50)
@given(texts)
def test_inline_code_holds_any_text(text: str) -> None:
    made = code(text)
    assert "\n" not in made
    ticks = re.match("`+", made)
    assert ticks is not None
    assert made.endswith(ticks[0])
    inner = made[len(ticks[0]) : -len(ticks[0])]
    assert ticks[0] not in re.findall("`+", inner)
    assert len(re.findall(r"(?<!\\)\|", cell(text))) == 0


@given(st.lists(texts, max_size=4))
def test_a_block_of_code_holds_any_lines(lines: list[str]) -> None:
    fence, *inner, end = block(lines).split("\n")
    assert fence == end + "diff"
    assert len(inner) == len(lines)
    assert not any(end in each for each in inner)


def test_a_folded_part_has_no_markup_in_its_summary() -> None:
    assert "<b>" not in folded("<b>@all", "x")


def test_the_order_is_that_of_the_danger() -> None:
    made = review(
        change("kubernetes:apps/v1:Deployment", "update", name="a"),
        change("kubernetes:core/v1:Service", "delete", name="b"),
        change("kubernetes:apps/v1:Deployment", "replace", name="c"),
        change("kubernetes:core/v1:Namespace", "delete", name="d"),
        findings=[_finding("x")],
        quotas=[Delta(tenant="acme", what="pods", before="1", after="2")],
        costs=[Delta(tenant="acme", what="USD a month", before=1.0, after=2.5)],
    )
    titles = re.findall(r"^### ([A-Z][A-Za-z,' ]+) \(\d+\)$", markdown(made), re.MULTILINE)
    assert titles == [
        "Data loss",
        "Replacements",
        "Deletions",
        "Policy findings",
        "Quota",
        "Cost",
        "Everything, by tenant",
    ]
    assert "| `acme` | `USD a month` | `1.00` | `2.50` |" in markdown(made)


def test_a_refused_finding_refuses_and_an_advised_one_does_not() -> None:
    high = Finding(tenant="acme", resource="Pod/x", text="t", severity="high", control="TP-C4-01", outcome="refused")
    assert review(findings=[high]).exit_code == 4
    assert review(findings=[_finding("t")]).exit_code == 0
    assert review(findings=[high], problems=["broken"]).exit_code == 1
