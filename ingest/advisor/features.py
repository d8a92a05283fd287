"""A call as the local model sees it: a few numbers. What it can't see is unlike what it learned from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ingest.advisor.calls import Call
from ingest.advisor.carried import check_call, check_option, check_value, check_word, takes_value
from ingest.advisor.lexicon import Lexicon, Option, Tool
from ingest.advisor.words import UNKNOWN, Unlike, Word

NAMES: Final = (
    "described", "says_reads", "says_acts", "says_nothing", "verb", "published_read", "published_act",
    "option_acts", "option_reads", "unknown_options", "group", "extra_words", "secret", "opaque",
)  # fmt: skip
"""The features in the order of the weights. `sign` in bench/advisor/train.py says which way each may pull."""

_SECRET: Final = re.compile(
    r"(?i)secret|passw|credential|token|shadow|id_(?:rsa|dsa|ecdsa|ed25519)|\.pem\b|\.key\b|\.env\b|kubeconfig|"
    r"private.?key|(?:host|deploy)_(?:rsa_)?key|_key\b|apikey|rolpassword|\.tfvars|\.tfstate|\.kdbx|\.pfx|\.p12|\.jks|\.ovpn|"
    r"\.(?:aws|ssh|gnupg|kube|docker|azure|aliyun|mozilla|config|electrum)/|_history\b|"
    r"\.(?:npmrc|netrc|pgpass|my\.cnf|s3cfg|boto|authinfo|pypirc|git-credentials|vault-token)|"
    r"/etc/(?:kubernetes|rancher|wireguard|ssl/private|openvpn|sh\*)|/dev/k?mem|/proc/[^/]*/(?:mem|environ)"
)
_RAW: Final = re.compile(r"/dev/(?:sd|nvme|vd|xvd|dm-|mapper/|disk/)")
"""Disks as a whole, and so every file on them; tools that only name one are documented by their forms."""
_ASKS_HELP: Final = frozenset({"--help", "-help", "--version", "--generate-cli-skeleton"})
READS_HELP: Final = frozenset(
    "ansible ansible-playbook apt apt-get argocd aws az bat cargo cat chmod chown consul cp curl df "
    "dig dnf docker docker-compose doctl du eksctl etcdctl fd find flux flyctl free gcloud gem gh git "
    "glab go grep gzip head helm helmfile hostnamectl htop ip istioctl jq journalctl k3d k9s kind "
    "kops kubeadm kubectl kustomize ls lsblk lsof minikube mkdir mv nomad npm oc pacman pg_dump "
    "pg_restore pip podman psql pulumi python python3 rclone restic rg rm rsync sed sort ss stat "
    "systemctl tail tar terraform tofu top tree trivy vault velero wc wget yq yum zypper".split()
)
"""Tools that print their help for `--help` wherever it stands, by their manuals. A script may ignore it and
do its work; a client may send it to its server with the rest (`redis-cli DEBUG SEGFAULT --help`)."""
_SINGLE_DASH: Final = frozenset({"consul", "nomad", "packer", "terraform", "tofu", "vault"})
"""Tools that read `-help` too; to others it is `-h -e -l -p`."""
_NUMBER: Final = re.compile(r"-[0-9]+[a-z]?")


@dataclass
class Seen:
    """What was found of one call; `path` is the subcommand, `options` those that it has learned about."""

    tool: str
    path: str = ""
    described: float = 0.0
    published: int = 0
    taught: bool = False
    """Commands of just this path were learned from. No feature: it says how far the others are believed."""
    group: bool = False
    says: int = 0
    verb: float = 0.0
    options: dict[str, float] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    extra: int = 0
    opaque: int = 0
    secret: bool = False
    asks_help: bool = False

    def numbers(self) -> Mapping[str, float]:
        """The features by name."""
        acting = min(self.options.values(), default=0.0)
        reading = max(self.options.values(), default=0.0)
        return {
            "described": max(-4.0, min(4.0, self.described)) / 4,
            "says_reads": float(self.says > 0),
            "says_acts": float(self.says < 0),
            "says_nothing": float(self.says == 0 and not self.path),
            "verb": max(-4.0, min(4.0, self.verb)) / 4,
            "published_read": float(self.published > 0),
            "published_act": float(self.published < 0),
            "option_acts": max(0.0, -acting) / 4,
            "option_reads": max(0.0, reading) / 4 if not self.path else 0.0,
            "unknown_options": min(3.0, float(len(self.unknown))),
            "group": float(self.group),
            "extra_words": min(4.0, float(self.extra)) / 4,
            "secret": float(self.secret),
            "opaque": min(2.0, float(self.opaque)) / 2,
        }


def is_documented(call: Call, lexicon: Lexicon) -> bool:
    """Whether the call is of a form that is documented to only read, and names nothing like a secret."""
    tool = lexicon.tool(call.tool)
    if tool is None:
        return False
    texts = {word.text for word in call.words}
    if not any(form.may_cover(texts) and form.covers(call.tool, call.words) for form in tool.forms):
        return False
    if call.tool == "openssl" and call.words[0].text in _CERTIFICATES:
        return True
    words = call.words[1:] if call.tool == "getent" else call.words  # `getent passwd` lists accounts
    return not names_secret(words)


_CERTIFICATES: Final = frozenset({"x509", "crl", "req", "verify", "pkcs7"})
"""They print what is public, whatever their file is called: a file that is no certificate is an error
(openssl-x509(1ssl) and the others)."""


def names_secret(words: Sequence[Word]) -> bool:
    """Whether one of the words does."""
    return any(looks_secret(word.text) for word in words)


def is_listed(call: Call, path: str, lexicon: Lexicon) -> bool:
    """Whether forms of this subcommand are documented, so that what is in none of them was left out."""
    tool = lexicon.tool(call.tool)
    return tool is not None and any(form.speaks_of(path) for form in tool.forms)


def looks_secret(text: str) -> bool:
    """Whether a word names something that looks like a secret."""
    return _SECRET.search(text) is not None


def see(call: Call, lexicon: Lexicon) -> Seen:
    """Look a call up. Raises Unlike where the model has never seen the tool."""
    check_call(call)
    tool, words, prefix = _tool(call, lexicon)
    if not tool.described:
        raise Unlike(f"the model knows some forms of {call.tool[:40]} only, and not this one")
    seen = Seen(call.tool)
    path = ""
    descending, ended = True, False
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        seen.opaque += word.opaque
        ended |= word.text == "--"
        if word.text.startswith("-") and len(word.text) > 1:
            at += _option(seen, tool, path, word, words[at:], lexicon)
            continue
        child = tool.child(path, word.text) or tool.child(path, word.text.lower()) if descending else None
        if child is None:
            if descending and word.opaque and tool.node(path).group:
                raise Unlike("its subcommand is known only when it runs")
            check_word(call.tool, word, ended=ended)
            descending = False
            seen.extra += 1
            seen.secret |= looks_secret(word.text) or _RAW.search(word.text) is not None
        else:
            path = child
    node = tool.node(path)
    seen.path = f"{prefix} {path}".strip()
    seen.described, seen.published, seen.group, seen.says, seen.taught = (
        node.described,
        node.published,
        node.group,
        node.says,
        node.taught,
    )
    seen.verb = lexicon.verb(seen.path.split()) if seen.path else 0.0
    if node.runs:
        raise Unlike("it runs what stands behind it")
    return seen


def _tool(call: Call, lexicon: Lexicon) -> tuple[Tool, tuple[Word, ...], str]:
    """The tool's part of the model, the words behind it, and the service where the tool is kept by
    service."""
    tool = lexicon.tool(call.tool)
    if tool is None:
        raise Unlike(f"the model has never seen {call.tool[:40]}")
    if not tool.by_service:
        return tool, call.words, ""
    at = 0
    while at < len(call.words) and call.words[at].text.startswith("-"):
        option = tool.option("", call.words[at].text.partition("=")[0])
        at += 2 if option is not None and option.takes and "=" not in call.words[at].text else 1
    service = call.words[at].text if at < len(call.words) and not call.words[at].opaque else ""
    part = lexicon.tool(f"{call.tool} {service}") if service else None
    if part is None:
        raise Unlike(f"the model has never seen {call.tool} {service[:40]}".rstrip())
    return part, call.words[at + 1 :], service


def _option(seen: Seen, tool: Tool, path: str, word: Word, after: tuple[Word, ...], lexicon: Lexicon) -> int:
    """Note an option; how many of the words behind it are its value."""
    text = word.text
    if text in _ASKS_HELP and (text != "-help" or seen.tool in _SINGLE_DASH):
        seen.asks_help = True
        return 0
    if text == "--" or _NUMBER.fullmatch(text):
        return 0
    name, equals, value = text.partition("=")
    if UNKNOWN in name and (text.startswith("--") or name[1] == UNKNOWN):
        raise Unlike("an option is known only when it runs")
    check_value(seen.tool, name, word)
    check_option(seen.tool, name, value)
    if not tool.knows_options:
        if equals or not after or after[0].text.startswith("-"):
            return 0
        if not takes_value(name):
            return 0
        check_value(seen.tool, name, after[0])
        check_option(seen.tool, name, after[0].text)
        return 1
    option = tool.option(path, name)
    if option is not None:
        return _noted(seen, name, option, bool(equals), after)
    if text.startswith("--"):
        common = lexicon.option(name)
        if common is not None:
            return _noted(seen, name, common, bool(equals), after)
        seen.unknown.append(name)
        return 0
    return _cluster(seen, tool, path, text, after)


def _noted(seen: Seen, name: str, option: Option, has_value: bool, after: tuple[Word, ...]) -> int:
    seen.options[name] = option.described
    if not option.takes or has_value or not after or after[0].text.startswith("--"):
        return 0
    check_value(seen.tool, name, after[0])
    check_option(seen.tool, name, after[0].text)
    seen.opaque += after[0].opaque
    seen.secret |= looks_secret(after[0].text)
    return 1


def _cluster(seen: Seen, tool: Tool, path: str, text: str, after: tuple[Word, ...]) -> int:
    """`-la`, `-n5`, `-oyaml`: letters one by one, until one takes the rest as its value."""
    for at, letter in enumerate(text[1:], 1):
        option = tool.option(path, "-" + letter)
        if option is None:
            seen.unknown.append("-" + letter)
            return 0
        seen.options["-" + letter] = option.described
        last = at == len(text) - 1
        value = text[at + 1 :] if not last else after[0].text if after else ""
        check_option(seen.tool, "-" + letter, value if option.takes else "")
        if option.takes:
            if last and after:
                check_value(seen.tool, "-" + letter, after[0])
            return int(last and bool(after))
    return 0
