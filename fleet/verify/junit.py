"""A result as JUnit has it, which every CI shows: a suite for each control, a case for each probe of a tenant."""

import re
from typing import Final
from xml.etree import ElementTree

from fleet.verify.finding import FAILED, UNKNOWN
from fleet.verify.result import Result, rows

_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def junit(result: Result) -> str:
    """The document. What failed is a failure, what could not be judged an error; a run that asked nothing has one
    failing case."""
    suites = ElementTree.Element(
        "testsuites",
        name=f"fleet verify {result.environment}",
        tests=str(len(result.findings)),
        failures=str(result.count(FAILED)),
        errors=str(result.count(UNKNOWN)),
        time=f"{result.seconds:.3f}",
    )
    by_control = {row.control: row for row in rows(result.findings)}
    for control, row in by_control.items():
        found = [each for each in result.findings if each.control == control]
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=f"{control} {row.title}",
            tests=str(len(found)),
            failures=str(sum(each.state == FAILED for each in found)),
            errors=str(sum(each.state == UNKNOWN for each in found)),
            timestamp=result.at.isoformat(timespec="seconds"),
        )
        for each in found:
            whose = each.namespace or each.cluster
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=f"{each.cluster}.{control}",
                name=_text(f"{each.probe} {whose}: {each.title}"),
            )
            if each.state in (FAILED, UNKNOWN):
                kind = "failure" if each.state == FAILED else "error"
                ElementTree.SubElement(case, kind, message=_text(each.why))
    if not result.findings:
        suite = ElementTree.SubElement(suites, "testsuite", name="fleet verify", tests="1", failures="1", errors="0")
        case = ElementTree.SubElement(suite, "testcase", classname="verify", name="something is asked")
        ElementTree.SubElement(case, "failure", message=result.verdict)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _text(text: str) -> str:
    """Without characters that XML has no place for."""
    return _NOT_XML.sub("?", text)
