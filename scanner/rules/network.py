"""HTTP clients but curl, and raw connections: the method, what is sent, and where the answer goes."""

from __future__ import annotations

import re
from typing import Final

from scanner.addresses import names_metadata
from scanner.call import Call, Handler, Reader
from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN
from scanner.paths import is_device, is_protected, is_sensitive, normal_path, secret_variable
from scanner.rules.requests import asks_metadata, asks_more, judge_request, overrides
from scanner.word import Word
from schemas.verdict import Reversibility

_FINAL: Final = Reversibility.IRREVERSIBLE
_DISCARD: Final = frozenset({"/dev/null", "-", "/dev/stdout"})


def carries_secret(raw: str) -> bool:
    """A variable that by its name holds a secret: in an address it is written into logs on the way."""
    return secret_variable(raw) is not None


def judge_method(call: Call, method: Word | None, *, sends: bool) -> None:
    """What a method does: GET and HEAD read, DELETE deletes, of others nothing is known."""
    name = method.text.upper() if method is not None else ("POST" if sends else "GET")
    if OPAQUE in name:
        call.say(UNKNOWN, "http.method", "the method is known only when it runs")
    elif name == "DELETE":
        targets = [word.text for word in call.arguments.positionals if word.known]
        call.say(
            DANGEROUS, "http.delete", "deletes what the URL names", resources=targets, reversibility=_FINAL
        )
    elif name not in ("GET", "HEAD", "OPTIONS", "TRACE"):
        call.say(CAUTION, "http.write", f"sends a {name}, which may change something")
    elif name != "GET" and name != "HEAD":
        call.say(CAUTION, "http.other", f"sends a {name}")
    elif sends:
        call.say(CAUTION, "http.body", "sends data with the request")


def judge_sent(call: Call, value: Word | None) -> None:
    """What goes over the network with a request: a text, or the file behind an `@`."""
    call.judge.shared.network = call.judge.judgements[-1]
    if value is None:
        return
    source = value.text.split("=", 1)[-1]
    if source.startswith(("@", "<")):
        path = normal_path(source[1:].split(";")[0])
        call.say(CAUTION, "http.upload", "sends a file or what comes through its input")
        call.judge.shared.network = call.judge.judgements[-1]
        if is_sensitive(path) or (is_protected(path) and path.startswith(("/etc", "/root"))):
            call.say(
                DANGEROUS,
                "network.exfiltration",
                f"sends {path}, which holds secrets, over the network",
                resources=(path,),
            )


def judge_written(call: Call, target: Word | None) -> None:
    """Where the answer is written to."""
    if target is None or (target.literal and target.text in _DISCARD):
        return
    path = normal_path(target.text)
    if is_protected(path) or is_device(path):
        call.say(
            DANGEROUS,
            "write.protected",
            f"writes the answer over {target.text}",
            resources=(path,),
            reversibility=_FINAL,
        )
    else:
        call.say(CAUTION, "http.save", "writes the answer into a file")


def _wget_reads(call: Call) -> str | None:
    """wget that only asks, or prints."""
    names = {option.name for option in call.arguments.options}
    allowed = {
        "-q",
        "--spider",
        "-O",
        "--output-document",
        "-S",
        "--server-response",
        "-T",
        "--timeout",
        "-t",
        "--tries",
        "--no-check-certificate",
        "--header",
        "-nv",
        "--no-verbose",
        "--quiet",
        "-n",
        "-v",
        "--max-redirect",
        "--method",
        "-U",
        "--user-agent",
        "-4",
        "-6",
    }
    method = call.arguments.value_of("--method")
    if any(names_metadata(word.text) for word in call.arguments.positionals):
        return None
    if not names <= allowed or (method is not None and method.text.upper() not in ("GET", "HEAD")):
        return None
    if asks_more(word.text for word in call.arguments.positionals) is not None:
        return None
    if overrides(_headers(call)) is not None:
        return None
    written = [option for option in call.arguments.options if option.name in ("-O", "--output-document")]
    if not all(option.value is not None and option.value.text in _DISCARD for option in written):
        return None  # it empties the file before it asks for anything, with --spider too
    return "only reads from a URL" if written or "--spider" in names else None


def _headers(call: Call) -> list[str]:
    return [o.value.text for o in call.arguments.options if o.name == "--header" and o.value is not None]


def wget(call: Call) -> None:
    """wget: method, sent files, target."""
    asks_metadata(call)
    judge_request(call, [word.text for word in call.arguments.positionals], headers=_headers(call))
    method = call.arguments.value_of("--method")
    if method is not None:
        judge_method(call, method, sends=False)
    for option in call.arguments.options:
        if option.name in ("--post-file", "--body-file", "--post-data", "--body-data"):
            prefix = "@" if option.name.endswith("file") else ""
            value = option.value
            judge_sent(call, Word(prefix + value.text, value.start, value.end) if value is not None else None)
        elif option.name in ("-O", "--output-document", "-P", "--directory-prefix", "-o", "-a"):
            judge_written(call, option.value)
        elif option.name in ("-e", "--execute", "-i", "--input-file"):
            call.say(UNKNOWN, "option.runs", "takes options or addresses that are not shown")


def httpie(call: Call) -> None:
    """http METHOD URL items: items make it a POST."""
    asks_metadata(call)
    for word in call.arguments.positionals[:2]:
        raw = call.judge.source[word.start : word.end].decode("utf-8", "replace")
        if "/" in raw and OPAQUE in word.text and carries_secret(raw):
            call.say(CAUTION, "http.carries", "sends a variable that by its name is a secret", word=word)
    positionals = [word.text for word in call.arguments.positionals]
    method = (
        call.arguments.positionals[0]
        if positionals and re.fullmatch(r"[A-Za-z]+", positionals[0]) and len(positionals) > 1
        else None
    )
    items = [
        text
        for text in positionals[(1 if method is not None else 0) + 1 :]
        if re.search(r"(?<!=)=(?!=)|@", text)
    ]
    rest = positionals[1 if method is not None else 0 :]
    judge_request(call, rest[:1], [text.replace("==", "=", 1) for text in rest[1:] if "==" in text], rest[1:])
    judge_method(call, method, sends=bool(items) or call.place.stdin.kind != "inherited")
    if method is None and not call.arguments.has("--ignore-stdin"):
        call.say(CAUTION, "http.write", "sends a POST where its input is no terminal, as it is in a step")
    if items:
        call.judge.shared.network = call.judge.judgements[-1]


def netcat(call: Call) -> None:
    """nc and socat: a shell at the end of a connection, or data that leave the host."""
    texts = [word.text for word in call.words[1:]]
    runs = any(re.match(r"(?i)(?:exec|system|shell):", text) for text in texts)
    if runs or (
        call.tool.name != "socat"
        and any(re.fullmatch(r"-[a-z]*[ec]", text) or text in ("--exec", "--sh-exec") for text in texts)
    ):
        call.say(DANGEROUS, "network.shell", "gives whoever is at the other end a program to run")
    if call.place.stdin.kind in ("pipe", "file"):
        call.say(DANGEROUS, "network.send", "sends what it reads to another machine")
    call.judge.shared.network = call.judge.judgements[-1]


_FAREWELL: Final = re.compile(r"\s*(?:q|quit)?\s*", re.IGNORECASE)
"""What `openssl s_client` is given to end the connection: it sends all else (openssl-s_client(1))."""


def openssl(call: Call) -> None:
    """`openssl s_client` sends what it reads to the other end."""
    stdin = call.place.stdin
    ends = stdin.text is not None and _FAREWELL.fullmatch(stdin.text) is not None
    if call.path == ("s_client",) and stdin.kind != "inherited" and not ends:
        call.say(CAUTION, "network.send", "sends what it reads to another machine")
        call.judge.shared.network = call.judge.judgements[-1]


def _port_open(call: Call) -> str | None:
    """nc -z only asks whether a port answers."""
    texts = [word.text for word in call.words[1:]]
    flags = "".join(text[1:] for text in texts if text.startswith("-"))
    return (
        "only asks whether a port answers" if "z" in flags and re.fullmatch(r"[zvnuw46\d]+", flags) else None
    )


HANDLERS: Final[dict[str, Handler]] = {
    "wget": wget,
    "httpie": httpie,
    "netcat": netcat,
    "openssl": openssl,
}
READERS: Final[dict[str, Reader]] = {"wget": _wget_reads, "netcat": _port_open}
