"""Whom a pod's proxy lets in, worked out from the mesh's objects: a reference evaluator (E3).

After Istio's documentation ("PeerAuthentication", "AuthorizationPolicy", "Authorization Policy Conditions") and, where
that is silent, the source of the release that the kinds are pinned to (pilot/pkg/security/authn/policy_applier.go,
pilot/pkg/security/authz/builder/builder.go):

* mTLS: the narrowest PeerAuthentication counts: of the namespace with a selector, of the namespace, of the root
  namespace; the oldest of equals. Without any, or with UNSET alone, PERMISSIVE. A port's own mode counts in one with a
  selector only, and one with a selector not in the root namespace.
* STRICT hears only who has a certificate below this mesh's root. PERMISSIVE hears everybody, and whoever shows no such
  certificate is nobody. DISABLE hears everybody as nobody.
* AuthorizationPolicies of the root namespace and of the pod's own apply, each to the pods that it selects. A DENY that
  matches refuses. Then, without an ALLOW all are let in; with any, those that one of them matches. What is in dry run,
  or of action AUDIT, decides nothing.
* A policy without rules matches nothing; a rule without `from`, `to` and `when` matches everything; of the entries of
  `from`, and of `to`, one has to match, of the fields of an entry all, of `when` all.
* A value is exact, `prefix*`, `*suffix`, or `*` for any that is there at all. `cluster.local/...` means this mesh's own
  trust domain.

What of a request only the caller chooses (path, method, headers, ...) is taken as it would serve the caller best: an
ALLOW that asks for it is met, a DENY that asks for it is not. Fields beyond these are refused, never passed over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fleet.reachability.network_policies import matches

Object = Mapping[str, Any]

_CHOSEN = {"hosts", "notHosts", "methods", "notMethods", "paths", "notPaths"}
_SOURCE = {"principals", "notPrincipals", "namespaces", "notNamespaces"}
_KEYS = {"source.principal", "source.namespace", "destination.port"}
_LOCAL = "cluster.local/"


@dataclass(frozen=True)
class Caller:
    """Who asks. principal: `<trust domain>/ns/<namespace>/sa/<account>`; None for who shows no certificate. root: the
    root of trust below which the certificate is."""

    principal: str | None = None
    root: str = ""


@dataclass(frozen=True)
class Served:
    """A pod with a proxy."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class MeshRules:
    """What the API server of one cluster holds, oldest first. root: of trust. trust_domain, root_namespace: its mesh's.

    Raises NotImplementedError, when asked, for objects with fields that are not understood here.
    """

    root: str
    trust_domain: str
    root_namespace: str
    peer_authentications: Sequence[Object]
    authorization_policies: Sequence[Object]

    def mode(self, pod: Served, port: int) -> str:
        """STRICT, PERMISSIVE or DISABLE, of one port of a pod."""
        mode = "PERMISSIVE"
        for each in self._scopes(pod):
            mode = _mode(each["spec"].get("mtls"), mode)
            if _narrowed(each):
                mode = _mode(each["spec"].get("portLevelMtls", {}).get(str(port)), mode)
        return mode

    def lets_in(self, caller: Caller, pod: Served, port: int) -> bool:
        """Whether a request of the caller gets through the pod's proxy to the port."""
        mode = self.mode(pod, port)
        known = caller.principal is not None and caller.root == self.root and mode != "DISABLE"
        if mode == "STRICT" and not known:
            return False
        principal = caller.principal if known else None
        by_action: dict[str, list[Object]] = {"ALLOW": [], "DENY": []}
        for each in self.authorization_policies:
            if self._selects(each, pod) and not _decides_nothing(each):
                by_action[each["spec"].get("action", "ALLOW")].append(each)
        if any(self._matches(each, principal, port, denies=True) for each in by_action["DENY"]):
            return False
        allowing = by_action["ALLOW"]
        return not allowing or any(self._matches(each, principal, port, denies=False) for each in allowing)

    def _scopes(self, pod: Served) -> list[Object]:
        """The PeerAuthentications that count for a pod, the widest first."""
        found: dict[int, Object] = {}
        for each in self.peer_authentications:
            _understood(each["spec"], {"mtls", "selector", "portLevelMtls"})
            if not self._selects(each, pod):
                continue
            in_root = each["metadata"]["namespace"] == self.root_namespace
            if in_root and _narrowed(each):
                continue  # passed over by istiod, even for pods of the root namespace
            found.setdefault(2 if _narrowed(each) else int(not in_root), each)
        return [found[scope] for scope in sorted(found)]

    def _selects(self, policy: Object, pod: Served) -> bool:
        inside = policy["metadata"]["namespace"] in (self.root_namespace, pod.namespace)
        return inside and matches(policy["spec"].get("selector", {}), pod.labels)

    def _matches(self, policy: Object, principal: str | None, port: int, *, denies: bool) -> bool:
        _understood(policy["spec"], {"action", "rules", "selector"})
        return any(self._rule(each, principal, port, denies=denies) for each in policy["spec"].get("rules", []))

    def _rule(self, rule: Object, principal: str | None, port: int, *, denies: bool) -> bool:
        _understood(rule, {"from", "to", "when"})
        sources = [each["source"] for each in rule.get("from", [])]
        operations = [each["operation"] for each in rule.get("to", [])]
        return (
            (not sources or any(self._source(each, principal) for each in sources))
            and (not operations or any(_operation(each, port, denies=denies) for each in operations))
            and all(self._condition(each, principal, port, denies=denies) for each in rule.get("when", []))
        )

    def _source(self, source: Object, principal: str | None) -> bool:
        _understood(source, _SOURCE)
        namespace = _namespace(principal)
        return (
            self._one_of(source.get("principals"), principal)
            and not (source.get("notPrincipals") and self._one_of(source["notPrincipals"], principal))
            and self._one_of(source.get("namespaces"), namespace)
            and not (source.get("notNamespaces") and self._one_of(source["notNamespaces"], namespace))
        )

    def _condition(self, when: Object, principal: str | None, port: int, *, denies: bool) -> bool:
        _understood(when, {"key", "values", "notValues"})
        if when["key"] not in _KEYS:
            if not when["key"].startswith("request.headers["):
                raise NotImplementedError(f"when {when['key']!r}")
            return not denies
        held = {"source.principal": principal, "source.namespace": _namespace(principal), "destination.port": str(port)}
        value = held[when["key"]]
        refused = bool(when.get("notValues")) and self._one_of(when["notValues"], value)
        return self._one_of(when.get("values"), value) and not refused

    def _one_of(self, patterns: Iterable[str] | None, value: str | None) -> bool:
        """Whether a value is one of these; true without any pattern."""
        if not patterns:
            return True
        return value is not None and any(_like(self._local(each), value) for each in patterns)

    def _local(self, pattern: str) -> str:
        ours = pattern.startswith(_LOCAL)
        return f"{self.trust_domain}/{pattern.removeprefix(_LOCAL)}" if ours else pattern


def _narrowed(policy: Object) -> bool:
    return bool(policy["spec"].get("selector", {}).get("matchLabels"))


def _mode(mtls: Object | None, inherited: str) -> str:
    mode = (mtls or {}).get("mode", "UNSET")
    return inherited if mode == "UNSET" else str(mode)


def _decides_nothing(policy: Object) -> bool:
    action = policy["spec"].get("action", "ALLOW")
    if action not in ("ALLOW", "DENY", "AUDIT"):
        raise NotImplementedError(f"action {action}")
    dry = policy["metadata"].get("annotations", {}).get("istio.io/dry-run", "false")
    return action == "AUDIT" or dry.lower() in ("true", "t", "1")


def _operation(operation: Object, port: int, *, denies: bool) -> bool:
    _understood(operation, {"ports", "notPorts"} | _CHOSEN)
    if denies and _CHOSEN & set(operation):
        return False
    asked = operation.get("ports")
    return (not asked or str(port) in asked) and str(port) not in operation.get("notPorts", [])


def _like(pattern: str, value: str) -> bool:
    if pattern == "*":
        return value != ""
    if pattern.startswith("*"):
        return value.endswith(pattern[1:])
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern


def _namespace(principal: str | None) -> str | None:
    if principal is None:
        return None
    parts = principal.split("/")
    return parts[2] if len(parts) == 5 and (parts[1], parts[3]) == ("ns", "sa") else None


def _understood(part: Object, known: set[str]) -> None:
    if unknown := set(part) - known:
        raise NotImplementedError(f"{sorted(unknown)}")
