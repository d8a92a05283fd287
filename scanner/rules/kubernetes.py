"""Kubernetes: secrets that are shown, commands inside pods, scaling to nothing by patch."""

from __future__ import annotations

import re
from typing import Final

from scanner.call import Call, Handler
from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN
from scanner.word import Word

_SECRET_KINDS: Final = re.compile(r"(?i)(?:^|,)(?:secrets?|[a-z.]*tokens?(?:\.[a-z.]+)?)(?:\.v1\.?|/|,|$)")
_TOKEN_KINDS: Final = re.compile(r"(?i)(?:^|,)oauth(?:access|authorize)tokens?")
_HIDES_CONTENT: Final = re.compile(r"(?i)(?:wide|name)?")
"""The outputs of `get` that show names and columns; all others may show the whole resource."""
_LISTS_WITH_KIND: Final = re.compile(r"\bget [a-z][^|;&]* (?:-o ?|--output[ =])name\b")
_OPEN: Final = re.compile(rf"(?:[a-z-]+=)?{OPAQUE}")
_SECRETS: Final = re.compile(r"(?i)secret|token")
_WHOLE_ANSWERS: Final = re.compile(r"[89]|[1-9]\d+")
"""Verbosities at which the answers of the API are printed."""


def _prints_answers(call: Call) -> bool:
    values = (option.value for option in call.arguments.options if option.name in ("-v", "--v"))
    return any(value is not None and _WHOLE_ANSWERS.fullmatch(value.text) is not None for value in values)


def _shows(call: Call) -> bool:
    """Whether the content of what is named is printed."""
    outputs = (o.value for o in call.arguments.options if o.name in ("-o", "--output"))
    whole = any(value is not None and _HIDES_CONTENT.fullmatch(value.text) is None for value in outputs)
    return whole or call.arguments.has("--template") or _prints_answers(call)


def _content(call: Call) -> None:
    """The content of what is named is printed: of a secret, or of a kind that is known only at run time."""
    named = call.arguments.positionals
    kinds = named[:1] if "/" not in _first(call) else named
    if any(_SECRET_KINDS.search(word.text) for word in named):
        call.say(CAUTION, "secrets.read", "prints the content of secrets")
        call.judge.shared.sensitive = call.judge.judgements[-1]
    elif any(word.text.startswith(OPAQUE) for word in kinds):
        call.say(UNKNOWN, "kubernetes.kind", "prints the content of a kind that is known only when it runs")
    elif call.arguments.has("-f", "--filename", "-k", "--kustomize"):
        call.say(UNKNOWN, "kubernetes.kind", "prints the content of what a file names, which may be a secret")


def get(call: Call) -> None:
    """`get` of a secret in a form that shows its content; a raw path that is one."""
    raw = call.arguments.value_of("--raw")
    if raw is not None and ("secrets" in raw.text or "%" in raw.text or OPAQUE in raw.text):
        call.say(CAUTION, "secrets.read", "reads a secret through the API")
    if raw is not None and re.search(r"/(?:exec|attach|proxy|portforward|run|token)(?:/|\?|$)", raw.text):
        call.say(CAUTION, "kubernetes.through", "reaches through the API into a pod, service or node")
    if any(_TOKEN_KINDS.search(word.text) for word in call.arguments.positionals[:1]):
        call.say(CAUTION, "secrets.read", "the names of these objects are the tokens")
    if _shows(call):
        _content(call)
    forms = (o.value for o in call.arguments.options if o.name in ("-o", "--output", "--template"))
    asked = [*call.arguments.positionals[:1], *(value for value in forms if value is not None)]
    if any((word.read or word.data) and _OPEN.match(word.text) is not None for word in asked):
        why = "data decides what is asked for: `--raw=…` is one word, `go-template-file=…` a form"
        call.say(UNKNOWN, "kubernetes.data", why)
    if call.arguments.has("-f", "--filename"):
        source = call.arguments.value_of("-f", "--filename")
        if source is not None and "://" in source.text:
            call.judge.shared.network = call.judge.judgements[-1]


def describe(call: Call) -> None:
    """`describe` prints the token of a secret of a service account, and all where answers are printed."""
    named = call.arguments.positionals
    kinds = named[:1] if "/" not in _first(call) else named
    if _prints_answers(call) or any(_SECRET_KINDS.search(word.text) for word in kinds):
        _content(call)
    elif any(word.text.startswith(OPAQUE) and not _listed_otherwise(call, word) for word in kinds):
        call.say(UNKNOWN, "kubernetes.kind", "describes a kind that is known only when it runs: secrets, too")


def _listed_otherwise(call: Call, word: Word) -> bool:
    """Whether a resource comes from a list of names with their kind, and no secret is spoken of."""
    text = call.judge.text
    return (
        not (word.read or word.data)
        and _LISTS_WITH_KIND.search(text) is not None
        and _SECRETS.search(text) is None
    )


def shown(call: Call) -> None:
    """A verb that always prints the content of what it names."""
    _content(call)


def _first(call: Call) -> str:
    return call.arguments.positionals[0].text if call.arguments.positionals else ""


def write(call: Call) -> None:
    """Patches that scale to nothing; manifests from the network; overrides of a pod's rights."""
    for option in call.arguments.options:
        value = option.value.text if option.value is not None else ""
        if re.search(r'"replicas"\s*:\s*0\b', value):
            call.say(DANGEROUS, "kubernetes.patch-zero", "scales down to nothing: the service stops")
        if option.name in ("-f", "--filename") and "://" in value:
            call.say(
                CAUTION, "kubernetes.remote-manifest", "applies a manifest from the network that is not shown"
            )
    if call.path == ("create",) and any(word.text == "token" for word in call.arguments.positionals):
        call.say(CAUTION, "secrets.read", "prints a token")


def run_inside(call: Call) -> None:
    """exec, debug, run: the command behind `--` or the pod's name; overrides that give every right."""
    words = call.words
    dashes = next((at for at, word in enumerate(words) if word.text == "--"), None)
    if dashes is not None and dashes + 1 < len(words):
        call.judge.words(words[dashes + 1 :], call.place)
    elif len(call.arguments.positionals) > 1:
        first = call.arguments.positionals[1]
        at = next(at for at, word in enumerate(words) if word is first)
        call.judge.words(words[at:], call.place)
    overrides = call.arguments.value_of("--overrides")
    if call.arguments.has("--privileged"):
        call.say(DANGEROUS, "kubernetes.privileged", "the pod gets every right over the node")
    if overrides is not None and re.search(
        r'privileged"?\s*:\s*true|hostPID"?\s*:\s*true|hostPath', overrides.text
    ):
        call.say(DANGEROUS, "kubernetes.privileged", "the pod gets every right over the node")


HANDLERS: Final[dict[str, Handler]] = {
    "kubernetes_get": get,
    "kubernetes_describe": describe,
    "kubernetes_shown": shown,
    "kubernetes_write": write,
    "kubernetes_exec": run_inside,
}
