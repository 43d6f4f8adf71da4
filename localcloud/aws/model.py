"""What a description of a resource type says. A type is a few lines of data; provider/lifecycle.py carries it out.

Values that are sent are templates: a text that begins with "=" is JMESPath over a scope, everything else is itself, at
any depth; a value that comes out as null is not sent. The scope has `id`, `in` (the inputs), `was` (the inputs before
an update), `raw` (the answer of the call before), `found` (what was read), `region`, `account`, `partition` and `name`
(the resource's in the stack).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Scope = Mapping[str, Any]
Template = Any


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of boto3.

    do: method of the client. give: arguments, as templates.
    auto: also give each input that has an argument's name, at every depth, without regard to capitals.
    rename: arguments for inputs that are called otherwise, for `auto`; "" for an input that is not to be given.
    when: only if one of these inputs is set (create) or has changed (update); empty means always.
    only: only if this template comes out true. each: once for every item of this template, as `item` in the scope.
    client: boto3's name of the service, when it is not the kind's. mends: error codes that mean it is done already.
    """

    do: str
    give: Template = field(default_factory=dict)
    auto: bool = False
    rename: Mapping[str, str] = field(default_factory=dict)
    when: tuple[str, ...] = ()
    only: Template = True
    each: str = ""
    client: str = ""
    mends: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Read:
    """A call that reads. found: JMESPath of the object in the answer, or, with "=" or as a function, a template with
    the answer as `raw`; null means that it is not there.

    auto: take every member that has a property's name. outputs: further properties, as templates; `found` is in scope.
    absent: error codes after which its properties are simply not set.
    """

    call: Call
    found: Template = "@"
    auto: bool = True
    outputs: Mapping[str, Template] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tags:
    """How a type is tagged. create: argument of the first call. form: how the API has them.

    tag, untag: calls with `tags` and `keys` in scope. found: JMESPath of the tags in what `read` (default: the kind's
    own) found.
    """

    create: str = ""
    form: Literal["pairs", "map", "kms"] = "pairs"
    specification: str = ""
    """EC2's resource type, where the tags are in a TagSpecification."""
    tag: Call | None = None
    untag: Call | None = None
    found: str = "Tags"
    read: Call | None = None


class Hooks:
    """What a type has beside its calls: a real cluster or server on this machine. Each method gets the scope.

    The methods here do nothing. What `created`, `read` and `updated` return is added to the state; `read` returns None
    for something that is gone. `check` says what is wrong with inputs, before anything is made.
    """

    def check(self, inputs: Mapping[str, Any]) -> str | None:
        """The mistake in the inputs, if there is one."""
        del inputs
        return None

    def before(self, scope: Scope) -> None:
        """Before the first call of a creation."""

    def created(self, scope: Scope) -> Mapping[str, Any]:
        """After the first call."""
        del scope
        return {}

    def resumed(self, scope: Scope) -> None:
        """Before the first look at what was created by somebody who was stopped meanwhile, with what was read as
        `found`: do what he had yet to do. At AWS a creation goes on without whoever asked for it."""

    def read(self, scope: Scope) -> Mapping[str, Any] | None:
        """With what was read as `actual`."""
        del scope
        return {}

    def updated(self, scope: Scope) -> Mapping[str, Any]:
        """After the calls of an update."""
        del scope
        return {}

    def deleted(self, scope: Scope) -> None:
        """After the calls of a deletion."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A resource type.

    token: Pulumi's. client: boto3's service. imported: the id of what is imported, where pulumi-aws takes another text
    for that, which is `id` in its scope. create: makes it; `then`: what is set by calls of their own, after it and
    at each update; `update`: at updates only. id: template. ids: properties that an id to be imported consists of,
    with the character between them.
    read: the resource; more: further calls. delete: in this order.
    replace: properties (with dots) whose change makes a new one. defaults: as the official provider fills them in.
    autoname: property that gets a generated name, and the longest it may be.
    documents: properties that are JSON, compared as such. sets: lists without an order.
    unread: inputs that the API does not tell again. ignored: inputs accepted without a call, each with the reason.
    silent: what AWS checks and moto does not, for the docs.
    """

    token: str
    client: str
    create: Call
    id: Template
    read: Read
    delete: tuple[Call, ...] = ()
    then: tuple[Call, ...] = ()
    update: tuple[Call, ...] = ()
    more: tuple[Read, ...] = ()
    tags: Tags | None = None
    ids: tuple[str, ...] = ()
    between: str = "/"
    imported: Callable[[Scope], str] | None = None
    replace: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    autoname: tuple[str, int] | None = None
    documents: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    ignored: Mapping[str, str] = field(default_factory=dict)
    also: frozenset[str] = frozenset()
    """Inputs that hooks carry out."""
    hooks: Callable[[], Hooks] | None = None
    silent: str = ""


def names(text: str) -> frozenset[str]:
    """The words of a text, for lists of properties that read well."""
    return frozenset(text.split())
