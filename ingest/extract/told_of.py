"""Commands that a sentence tells of and asks nobody to run: what was done, what runs by itself, what is the
wrong way, what is printed, what somebody else is asked to do.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.gates import WHO
from ingest.extract.vocabulary import IMPERATIVES, is_imperative

_FILL: Final = (
    r"(?:\s+(?:the|a|an|this|that|its|command|commands|something like|just|e\.g\.|i\.e\.)){0,4}"
    r"\s*[:(“\"']?\s*$"
)
_RUN: Final = r"(?:run|use|execute|do|type|issue|call|invoke|enter|apply|try|start|perform)"
_RUNNING: Final = r"(?:running|using|executing|typing|issuing|calling|invoking|applying|doing)"
_RAN: Final = r"(?:run|used|executed|typed|issued|called|invoked|entered|applied|tried|done)"
_NOT_WITH: Final = r"(?:(?!\b(?:with|via|using|by|running|execute|run|commands?|and|then)\b)[^.;:`]){0,40}"

_BEFORE: Final = re.compile(
    rf"(?i)(?:\bnot|\bno more|\bunlike|\bsame as|\bequivalent (?:to|of)|\bsimilar to|≠|!=){_FILL}|"
    rf"\b(?:we|i|they|people|you|one|ops|everyone|everybody|somebody) used to {_RUN}{_FILL}|"
    rf"(?:\bno need to|\bnot (?:necessary|needed|required) to|\bneed(?:n['’]t| not)|"
    rf"\b(?:do|does)(?: not|n['’`´]?t) (?:need|have) to)\s+(?:\w+ly\s+|ever\s+|"
    rf"even\s+)?{_RUN}\b[^.;:`]{{0,40}}$|"
    rf"\b(?:i|we|you|he|she|they|somebody|someone|nobody|who|has|had|have|having|was|were|been|being|got|bob)"
    rf"\s+(?:\w+ly\s+|already\s+|just\s+|once\s+|also\s+)?(?:ran|executed|typed|issued|invoked){_FILL}|"
    rf"\b(?:has|had|have|having|was|were|been)\s+(?:\w+ly\s+|already\s+|just\s+)?{_RAN}{_FILL}|"
    rf"\b(?:same as|similar to|equivalent (?:to|of)|like|as if|as though|unlike|what happens (?:if|when))\s+"
    rf"(?:you\s+|we\s+)?(?:{_RUNNING}|{_RUN}|ran){_FILL}|"
    rf"\b(?:would|might|could) (?:\w+ly |then |just )?(?:run|execute|type|issue){_FILL}|"
    rf"(?<!n['’]t )(?<!not )(?<!never )\b(?:forget(?: about)?|ignore|skip|disregard|scratch|omit|"
    rf"leave out){_FILL}|"
    rf"\b(?:should|will|would|may|might|must|can|could) (?:now |then |also |only |not )?"
    rf"(?:see|find|notice|read|contain|print|say|show|display|get)\b{_NOT_WITH}$|"
    rf"\b(?:logs?|outputs?|lines?|messages?|files?|screen|page|alerts?|it|which|that|this|dashboard|"
    rf"console)\s+"
    rf"(?:then |now |also |only )?(?:prints?|shows?|says?|displays?|outputs?|logs?|reports?|returns?|reads?|"
    rf"contains?|is|was|like){_FILL}"
)
"""Right before a command that is not asked for."""

_SAID: Final = re.compile(
    rf"(?i)\b(?:mistake|tempting|tempted|bad idea|dangerous|wrong|urge|temptation|unwise|risky|"
    rf"not allowed|illegal|"
    rf"error)\b[^.;:`]{{0,20}}\b(?:to|of)\s+(?:{_RUN}|{_RUNNING}){_FILL}|"
    rf"\b(?:people|users|some|many|others|beginners|newcomers)\s+(?:(?:often|sometimes|usually|still|may|"
    rf"might|then|also)\s+)*"
    rf"{_RUN}{_FILL}|\b(?:anything|everything|all|any command|nothing) (?:but|except|other than){_FILL}|"
    rf"\b(?-i:[A-Z][a-z]+|he|she|they|somebody|someone|people) (?:says?|said|suggests?|suggested|wants?|"
    rf"wanted|claims?|claimed|"
    rf"thinks?|thought|told (?:me|us)|recommended) (?:to|we should|you should|"
    rf"that we should)\s+{_RUN}{_FILL}|"
    rf"\b(?:see also|cf\.?|compare)\s*:?\s*$|"
    rf"^[\s*_>•-]*(?:{WHO}|(?-i:[A-Z][a-z]+)(?: (?-i:[A-Z][a-z]+))?|he|she|they|somebody|someone)\s+"
    rf"(?:wrote|writes|said|says|asked|replied|answered|commented|suggested)\s?:[^:]{{0,80}}$"
)
"""What others say or do, and what else is named beside a command."""

_BY_ITSELF: Final = re.compile(
    r"(?i)(?<!whether )\b(?:alerts?|alarms?|cron ?jobs?|cron|jobs?|scripts?|operators?|controllers?|timers?|"
    r"hooks?|"
    r"pipelines?|"
    r"ci|puppet|ansible|chef|salt|kubernetes|k8s|systemd|daemons?|agents?|watchdogs?|units?|playbooks?|"
    r"jenkins|automation|bots?|programs?|buttons?|wrappers?|functions?|alias(?:es)?|it|which|that|he|she|"
    r"somebody|someone|bob|alice|entrypoint|supervisor|argocd|helm|terraform|logrotate|deployment|release)\s+"
    r"(?:then |also |\w+ly |periodically )?(?:runs|executes|calls|issues|invokes|does|triggers|"
    r"will (?:then |automatically |also |itself )?(?:run|execute|call|invoke|issue|trigger))" + _FILL
)
_LABEL: Final = re.compile(
    r"(?i)^[\s*_>•-]*(?:\d{1,3}[.)]\s*)?(?:previously|formerly|was|before(?=\s*:)|draft|todo|fixme|"
    r"hypothetically|(?:the )?old(?: way| command)?|bad|wrong|"
    r"incorrect|deprecated|obsolete|legacy|outdated|retired|historical(?:ly)?|not|never|removed|"
    r"(?:(?:example|sample|expected|typical|resulting) )?(?:outputs?|results?|response|answer)|"
    r"(?:in )?(?:the )?logs?(?: line)?|error(?: message)?|log entry|n\.b\.|don['’`´]?ts?|no|veraltet|alt|"
    r"falsch|früher|obsolète|ancien(?:ne)?|avant|faux|obsoleto|obsoleta|mal|"
    r"incorrecto|antes|errado|antigo|antiguo|sbagliato|vecchio|✗|✘|❌|🚫|⛔|👎)"
    r"\s*[:–—=>→-]*\s*$"
)
"""What a command is called that stands behind it alone."""

_HARM: Final = (
    r"(?:los(?:e|es|t|ing)\b|data loss|break|delet|destroy|damage|corrupt|dangerous|bad idea|harm|outage|"
    r"wipe|erase|unsafe|risky|wrong|not work|not help|worse|useless|pointless|irreversib)"
)
_GERUND: Final = re.compile(rf"(?i)^[\s*_>•-]*(?:\d{{1,3}}[.)]\s*)?(?:by |simply |just )?{_RUNNING}{_FILL}")
_IF_RUN: Final = re.compile(
    rf"(?i)\b(?:if|when|because|since|unless|in case|whenever)\s+(?:you|we|they|he|she|someone|somebody|"
    rf"anyone|anybody|one|i|people)\s+(?:\w+ly\s+)?(?:{_RUN}|runs|executes|uses){_FILL}"
)
_SEES: Final = re.compile(
    r"(?i)^[\s,]*(?:then\s+)?(?:you|it|this|the \w+|we)\b(?:['’]ll| will| should| can|\s)"
)
_QUESTION: Final = re.compile(
    r"(?i)^[\s*_>•-]*(?:\d{1,3}[.)]\s*)?(?:and |so |but )?(?:did|have|has|had|do|does|is|are|was|were|"
    r"should|shall|"
    r"why|what|who|when|how|where|todo|fixme)\b"
)
_ASKED: Final = re.compile(
    rf"(?i)\b(?:ask|have|let|get|tell|call|request|page|phone|beg|want|wants|needs?)\s+"
    rf"(?:{WHO}|(?-i:[A-Z][a-z]+)|them|him|her|another \w+)\s+(?:to\s+)?(?:\w+ly\s+)?{_RUN}{_FILL}|"
    rf"\bonly (?:{WHO}|(?-i:[A-Z][a-z]+)) (?:may|can|should|must|(?:is|are) (?:allowed|"
    rf"permitted) to)\s+{_RUN}{_FILL}|"
    rf"^[\s*_>•-]*(?:\d{{1,3}}[.)]\s*)?(?:then |now |only )?(?:{WHO})\s+(?:then |\w+ly )?"
    rf"(?:runs|executes|does|issues|types|will run|will execute|must run|should run|has to run){_FILL}"
)
_BEHIND: Final = re.compile(
    r"(?i)^\s*+(?:[)\]\"'”]\s*+)?(?:[←⟵<]-{0,3}|–|—|-{1,2}|,|:|\(|\[|\bis\b|\bwas\b|\bhas been\b|\bis now\b|"
    r"=>|\|)?\s*+"
    r"(?:(?-i:NO|NOPE|DON['’]?T)(?=\s*(?:[!.)\]]|$))|not?\s?!|don['’`´]t\s*(?:!|$|\.|\))|"
    r"(?:do not|don['’`´]?t|never|must not|please don['’`´]?t)\s+(?:ever\s+)?(?:run|use|do|execute|try|"
    r"type|paste|"
    r"copy|apply|issue|invoke)\b(?!\s+(?:it|this|that)?\s*(?:in|on|while|during|when|if|at|for|without|"
    r"before|until|"
    r"unless|more)\b)|"
    r"(?:now |long |already |all )?(?:deprecated|obsolete|outdated|superseded|retired|removed|forbidden|"
    r"prohibited|discouraged|disallowed|wrong|gone)\b|bad\b(?! (?:pods?|nodes?|hosts?))|"
    r"not (?:recommended|needed|necessary|required|supported|allowed|used|permitted|any ?more)\b"
    r"(?!\s+(?:if|when|unless|in case)\b)|no longer\b|"
    r"[✗✘❌🚫⛔👎])|"
    r"^\s*(?:command )?(?:(?:does|will|did)(?: not|n['’`´]?t)|won['’]t|never) (?:work|help|exist|do)\b|"
    r"^\s*(?:would\b|used to\b|failed\b|hung\b|hangs\b|crashed\b|broke\b|worked\b|took\b|caused\b|war\b|"
    r"a été\b|fue\b|"
    r"foi\b|by (?:mistake|accident)|accidentally)|"
    r"^\s*(?:itself|by itself|automatically|on its own|every (?:night|hour|day|minute|morning)|for you)\b"
)
"""Right behind a command that is taken back, or that runs by itself."""

_BEHIND_ASIDE: Final = re.compile(r"(?i)^\s*\(\s*(?:old|deprecated|obsolete|legacy|wrong|bad|outdated)\b")
_PAST: Final = re.compile(
    r"(?i)^(?:[\d./-]{6,12}[,:]?\s|[\w ./-]{2,30}:\s)?"
    r"(?!\W*(?:if|when|once|after|unless|in case|as|because|since|now that|where|should)\b)"
    r"(?:(?!\b(?:that|which|who|what)\s+(?:we|i|they|he|she|you|was|were|had|has|have)\b)[^,;:`]){0,100}?"
    r"(?:\b(?:was|were|had been|has been|have been)\s+(?:\w+ly\s+|already\s+|once\s+|also\s+)?\w+(?:ed|"
    r"en|un|wn|"
    r"lt|ut|rt|de|ne|id|pt|nt)\b|"
    r"\b(?<!that )(?<!which )(?<!what )(?:we|i|they|he|she|somebody|someone|(?:the|our) (?:team|vendor|"
    r"admins?|dbas?|shift)|"
    r"(?-i:[A-Z][a-z]+))\s+"
    r"(?:\w+ly\s+|already\s+|once\s+|just\s+)?(?:\w{2,}(?<!ne)(?<!fe)(?<!exc)ed|ran|did|made|took|"
    r"brought|got|"
    r"found|went|put|set|solved)\b)"
    r"(?P<between>(?:(?!\b(?:can|could|may|must|should|will|is|are|to|please|do|does)\b)[^,;:`]){0,80}?)"
    r"\b(?:with|by|by running|via|using|through)\s+(?:the |a |an )?(?:command )?$"
)
"""“The cluster was moved in 2023 with …”, “We fixed it by running …”: what was done."""
_ACTS: Final = re.compile(
    r"(?i)(?:^|(?<!\bthe)(?<!\ba)(?<!\ban)(?<!\bin)(?<!\bof)(?<!\bthis)(?<!\bour)(?<!\bits)(?<!\bfor)\s)"
    r"(?:(?:comes?|gets?|goes|go|needs?|has|have|returns?|becomes?|starts?|restarts?|runs?|works?)\b|"
    r"(?P<verb>[a-z]{3,15})\s+(?:it|them|the|this|that|these|those|your|its|all|every|each|an?)\b)"
)


def _was_done(clause: str) -> bool:
    """Whether a clause tells what was done with a command: the verb in the past is the last one; “As it was
    changed reload it with”, “The node we drained comes back with” still ask for it.
    """
    found = _PAST.match(clause)
    if found is None or is_imperative(clause):
        return False
    acts = _ACTS.finditer(found["between"])
    return not any(item["verb"] is None or item["verb"].lower() in IMPERATIVES for item in acts)


_CLAUSE: Final = re.compile(r"(?<=[.!?])\s+|\n")
_SENTENCE_END: Final = re.compile(r"[.!?](?:\s|$)|\n|$")
_LOOKED_AT: Final = 240


def told_of(text: str, start: int, end: int) -> bool:
    """Whether the command `text[start:end]` is only told of by the sentence around it. Looks at a bounded
    piece of text on each side.
    """
    clause = _CLAUSE.split(text[max(0, start - _LOOKED_AT) : start])[-1]
    behind = text[end : end + _LOOKED_AT]
    if _was_done(clause):
        return True
    if (
        _BEFORE.search(clause)
        or _SAID.search(clause)
        or _BY_ITSELF.search(clause)
        or _LABEL.match(clause)
        or _ASKED.search(clause)
    ):
        return True
    if _BEHIND.match(behind) or _BEHIND_ASIDE.match(behind):
        return True
    stop = _SENTENCE_END.search(behind)
    rest = behind[: stop.end()] if stop else behind
    if _asks(clause, rest):
        return True
    if _GERUND.match(clause) and re.match(r"(?i)[\s,]*(?:you |we |it |this |that )?would\b", rest):
        return True
    harms = re.search(rf"(?i){_HARM}", rest) is not None
    if (
        harms
        and _GERUND.match(clause)
        and re.match(r"(?i)\s*(?:will|can|could|may|might|is|has|causes?|\w+s)\b", rest)
    ):
        return True
    return _IF_RUN.search(clause) is not None and (harms or _SEES.match(rest) is None)


def _asks(clause: str, rest: str) -> bool:
    """Whether the sentence is a question whether or how something is done; “Can you run …?” asks for it."""
    if not rest.rstrip(" *_\n").endswith("?"):
        return False
    return (
        rest.strip(" *_`)\"'”") == "?"
        if not clause.strip(" *_>•-:")
        else (_QUESTION.match(clause) is not None or (rest.strip() == "?" and clause.rstrip().endswith(":")))
    )
