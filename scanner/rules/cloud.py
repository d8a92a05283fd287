"""Clouds: verbs at the end of long paths, secrets that reads show, commands sent to machines."""

from __future__ import annotations

import re
from typing import Final

from scanner.call import Call, Handler, Reader
from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN
from scanner.rules.cloud_reads import destroys, reads, shows_secrets, words_of
from scanner.tables import names
from schemas.verdict import Reversibility

_FINAL: Final = Reversibility.IRREVERSIBLE
_COMMAND_OPTIONS: Final = frozenset({"--scripts", "--command", "-C", "-c", "--cmd", "--startup-script"})
_SIZE_OPTIONS: Final = frozenset({"--replicas", "--num-nodes", "--min-instances", "--size"})


def verbs(call: Call) -> None:
    """What the verb says: destroys, shows a secret, or runs a command on a machine."""
    path = words_of(call)
    if destroys(path):
        named = [word.text for word in call.arguments.positionals if word.known and word.text not in path]
        value = call.arguments.value_of("-n", "--name")
        call.say(
            DANGEROUS,
            "cloud.destroy",
            f"{call.tool.name} {' '.join(path[:5])} destroys or takes away",
            resources=named or ([value.text] if value is not None and value.known else path[-1:]),
            reversibility=_FINAL,
        )
    if shows_secrets(path):
        call.say(CAUTION, "secrets.read", "may show or change secrets")
    _commands(call)
    if not path:
        call.say(UNKNOWN, "tool.unknown-verb", f"what {call.tool.name} is asked to do is not known")


def _commands(call: Call) -> None:
    """What an option or the words behind `--` run on a machine; sizes that are set to nothing."""
    texts = [word.text for word in call.words]
    for at, text in enumerate(texts[:-1]):
        following = call.words[at + 1]
        if text in _COMMAND_OPTIONS and at > 0:
            call.judge.inner(following.text, following.start, following.end, "cloud.command")
        elif text in _SIZE_OPTIONS and following.text == "0":
            call.say(DANGEROUS, "cloud.scale-zero", "scales down to nothing")
    for word in call.words[1:]:
        if word.text.startswith("--command="):
            call.judge.inner(word.text.partition("=")[2], word.start, word.end, "cloud.command")
    dashes = texts.index("--") if "--" in texts else None
    if dashes is not None and dashes + 1 < len(call.words):
        call.judge.words(call.words[dashes + 1 :], call.place)


_AWS_SECRETS: Final = re.compile(
    r"(?:get-secret-value|batch-get-secret-value|get-random-password|decrypt|get-session-token|get-federation-token|"
    r"assume-role.*|get-login-profile|get-authorization-token|get-credentials.*|get-password-data|get-cluster-credentials.*|"
    r"get-account-authorization-details|get-export-snapshot-records|get-contact.*|get-access-key.*|generate-.*|get-id|get-open-id-token.*"
    r"|get-[\w-]*credentials|(?!get-change-token)get-(?:[\w-]*-)?token)"
)
_AWS_CONSUMES: Final = re.compile(
    r"deliver-.*|request-.*|stop-.*|receive-message|get-records$|detect-.*|start-.*|test-.*|poll-.*|get-object$|get-object-torrent|retrieve-.*|download-.*|create-.*|(?!get-queue-url).*-url$"
)


_AWS_NARROW: Final = re.compile(
    r"[\w\[\]*.]*\.(?:\w*(?:Name|Arn|ARN|Id|Status|State|Time|Date|Version|Runtime|Count|Size|Type|Address|Endpoint))(?:\[\])?"
)
"""A `--query` that ends in one fact that is no secret."""
_AWS_HELD: Final = re.compile(r"(?i)environment|variable|secret|password|token|credential|userdata")
_AWS_INPUT: Final = ("--cli-input-json", "--cli-input-yaml")
_FILES: Final = ("file://", "fileb://")
_AWS_DECRYPTS: Final = ("--with-decryption", "--include-values", "--include-value", "--unmask")


def _aws_asks(call: Call, *names: str) -> bool:
    """Whether one of these options is there, in full or by its beginning, as the tool takes it."""
    given = tuple([option.name for option in call.arguments.options if len(option.name) > 3])
    return bool(given) and any(full.startswith(given) for full in names)


def _aws_shows(call: Call) -> bool:
    """Whether the answer holds a secret, and no query leaves it out."""
    if _AWS_SECRETS.fullmatch(call.path[-1]) or _aws_asks(call, *_AWS_DECRYPTS):
        return True
    if call.path[-1] == "describe-instance-attribute" and any("userData" in w.text for w in call.words):
        return True
    query = call.arguments.value_of("--query")
    narrow = (
        query is not None
        and _AWS_NARROW.fullmatch(query.text) is not None
        and _AWS_HELD.search(query.text) is None
    )
    return " ".join(call.path) in names("aws_shows_secrets") and not narrow


def _from_file(text: str) -> bool:
    """`file://x`, `--filters=fileb://x`: the tool puts the file in its place."""
    return text.partition("=")[2].startswith(_FILES) or text.startswith(_FILES)


def aws_read(call: Call) -> None:
    """Reads that show secrets, write a local file, take messages away from others, or read their request."""
    operation = call.path[-1]
    if _aws_asks(call, *_AWS_INPUT):
        call.say(UNKNOWN, "aws.input", "takes what it asks for from a file that is not shown")
    if _aws_shows(call):
        call.say(CAUTION, "secrets.read", "shows secrets or credentials")
        call.judge.shared.sensitive = call.judge.judgements[-1]
    elif any("://" in word.text and _from_file(word.text) for word in call.words[1:]):
        call.say(CAUTION, "aws.file", "sends what a local file holds")
    elif _AWS_CONSUMES.match(operation) or " ".join(call.path) in names("aws_writes_file"):
        call.say(CAUTION, "aws.read-acts", f"{operation} does more than read, or writes a local file")


def aws_write(call: Call) -> None:
    """Permission and world-open forms in the values of options."""
    for option in call.arguments.options:
        value = option.value.text if option.value is not None else ""
        if value in ("0.0.0.0/0", "::/0") or "AdministratorAccess" in value:
            call.say(
                DANGEROUS, "aws.opens", "opens access to everybody, or gives every right", word=option.word
            )


def aws_command(call: Call) -> None:
    """Commands in the parameters of `ssm send-command`."""
    value = call.arguments.value_of("--parameters")
    for word in [value] if value is not None else call.words:
        for text in re.findall(r"commands=\[?['\"]?([^]]+)", word.text) + re.findall(
            r'"commands"\s*:\s*\[([^]]+)\]', word.text
        ):
            call.judge.inner(text.strip("\"' "), word.start, word.end, "aws.command")


def ansible(call: Call) -> None:
    """ansible -m MODULE -a ARGS: modules that run a shell, and states that remove."""
    arguments = call.arguments.value_of("-a", "--args")
    module = call.arguments.value_of("-m", "--module-name")
    name = module.text.rsplit(".", 1)[-1] if module is not None else "command"
    if arguments is None:
        return
    if name in ("shell", "command", "raw", "script"):
        call.judge.inner(arguments.text, arguments.start, arguments.end, "ansible.command")
    elif "state=absent" in arguments.text or name == "reboot":
        call.say(DANGEROUS, "ansible.absent", "removes what it names on every host", reversibility=_FINAL)


def terraform_fmt(call: Call) -> None:
    """fmt writes, unless it only checks: a lowering of the table."""
    if call.arguments.has("-recursive"):
        call.say(CAUTION, "terraform.fmt-tree", "writes files of a whole tree")


def sensitive(call: Call) -> None:
    """Tools that handle secrets: their output is one."""
    call.judge.shared.sensitive = call.judge.judgements[-1]
    if OPAQUE in call.words[0].text:
        return


def consul_read(call: Call) -> None:
    """Keys of consul often hold secrets."""
    if call.path[:2] == ("kv", "get"):
        call.say(CAUTION, "secrets.read", "may show secrets")


HANDLERS: Final[dict[str, Handler]] = {
    "cloud_verbs": verbs,
    "aws_read": aws_read,
    "aws_write": aws_write,
    "aws_command": aws_command,
    "ansible": ansible,
    "terraform_fmt": terraform_fmt,
    "sensitive": sensitive,
    "consul_read": consul_read,
}
READERS: Final[dict[str, Reader]] = {"cloud_verbs": reads}
