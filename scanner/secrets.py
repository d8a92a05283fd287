"""Secrets in text: what looks like a key, token or password, as positions. Linear time, no network."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import Any, Final

import re2

from scanner.given_secrets import given_secrets
from scanner.kept_secrets import kept_secrets
from scanner.secret import CLOSING, Named, Secret, is_placeholder, looks_secret

_EXACT: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "private-key",
        "-----BEGIN",
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?s:.*?)"
        r"(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\z)",
    ),
    ("aws-access-key", "BIA CCA KIA SIA", r"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b"),
    (
        "github-token",
        "g",
        r"\b((?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b",
    ),
    ("gitlab-token", "gl", r"\b(gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent)-[A-Za-z0-9_-]{20,64})\b"),
    ("slack-token", "app- ox", r"\b(xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Za-z0-9-]{10,250})\b"),
    (
        "slack-webhook",
        "https://hooks.slack.com/",
        r"(https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9+/_-]{20,120})",
    ),
    ("jwt", ".ey", r"\b(ey[A-Za-z0-9_-]{10,}\.ey[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,})"),
    ("google-api-key", "AIza", r"\b(AIza[A-Za-z0-9_-]{35})\b"),
    ("google-oauth", "GOCSPX- ya29.", r"\b(GOCSPX-[A-Za-z0-9_-]{20,40}|ya29\.[A-Za-z0-9_-]{20,})"),
    ("stripe-key", "live test", r"\b((?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,99})\b"),
    ("openai-key", "sk-", r"\b(sk-(?:proj-|svcacct-|ant-[a-z0-9]+-)?[A-Za-z0-9_-]{20,200})\b"),
    ("npm-token", "npm_", r"\b(npm_[A-Za-z0-9]{36})\b"),
    ("pypi-token", "pypi-", r"\b(pypi-[A-Za-z0-9_-]{50,255})"),
    ("docker-token", "dckr_pat_", r"\b(dckr_pat_[A-Za-z0-9_-]{20,40})\b"),
    ("digitalocean-token", "_v1_", r"\b(do[opr]_v1_[a-f0-9]{64})\b"),
    ("vault-token", "hv", r"\b(hv[sbr]\.[A-Za-z0-9_-]{20,300})\b"),
    ("sendgrid-key", "SG.", r"\b(SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64})\b"),
    ("twilio-key", "SK", r"\b(SK[0-9a-f]{32})\b"),
    ("mailgun-key", "key-", r"\b(key-[0-9a-f]{32})\b"),
    ("grafana-token", "gl", r"\b(gl(?:c|sa)_[A-Za-z0-9+/=_]{32,400})"),
    ("databricks-token", "dapi", r"\b(dapi[0-9a-f]{32})\b"),
    ("terraform-token", ".atlasv1.", r"\b([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})\b"),
    ("azure-key", "=", r"(?i:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{40,88}={0,2})"),
    ("dd0c-token", "dd", r"\b(dd[tew]_[0-9a-hjkmnp-tv-z]{26}_[0-9a-z]{8,})\b"),
    ("age-key", "AGE-SECRET-KEY-1", r"\b(AGE-SECRET-KEY-1[A-Z0-9]{40,})\b"),
    ("telegram-token", ":AA", r"\b(\d{8,10}:AA[A-Za-z0-9_-]{32,35})\b"),
    ("stripe-webhook-secret", "whsec_", r"\b(whsec_[A-Za-z0-9+/=]{24,64})"),
    ("azure-client-secret", "Q~", r"\b([A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34})"),
    ("shared-access-signature", "", r"(?i:[?&]sig=|\bsharedaccesssignature=)([A-Za-z0-9%+/=]{43,120})"),
    ("rubygems-key", "rubygems_", r"\b(rubygems_[0-9a-f]{48})\b"),
    ("heroku-key", "HRKU-", r"\b(HRKU-[A-Za-z0-9_-]{36,64})\b"),
    ("newrelic-key", "NR", r"\b(NR(?:AK|JS|II|AA)-[A-Za-z0-9]{19,40})\b"),
    ("sentry-token", "sntry", r"\b(sntry[su]_[A-Za-z0-9+/=_-]{40,400})"),
    ("huggingface-token", "hf_", r"\b(hf_[A-Za-z0-9]{30,40})\b"),
    ("linear-key", "lin_", r"\b(lin_(?:api|oauth)_[A-Za-z0-9]{32,64})\b"),
    ("notion-token", "ntn_ secret_", r"\b(ntn_[A-Za-z0-9]{40,50}|secret_[A-Za-z0-9]{43})\b"),
    ("atlassian-token", "AT", r"\b(AT(?:ATT3|CTT3|BB)[A-Za-z0-9_=-]{24,400})"),
    ("shopify-token", "shp", r"\b(shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})\b"),
    ("discord-token", ".", r"\b([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,45})"),
    ("artifactory-key", "AKC", r"\b(AKC[a-z0-9][A-Za-z0-9]{50,90})\b"),
    ("planetscale-token", "pscale_", r"\b(pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64})"),
    ("doppler-token", "dp.", r"\b(dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,80})"),
    ("tailscale-key", "tskey-", r"\b(tskey-(?:auth|api|client|webhook)-[A-Za-z0-9-]{20,80})"),
    ("postman-key", "PMAK-", r"\b(PMAK-[0-9a-f]{24}-[0-9a-f]{34})\b"),
    ("mailchimp-key", "-us", r"\b([0-9a-f]{32}-us\d{1,2})\b"),
    ("vault-legacy-token", "s.", r"\b(s\.[A-Za-z0-9]{24})\b"),
    ("pulumi-token", "pul-", r"\b(pul-[0-9a-f]{40})\b"),
    ("circleci-token", "CCIPAT_", r"\b(CCIPAT_[A-Za-z0-9]{22}_[0-9a-f]{40})\b"),
    ("buildkite-token", "bk", r"\b(bk[ua]a?_[0-9a-f]{40})\b"),
    ("confluent-secret", "cflt", r"\b(cflt[A-Za-z0-9+/]{60})"),
    ("dynatrace-token", "dt0", r"\b(dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64})\b"),
    ("okta-token", "00", r"(?i:ssws\s+)(00[A-Za-z0-9_-]{40})\b"),
    ("password-in-url", "://", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"<>]{0,128}:([^\s/@'\"<>]{3,200})@"),
    (
        "authorization",
        "",
        r"(?i:authorization['\"]?\s*[:=]\s*['\"]?(?:bearer|basic|token|apikey)\s+)([A-Za-z0-9+/=._~-]{8,900})",
    ),
    (
        "private-header",
        "",
        r"(?i:x-(?:api-key|auth-token|vault-token|access-token|amz-security-token|goog-api-key)['\"]?\s*[:=]\s*['\"]?)([A-Za-z0-9+/=._~-]{8,900})",
    ),
    (
        "cookie",
        "=",
        r"(?i:\bcookie:\s*|-b\s+['\"]|--cookie[ =]['\"])[\w.-]{1,60}=([A-Za-z0-9+/=._~%|-]{8,900})",
    ),
)
"""Kind; signs, one of which stands in whatever the pattern takes ("": none is known); the pattern. To look
for signs costs a hundredth of what a pattern does, and nearly every text has none of them."""
_ASSIGNED: Final = (
    r"(?i:\b[a-z0-9_.-]{0,40}(?:passwords?|passwd|passphrase|pwd|secrets?(?:[_-]?(?:access[_-]?)?key)?|"
    r"(?:api|access|auth|private|encryption|signing|account)[_-]?(?:key|token)|token|credentials?|client[_-]?secret|pgpassword|mysql_pwd|redisauth|"
    r"session[_-]?token|secret[_-]?access[_-]?key)['\"]?\s{0,3}(?:=|:|:=|=>)\s{0,3})"
    r"(?:\"([^\"\s]{4,400})\"|'([^'\s]{4,400})'|([^\s'\"`;,&|<>(){}\[\]$]{4,400}))"
)
_FLAGGED: Final = (
    r"(?i:(?:^|\s)--?(?:password|passwd|pass|pwd|secret|token|api-?key|auth-?token|access-?token|"
    r"client-?secret|secret-?key)[ =])"
    r"(?:\"([^\"\s]{4,400})\"|'([^'\s]{4,400})'|([^\s'\"`;,&|<>(){}\[\]$-][^\s'\"`;,&|<>(){}\[\]$]{3,399}))"
)
_TOOLS: Final = (
    (
        "ariadb ysql",
        r"\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;]{0,200}?\s-p(?:'([^'\n]{4,100})'|\"([^\"\n]{4,100})\"|([^\s'\"-][^\s'\"]{3,100}))",
    ),
    (
        "redis-cli valkey-cli",
        r"\b(?:redis-cli|valkey-cli)\b[^\n|;]{0,200}?\s-a\s+['\"]?([^\s'\"-][^\s'\"]{3,100})",
    ),
    (
        "sshpass",
        r"\bsshpass\s+-p\s*['\"]?([^\s'\"]{4,100})",
    ),
    (
        "curl http wget",
        r"\b(?:curl|wget|http)\b[^\n|;]{0,300}?\s(?:-u|--user)[ =]['\"]?[^\s:'\"]{1,64}:([^\s'\"]{4,100})",
    ),
    (
        "'",
        r"(?i:\b(?:identified(?:\s+with\s+\w{1,40})?\s+by|with\s+(?:encrypted\s+)?password|encrypted\s+password)\s+)"
        r"'([^'\n]{4,200})'",
    ),
    (
        "PGPASSWORD=",
        r"\bPGPASSWORD=['\"]?([^\s'\"$]{3,100})",
    ),
)
_WEAK: Final = frozenset({"assigned", "flag", "tool"})
_NAMES_ONE: Final = re.compile(r"(?i)secrets?['\"]?\s*(?::=|[:=]>?|\s)\s*['\"]?\Z")
_LONGEST_NAME: Final = 2_048
_NAME: Final = re.compile(r"[a-z]+\d{0,3}(?:-(?:[a-z]+\d{0,3}|\d{1,3}))+")
"""`--secret=app-db-1`, `existingSecret: app-db`: the name of one that is kept elsewhere."""
_COMPILED: Final = [(kind, signs.split(), re2.compile(pattern)) for kind, signs, pattern in _EXACT]
_COMPILED_WEAK: Final = [
    ("assigned", [], re2.compile(_ASSIGNED)),
    ("flag", [], re2.compile(_FLAGGED)),
    *(("tool", signs.split(), re2.compile(pattern)) for signs, pattern in _TOOLS),
]


_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]|\\\\\r?\n"
)
"""Soft hyphens, zero-width, bidirectional and tag characters: a reader sees the word without them. A shell
reads a line that goes on as one.
"""

LOOKALIKES: Final = str.maketrans(
    {
        **dict(zip("аеорсхуіѕԁһӏкτοαρνικ", "aeopcxyisdhlktoapvik", strict=True)),
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    }
)
"""Cyrillic, Greek and fullwidth characters that a reader takes for these of ASCII; each for one."""


def find_secrets(text: str) -> list[Secret]:
    """Every secret, in order, none overlapping another; the longest where two rules see the same place. It is
    looked for in the text as a reader sees it.
    """
    return disjoint([item.secret for item in find_named(text)])


def find_named(text: str) -> list[Named]:
    """Every secret that some rule sees, with its name; they may overlap."""
    if text.isascii() and "\\\n" not in text and "\\\r" not in text:
        return list(_find(text))
    if not _UNSEEN.search(text):
        return list(_find(text.translate(LOOKALIKES)))
    seen, places = without(text, _UNSEEN)
    return [at_places(item, places) for item in _find(seen.translate(LOOKALIKES))]


def without(text: str, left_out: re.Pattern[str]) -> tuple[str, array[int]]:
    """The text without what a pattern takes, and where each character that is left stood."""
    parts, places, place = [], array("L"), 0
    for found in left_out.finditer(text):
        parts.append(text[place : found.start()])
        places.extend(range(place, found.start()))
        place = found.end()
    parts.append(text[place:])
    places.extend(range(place, len(text)))
    return "".join(parts), places


def at_places(item: Named, places: array[int]) -> Named:
    """A find told in the text that the characters came from."""
    secret = item.secret
    start, end = places[secret.start], places[secret.end - 1] + 1
    return Named(places[item.begin], Secret(secret.kind, start, end))


def _find(text: str) -> Iterator[Named]:
    for kind, match in _matches(_COMPILED, text):
        start, end = match.span(1) if match.re.groups else match.span()
        if kind not in ("password-in-url", "authorization", "cookie") or not is_placeholder(text[start:end]):
            yield Named(match.start(), Secret(kind, start, end))
    for kind, match in _matches(_COMPILED_WEAK, text):
        group = next(index for index in range(1, match.re.groups + 1) if match.group(index) is not None)
        start, end = match.span(group)
        end = start + len(text[start:end].rstrip(CLOSING))
        value = text[start:end]
        if (
            looks_secret(value, kind)
            and not _inside_name(text, match.start())
            and not (_NAME.fullmatch(value) and _NAMES_ONE.search(text, match.start(), start))
        ):
            yield Named(match.start(), Secret(kind, start, end))
    yield from given_secrets(text)
    yield from kept_secrets(text)


def _matches(patterns: list[tuple[str, list[str], Any]], text: str) -> Iterator[tuple[str, Any]]:
    """What each pattern takes; one whose signs the text has none of takes nothing, and is not asked."""
    for kind, signs, pattern in patterns:
        if not signs or any(sign in text for sign in signs):
            for match in pattern.finditer(text):
                yield kind, match


def _inside_name(text: str, at: int) -> bool:
    """Part of a longer name that only speaks of a secret: `arn:aws:secretsmanager:…:secret:app/db`."""
    begin = max(text.rfind(blank, max(0, at - _LONGEST_NAME), at) for blank in " \t\n'\"(,=") + 1
    return text.startswith("arn:", begin)


def disjoint(found: list[Secret]) -> list[Secret]:
    """The secrets in order, joined where they overlap."""
    kept: list[Secret] = []
    for secret in sorted(found, key=lambda s: (s.start, -(s.end - s.start), s.kind in _WEAK)):
        if not kept or secret.start >= kept[-1].end:
            kept.append(secret)
        elif secret.end > kept[-1].end:
            kept[-1] = Secret(kept[-1].kind, kept[-1].start, secret.end)
    return kept
