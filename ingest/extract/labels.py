"""Cases that no word names: labels of states, questions with an answer below, headings that are clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.blocks import Block
from ingest.extract.commands import looks_like_command
from ingest.extract.contrast import label_forbids
from ingest.extract.spoken import surely_typed
from ingest.extract.vocabulary import is_imperative, sentence_places, sentences

_LABEL: Final = re.compile(
    r"(?P<label>[^:→\n]{2,90}?)(?P<end>:[*_]{1,2}|:|\s*(?:→|->|=>)|\s[–—-])\s+(?P<does>\S[^\n]*)"
)
_NO_CASE: Final = re.compile(
    r"(?i)^(?:(?:please )?note|nb|warning|caution|important|attention|danger|tips?|info|hint|example|e\.g|"
    r"i\.e|"
    r"steps?\b.*|option\b.*|phase\b.*|part\b.*|part \w+|prerequisites?|requirements?|required|"
    r"recommended|related|"
    r"optional|advanced|preferred|expected\b.*|output|results?|usage|see also|owners?|severity|service|team|"
    r"contacts?|escalation|status|impact|symptoms?|meaning|background|summary|description|automated|"
    r"scheduled|"
    r"based on\b.*|depending on\b.*|when to use\b.*|deprecated|updated|created|modified|reviewed|needed|"
    r"what you(?:['’]ll)? need|you need|attached|detailed)$"
)
"""Labels of parts of a text; a state of the world has other words."""

_STATE: Final = re.compile(
    r"(?i)\b(?:exceeded|failed|crashed|blocked|expired|deleted|removed|corrupted|degraded|killed|evicted|"
    r"overloaded|locked|denied|refused|rejected|disconnected|detached|stopped|terminated|throttled|scheduled|"
    r"banned|blacklisted|exhausted|left|lost|missing|pending|failing|crashing|hanging|looping|timing out|"
    r"unauthori[sz]ed|forbidden|[45]\d\d|down|fails?|failures?|errors?|exceptions?|time-?outs?|times? "
    r"out|unavailable|unreachable|unhealthy|"
    r"unknown|invalid|not|no|none|never|cannot|\w+n['’]t|is|are|has|have|too|full|empty|stuck|"
    r"broken|green|yellow|amber|orange|red|"
    r"high|low|over|above|below|more|less|fewer|out of|problems?|issues?|corrupt|other|others|"
    r"between \S{1,12} and \S+|(?:under|within|at least|at most|up to|from) [~$]?\d+|"
    r"\d\s?%?\s?(?:-|–|to)\s?\d+|"
    r"(?:any|every)thing else|(?:and|or) (?:older|newer|earlier|later|above|below))\b|[<>]=?\s?\d|[≤≥]"
)
FAULT: Final = re.compile(
    r"[A-Z][A-Za-z]{0,40}(?:BackOff|Killed|Err|Error|Errors|Fail|Failed|Failing|Failure|Failures|Down|"
    r"NotReady|NotFound|"
    r"Lost|Full|Exceeded|Pressure|Timeout|Missing|CrashLooping|Looping|Unavailable|Unreachable|Unknown|"
    r"Pending|"
    r"Evicted|Exception|High|Low|Lag|Stuck|Absent|Degraded|Unhealthy|Refused|Denied|Expired|Mismatch|Space)"
)
"""The name of an alert or of a fault: `CrashLoopBackOff`; `GitHub` is a place."""

_OTHER: Final = re.compile(r"(?i)^(?:(?:all |any )?others?|unknown|(?:any|every)thing else|none of .*)$")
_EXIT_CODE: Final = re.compile(r"(?i)^(?:(?:exit |error |status )?code )?\d{1,5}$")
_NAMED: Final = re.compile(r"(?:[A-Z][a-z]+){2,}(?:\s*/\s*(?:[A-Z][a-z]+){2,})*")
_MARKED: Final = re.compile(r"^(?:\*\*|__|[*_`])\S.*\S?(?:\*\*|__|[*_`])$")
_GOES_ON: Final = re.compile(
    r"(?i)^(?:nothing to do|(?:this |it )?can be ignored|escalate|ignore|done|go to|"
    r"see (?:step|below)|next question)\b"
)
_PARTS: Final = re.compile(r",\s+(?:and\s+|then\s+|so\s+)?|;\s+|\band then\s+")
_ASKS: Final = re.compile(
    r"(?i)^(?:is|are|was|were|does|do|did|has|have|had|can|could|will|still|any|no|not)\b[^?\n]{2,110}\?$"
)
_ANSWERS: Final = re.compile(r"(?i)^\W*(?:yes|no|if (?:so|yes|not|no)|otherwise|then)\b")
_CLAUSE: Final = re.compile(
    r"(?i)^(?!how\b|what\b|why\b|when\b|where\b|who\b|which\b|this\b|about\b|note\b|if\b|it\b)[^?:]{2,40}?"
    r"\s(?:is|are|was|were|has|have|belongs?|fails?|cannot|does|do|\w+n['’]t)\s[^?:]{2,60}$"
)
_HEADING_LEVEL: Final = 2
_FOR: Final = re.compile(
    r"(?i)^(?:for|on|in|with) (?!example\b|instance\b|more\b|further\b|details?\b|reference\b|now\b|this\b|"
    r"that\b|these\b|each\b|every\b|both\b|order\b|the (?:purposes?|following|sake)\b|"
    r"(?:any|all) other cases?\b)(?:[^,.;:\n]{2,60}?\b(?:that|which|whose|without|issued|using|older|newer)\b"
    r"[^,.;:\n]{1,60}|(?:everything|anything|everyone|all) (?:else|others?)|"
    r"(?:any |all )?others?\b[^,.;:\n]{0,30}|"
    r"the (?:rest|others)|an? [\w-]+(?: \([^()\n]{1,60}\))?)(?=,\s)"
)
"""“For certificates issued by X, …”, “On clients that still hang, …”, “For everything else, …”."""


PLATFORM: Final = (
    r"(?:linux|ubuntu|debian|rhel|centos|fedora|alpine|suse|windows|mac(?:os)?|os x|freebsd|aws|amazon|"
    r"azure|gcp|"
    r"google cloud|gke|eks|aks|openshift|kubernetes|k8s|docker|podman|vmware|bare[- ]metal|"
    r"on[- ]prem(?:ises?)?|"
    r"heroku|openstack|prod(?:uction)?|staging|dev(?:elopment)?|qa|uat|postgres(?:ql)?|mysql|mariadb|"
    r"systemd|upstart)"
)
"""Where something runs, by its name."""

_ON_PLATFORM: Final = re.compile(
    rf"(?i)^(?:(?:on|for) (?:all )?{PLATFORM}\b[^,.;:\n]{{0,40}}(?=[,:]\s|:$)|in {PLATFORM}(?=:$))"
)
_FOR_THINGS: Final = re.compile(
    r"^[Ff]or (?!(?i:example|instance|more|further|the|this|that|these|those|each|every|both|all|any|details|"
    r"reference|help|questions)\b)(?:[^,.;:\n]{0,40}\b(?:clusters|hosts|nodes|machines|servers|systems|"
    r"instances|"
    r"sets|setups|databases|services|versions|environments|deployments|installations|regions|sites|releases|users|"
    r"customers|tenants|applications|apps|issues|problems|failures|errors|outages|crashes|timeouts|leaks|"
    r"incidents)\b[^,.;:\n]{0,40}|[A-Z][\w.-]{1,30}(?: [A-Z\d][\w.-]{0,30}){0,3})(?=[,:]\s|:$)"
)
"""“For clusters on other infrastructures, …”, “For YugabyteDB Anywhere, …”: it holds there alone."""


_FOR_KIND: Final = re.compile(
    r"(?i)^for (?!example\b|instance\b|more\b|further\b|details?\b|reference\b|now\b|this\b|that\b|"
    r"these\b|each\b|every\b|both\b|all\b|any\b|the\b|safety\b|convenience\b|simplicity\b|"
    r"clarity\b|security\b|help\b|some\b)(?:[\w./+-]{2,24}"
    r"(?=, (?:it|this|that|the (?:command|syntax|call)) (?:is|would be|will be|becomes)\b)|"
    r"(?:[\w/+-]{2,24} ){1,3}?(?!reasons|purposes|results|instructions|examples|questions|steps|options|"
    r"needs|times|minutes|hours|seconds|days|weeks|uses)[a-z]{2,20}[a-rt-z]s(?=[,:]\s|:$))"
)
"""“For ext4, it would be: …”, “For old daemons, restart …”: one kind of several."""
_WOULD_BE: Final = re.compile(
    r"(?i)(?:it|this|that|the (?:command|syntax|call)) (?:is|would be|will be|becomes)\W*$"
)


def is_state(text: str) -> bool:
    """Whether words say how something is: “disk full”, “it has no leader”, `CrashLoopBackOff`."""
    return _STATE.search(text) is not None or FAULT.fullmatch(text.strip("*_` ")) is not None


_SUBJECT: Final = (
    r"(?!(?:this|these|those|there|that|you|we|i|note|please|be|if|unless|case|can|could|may|should|do|does|did|"
    r"have|has|is|are|see|look|show|double|destroy|next|first|last|on|in|for|at|to|from|with|as|when|once|after|"
    r"before|until|while)\b)(?:(?!(?:how|what|which|that|who|where|because|so|since|and|to|sometimes|usually)\b)"
    r"[\w./<>%'’-]+ ){1,6}?"
)
_SAYS_STATE: Final = re.compile(
    r"(?i)^(?:case \w{1,3}: )?(?!the following\b|it(?:['’]s| is) (?:an? )?(?:good|best|better|important|"
    r"possible|useful|often|usually|helpful|advisable|wise|worth|easy|easier|necessary|safe)\b)"
    r"(?:(?:it|they)['’]\w+\b|(?:it|they) |(?:still|no|not|nothing|nobody|none|"
    r"any\w*|some(?:thing|body|one)|every(?:thing|one|body)) [^,.:;`]{0,60}?|" + _SUBJECT + r")"
    r"(?:(?<=['’]s)|(?<=['’]re)|(?:is|are|was|were|has|have|does|did|fails?|exists?|says?|shows?|returns?|"
    r"gives?|reports?|complains?|hangs?|remains?|stays?|keeps|crash(?:es)?|times? out|cannot|can['’]t|"
    r"won['’]t|\w+n['’]t|comes? back)\b)"
    r"(?!.{0,80}\b(?:should|must|will|shall|needs? to|has to|have to|recommended|required)\b)"
    r"[^.!;`]{0,90}[.:]?$"
)
_STATE_WORDS: Final = 16


def says_state(text: str) -> bool:
    """Whether words are a clause that says how something is, as a case is told over what is done then:
    “resource exists already”, “it's a runner”, “digest mismatch afterwards?”.
    """
    plain = text.strip(" *_")
    if len(plain.split()) > _STATE_WORDS or is_imperative(plain) or _NO_CASE.match(plain.rstrip(":")):
        return False
    asked = without_asides(plain)
    if asked.endswith("?"):
        return len(asked.split()) <= _FEW and _OPEN.match(asked) is None
    return _SAYS_STATE.match(_ASIDE.sub("", plain)) is not None and not label_forbids(f"{plain}:")


_FAULTY: Final = re.compile(
    r"(?i)\b(?:not?|cannot|can['’]t|\w+n['’]t|still|already|down|fail\w*|missing|hang\w*|crash\w*|errors?|stuck|"
    r"dead|broken|lost|full|exists?|un(?:healthy|available|reachable|known))\b"
)


def says_fault(text: str) -> bool:
    """Whether words that say a state say one that nobody wants, or that only may be."""
    return _FAULTY.search(text) is not None


def without_asides(text: str) -> str:
    """A text without what its brackets hold, and without marks around it."""
    return _ASIDE.sub("", text.strip(" *_")).strip()


_ASIDE: Final = re.compile(r"\s?\([^()]{1,120}\)")
_FEW: Final = 6
_OPEN: Final = re.compile(r"(?i)^(?:what|why|how|who|where|which|when|need help|questions|any questions)\b")


def labelled_cases(block: Block) -> Iterator[tuple[int, int]]:
    """The labels of a block, a line each, that stand for a case and say what to do in it."""
    place = 0
    for line in block.text.split("\n"):
        indent = len(line) - len(line.lstrip())
        found = _LABEL.match(line, indent)
        if found is not None and _is_case(found["label"].strip(), found["does"], block, place + indent):
            yield place + indent, place + found.end("label")
        place += len(line) + 1


_LOOKS: Final = re.compile(
    r"(?i)^(?:see|look|watch|observe|know|learn|tell)\b|"
    r"^(?:please\s+)?(?:(?:you|we)\s+)?(?:do\s+not|don['’`´]?t|never|must\s+not|mustn['’]?t|should\s+not|"
    r"shouldn['’]?t|avoid)\b|^(?:\S+\s+){0,4}(?:not\s+to|to\s+avoid)\b"
)
"""“See what is full: `df -h`” tells to look, “Don't wait: …” tells not to: neither is a state."""


def labelled(text: str) -> tuple[str, str] | None:
    """The state that a text has as its label, and what it tells to do then: “Disk full: restart it”."""
    found = _LABEL.match(text)
    if found is None or found["end"] not in (":", ":*", ":**", ":_", ":__"):
        return None
    label, does = found["label"].strip("*_` "), text[found.start("does") :]
    state = _STATE.search(label) is not None or _OTHER.match(label) is not None
    state = state or FAULT.fullmatch(label) is not None
    if not state or _NO_CASE.match(label) or is_imperative(label) or len(label.split()) > 12:
        return None
    if _LOOKS.match(label) or label_forbids(f"{label}:"):
        return None
    first = sentences(does)[0]
    return (label, does) if _tells(does) or looks_like_command(first.strip("` .")) else None


def _is_case(label: str, does: str, block: Block, place: int) -> bool:
    plain = label.strip("*_` -•")
    if not plain or _NO_CASE.match(plain) or is_imperative(plain) or len(plain.split()) > 12:
        return False
    coded = any(code.start <= place + 2 and code.end >= place + len(label) - 2 for code in block.code)
    if _LOOKS.match(plain) or label_forbids(f"{plain}:") or surely_typed(plain):
        return False
    marked = coded or _MARKED.match(label) is not None
    state = (
        _STATE.search(plain) is not None
        or _OTHER.match(plain) is not None
        or (marked and (_EXIT_CODE.match(plain) is not None or _NAMED.fullmatch(plain) is not None))
        or (coded and " " not in plain)
        or FAULT.fullmatch(plain) is not None
    )
    return state and _tells(does)


def _tells(does: str) -> bool:
    """Whether what stands behind a label tells to do something in its first sentences; no address does."""
    if does.startswith(("http://", "https://", "<http")):
        return False
    for sentence in sentences(does)[:3]:
        if _GOES_ON.match(sentence) or any(is_imperative(part) for part in _PARTS.split(sentence)):
            return True
    return False


_ADVICE: Final = re.compile(r"(?i)^\W{0,4}(?:tip|note|hint|info|important|warning|caution)\W{0,3}:\W{0,3}\s")


def advice(sentence: str) -> int:
    """Where a sentence begins behind the label of an advice: “TIP: …”."""
    found = _ADVICE.match(sentence)
    return found.end() if found else 0


def restricted_case(sentence: str) -> int | None:
    """Where the case ends that a sentence begins with: “For everything else, …”; None where it has none."""
    told = sentence[advice(sentence) :]
    found = _FOR.match(told) or _ON_PLATFORM.match(told) or _FOR_THINGS.match(told) or _FOR_KIND.match(told)
    if found is None:
        return None
    rest = told[found.end() :].lstrip(" ,:")
    alone = (rest == "" or _WOULD_BE.match(rest) is not None) and told.rstrip().endswith(":")
    if not alone and not is_imperative(rest) and not looks_like_command(rest.strip("` .")):
        return None
    return len(sentence) - len(told) + found.end()


def asked_cases(block: Block, following: Block | None) -> Iterator[tuple[int, int]]:
    """Questions that yes or no answers, where the next sentence or the block below says what to do then."""
    places = sentence_places(block.text)
    for index, (start, end) in enumerate(places):
        text = block.text[start:end]
        lead = len(text) - len(text.lstrip(" *_"))
        asked = text.strip(" *_")
        if _ASKS.match(asked) is None:
            continue
        behind = block.text[places[index + 1][0] : places[index + 1][1]] if index + 1 < len(places) else None
        if behind is None and following is not None and following.kind in ("item", "paragraph"):
            if _ANSWERS.match(following.text):
                yield start + lead, start + lead + len(asked)
        elif behind is not None and (_ANSWERS.match(behind) or is_imperative(behind)):
            yield start + lead, start + lead + len(asked)


def clause_headings(blocks: Sequence[Block]) -> frozenset[int]:
    """The places of headings that are clauses beside others of their kind: each says when its part is for."""
    siblings: dict[int, list[int]] = {}
    found: set[int] = set()

    def close(level: int) -> None:
        for deeper in [key for key in siblings if key >= level]:
            group = siblings.pop(deeper)
            if len(group) > 1:
                found.update(group)

    for place, block in enumerate(blocks):
        if block.kind != "heading":
            continue
        close(block.level + 1)
        text = block.text.strip(" *_")
        if block.level >= _HEADING_LEVEL and _says_when(text):
            siblings.setdefault(block.level, []).append(place)
        elif block.level in siblings or block.level < _HEADING_LEVEL:
            close(block.level)
    close(0)
    return frozenset(found)


_NUMBER: Final = re.compile(r"^\d{1,2}(?:\.\d{1,2}){0,3}[.):]?\s+")


def _says_when(text: str) -> bool:
    """Whether a heading says for which state its part is: “The pod is pending”, `OOMKilled`."""
    plain = _NUMBER.sub("", text)
    if is_imperative(plain) or _NO_CASE.match(plain) or label_forbids(f"{plain}:"):
        return False
    return any(found(plain) is not None for found in (_CLAUSE.match, FAULT.fullmatch, _SCENARIO.match))


_SCENARIO: Final = re.compile(
    r"(?i)^(?:scenario|symptom|problem|case|issue)\s?#?\w{0,3}\s?[:–—-]\s*\S.{2,120}$"
)
