"""Kubernetes: secrets that are shown, commands inside pods, scaling to nothing by patch."""

from __future__ import annotations

import re
from typing import Final

from scanner.call import Call, Handler
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN
from scanner.words import OPAQUE

_SECRET_KINDS: Final = re.compile(r"(?i)(?:^|,)(?:secrets?)(?:\.v1\.?|/|,|$)")
_SHOWS_CONTENT: Final = re.compile(r"(?i)(?:yaml|json|jsonpath.*|go-template.*|template.*|custom-columns.*)")


def get(call: Call) -> None:
    """`get` of a secret in a form that shows its content; a raw path that is one."""
    output = call.arguments.value_of("-o", "--output", "--template")
    shows = call.arguments.has("--template") or (
        output is not None and (_SHOWS_CONTENT.match(output.text) or OPAQUE in output.text)
    )
    raw = call.arguments.value_of("--raw")
    if raw is not None and ("secrets" in raw.text or OPAQUE in raw.text):
        call.say(CAUTION, "secrets.read", "reads a secret through the API")
    if raw is not None and re.search(r"/(?:exec|attach|proxy|portforward|run|token)(?:/|\?|$)", raw.text):
        call.say(CAUTION, "kubernetes.through", "reaches through the API into a pod, service or node")
    kinds = call.arguments.positionals[:1] if "/" not in _first(call) else call.arguments.positionals
    if shows and any(_SECRET_KINDS.search(word.text) for word in call.arguments.positionals):
        call.say(CAUTION, "secrets.read", "prints the content of secrets")
        call.judge.shared.sensitive = call.judge.judgements[-1]
    elif shows and any(word.text.startswith(OPAQUE) for word in kinds):
        call.say(UNKNOWN, "kubernetes.kind", "prints the content of a kind that is known only when it runs")
    if call.arguments.has("-f", "--filename"):
        source = call.arguments.value_of("-f", "--filename")
        if source is not None and "://" in source.text:
            call.judge.shared.network = call.judge.judgements[-1]


def _first(call: Call) -> str:
    return call.arguments.positionals[0].text if call.arguments.positionals else ""


def read(call: Call) -> None:
    """Reading verbs that still need a look: a dump into files is an option of the table."""
    if call.path[-1:] == ("dump",) and call.arguments.has("--output-directory"):
        call.say(CAUTION, "kubernetes.dump", "writes files")


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


def switch(call: Call) -> None:
    """kubectx and kubens with a name change the context."""
    if call.tool.name in ("kubectx", "kubens", "k9s") and call.arguments.positionals:
        call.say(CAUTION, "kubernetes.context", "changes which cluster or namespace is spoken to")


HANDLERS: Final[dict[str, Handler]] = {
    "kubernetes_get": get,
    "kubernetes_read": read,
    "kubernetes_write": write,
    "kubernetes_exec": run_inside,
    "kube_switch": switch,
}
