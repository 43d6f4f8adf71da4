"""Rules about the edge, records and bills of an account (B2, G5, G6)."""

from collections.abc import Iterator
from typing import Final

from policies.aws.keys import names_a_key
from policies.expected import Expected
from policies.objects import AwsResource
from policies.rule import rule

LOG_DAYS: Final = 180
_TLS: Final = "ELBSecurityPolicy-TLS13-"


def the_edge_speaks_tls(found: AwsResource, _: Expected) -> Iterator[str]:
    """A listener is HTTPS by TLS 1.3, or sends to it (B2, F5)."""
    protocol = found.at("protocol")
    if protocol in ("HTTPS", "TLS"):
        policy = str(found.at("sslPolicy") or "")
        if not policy.startswith(_TLS):
            yield f"sslPolicy is {policy!r}, not one of {_TLS}*"
    elif protocol == "HTTP":
        for each in found.every("defaultActions"):
            if each.get("type") != "redirect" or (each.get("redirect") or {}).get("protocol") != "HTTPS":
                yield "plain requests are answered instead of redirected"
    elif protocol is None:
        yield "it names no protocol"


def the_edge_limits(found: AwsResource, _: Expected) -> Iterator[str]:
    """A web ACL has a rate-based rule that blocks (B2)."""
    for each in found.every("rules"):
        if (each.get("statement") or {}).get("rateBasedStatement") and "block" in (each.get("action") or {}):
            return
    yield "it has no rate-based rule that blocks"


def trails_are_whole(found: AwsResource, _: Expected) -> Iterator[str]:
    """All regions, global services, validation, a key (G5)."""
    for key in ("isMultiRegionTrail", "enableLogFileValidation"):
        if found.at(key) is not True:
            yield f"{key} is not true"
    for key in ("includeGlobalServiceEvents", "enableLogging"):  # true when left out
        if found.at(key) is False:
            yield f"{key} is false"
    if not names_a_key(found, "kmsKeyId"):
        yield "it names no key: kmsKeyId"


def logs_are_kept(found: AwsResource, _: Expected) -> Iterator[str]:
    """180 days or more, not for ever, encrypted (G5, G6)."""
    days = found.at("retentionInDays")
    if not days or days < LOG_DAYS:
        yield f"logs are kept for {format(days, 'g') + ' days' if days else 'ever'}, and {LOG_DAYS} days are needed"
    if not names_a_key(found, "kmsKeyId"):
        yield "it names no key: kmsKeyId"


def budgets_tell(found: AwsResource, _: Expected) -> Iterator[str]:
    """A budget has somebody to tell (G6)."""
    told = [
        each
        for each in found.every("notifications")
        if each.get("subscriberEmailAddresses") or each.get("subscriberSnsTopicArns")
    ]
    if not told:
        yield "it tells nobody"


OPERATION = (
    rule("TP-B2-03", ("lb:Listener",), the_edge_speaks_tls),
    rule("TP-B2-04", ("wafv2:WebAcl",), the_edge_limits),
    rule("TP-G5-02", ("cloudtrail:Trail",), trails_are_whole),
    rule("TP-G5-03", ("cloudwatch:LogGroup",), logs_are_kept),
    rule("TP-G6-01", ("budgets:Budget",), budgets_tell),
)
