"""Listeners of load balancers, and their rules."""

from typing import Any

from localcloud.aws.kinds.elbv2 import lb_kind
from localcloud.aws.model import Call, Read, names


def _actions(name: str) -> dict[str, str]:
    """How the API calls what an action has."""
    return {
        f"{name}.redirect": "RedirectConfig",
        f"{name}.fixedResponse": "FixedResponseConfig",
        f"{name}.forward": "ForwardConfig",
        f"{name}.forward.stickiness": "TargetGroupStickinessConfig",
        f"{name}.forward.targetGroups.arn": "TargetGroupArn",
    }


def _condition(given: Any) -> dict[str, Any]:
    fields = {
        "hostHeader": ("host-header", "HostHeaderConfig"),
        "pathPattern": ("path-pattern", "PathPatternConfig"),
        "httpHeader": ("http-header", "HttpHeaderConfig"),
        "httpRequestMethod": ("http-request-method", "HttpRequestMethodConfig"),
        "sourceIp": ("source-ip", "SourceIpConfig"),
    }
    name = next(each for each in fields if given.get(each))
    field, member = fields[name]
    return {"Field": field, member: given[name]}


_CERTIFICATES = "=in.certificateArn && [{CertificateArn: in.certificateArn}] || `null`"


LISTENER_KINDS = (
    lb_kind(
        "listener:Listener",
        create=Call(
            do="create_listener", auto=True, rename=_actions("defaultActions"), give={"Certificates": _CERTIFICATES}
        ),
        id="=raw.Listeners[0].ListenerArn",
        ids=("arn",),
        between="\n",
        read=Read(
            call=Call(do="describe_listeners", give={"ListenerArns": ["=id"]}),
            found="Listeners[0]",
            outputs={
                "arn": "=id",
                "certificateArn": "=found.Certificates[0].CertificateArn",
                "defaultActions": "=in.defaultActions",
            },
        ),
        update=(
            Call(
                do="modify_listener",
                auto=True,
                rename={**_actions("defaultActions"), "loadBalancerArn": ""},
                give={"ListenerArn": "=id", "Certificates": _CERTIFICATES},
            ),
        ),
        delete=(Call(do="delete_listener", give={"ListenerArn": "=id"}),),
        replace=names("loadBalancerArn"),
        defaults={},
        silent="that the certificate fits; actions changed by hand are not noticed",
    ),
    lb_kind(
        "listenerRule:ListenerRule",
        create=Call(
            do="create_rule",
            auto=True,
            rename={**_actions("actions"), "conditions": ""},
            give={"Conditions": lambda scope: [_condition(each) for each in scope["in"]["conditions"]]},
        ),
        id="=raw.Rules[0].RuleArn",
        ids=("arn",),
        between="\n",
        read=Read(
            call=Call(do="describe_rules", give={"RuleArns": ["=id"]}),
            found="Rules[0]",
            outputs={"arn": "=id", "actions": "=in.actions", "conditions": "=in.conditions"},
        ),
        update=(
            Call(
                do="modify_rule",
                auto=True,
                rename={**_actions("actions"), "conditions": "", "priority": ""},
                give={
                    "RuleArn": "=id",
                    "Conditions": lambda scope: [_condition(each) for each in scope["in"]["conditions"]],
                },
                when=("actions", "conditions"),
            ),
            Call(
                do="set_rule_priorities",
                give={"RulePriorities": [{"RuleArn": "=id", "Priority": "=in.priority"}]},
                when=("priority",),
            ),
        ),
        delete=(Call(do="delete_rule", give={"RuleArn": "=id"}),),
        replace=names("listenerArn"),
        also=names("conditions"),
        silent="actions and conditions changed by hand are not noticed",
    ),
)
