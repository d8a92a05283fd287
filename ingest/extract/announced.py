"""What a line announces that stands below it: an output, the contents of a file, what is out of date."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract import foreign

_KIND: Final = (
    r"(?:expected|sample|example|typical|possible|resulting|actual|correct|desired|good|healthy|normal|"
    r"truncated|"
    r"abbreviated|similar|raw|full|successful|e\.g\.|some)"
)
_OUTPUT: Final = (
    r"(?:outputs?|results?|response|answer|std(?:out|err)|return value|(?:console|log|command|terminal|"
    r"error) (?:output|entr(?:y|ies)|messages?)|(?:console|log|error) lines?|outcome)"
)
_LIKE: Final = (
    r"(?:(?:\s+(?:is|was|are|should be|will be|would be|looks?|should look|will look|may look|might look))"
    r"(?:\s+(?:something|somewhat|similar|a bit|roughly|more or less))?(?:\s+(?:like|as|to))?"
    r"(?:\s+(?:this|these|that|the following|follows|below))?)?"
)
_LABEL: Final = re.compile(
    rf"(?i)^\W*(?:\d{{1,3}}[.)]\s*)?(?:the |an? |your |its |this |some )?"
    rf"(?:(?:{_KIND}\s+){{0,2}}{_OUTPUT}|{_KIND}\s+[\w-]+\s+(?:outputs?|results?))"
    rf"(?:\s+(?:of|from|for|in|on)\b(?:(?!\s(?:is|are|that)\s)[^.:]){{0,60}})?{_LIKE}(?:\s*\([^()]{{0,40}}\))?\W*$"
)
_WHO: Final = (
    r"(?:it|this|that|which|you|we|he|she|they|(?:the |a |your )?(?:commands?|logs?|outputs?|tool|script|"
    r"program|"
    r"console|screen|server|api|query|terminal|result|journal|check))"
)
_TELLS: Final = re.compile(
    rf"(?i)(?:^|[\s,;(])(?:and |then |now ){{0,3}}{_WHO}(?:['’]ll)?\s+"
    r"(?:(?:should|will|would|may|might|must|can|could)\s+)?"
    r"(?:(?:then|now|also|only|normally|usually|typically|always)\s+)?"
    r"(?:prints?|shows?|returns?|displays?|outputs?|yields?|produces?|gives?|says?|answers?|logs?|reports?|"
    r"gets?|sees?|receives?|look(?:s|ed)? like)\b"
    r"(?:\s+(?:(?:info|error|warning|log|debug|many|several|some|a few) ){0,2}(?:something|anything|output|"
    r"an output|a line|lines|text|messages?|a response|an error|errors|logs|entries|warnings|back))?"
    r"(?:\s+(?:like|similar to|along the lines of|such as|as))?(?:\s+(?:this|these|that|the following|"
    r"follows|below|"
    r"e\.g\.))?\W*$"
)
_IN_LOG: Final = re.compile(
    r"(?i)^\W*(?:(?:found |seen )?in )?(?:the |a )?(?:\w+ )?(?:logs?|journal|syslog)(?: files?)?\W*$"
)

_PATH: Final = (
    r"[`'\"]?(?:(?!/dev/)(?:~|\.{1,2})?/[\w.~/*-]++|[\w./-]{1,200}\.(?:conf|cfg|cnf|ini|ya?ml|json|toml|xml|sh|"
    r"env|service|timer|py|"
    r"rules|properties|bashrc|profile|bash_profile|cron|crontab|bat|ps1|sql|yml|tf|rb|pl)|~?/?\.(?:bashrc|"
    r"profile|"
    r"zshrc|bash_profile))[`'\"]?"
)
_HOLDER: Final = (
    r"(?:(?:(?:the|a|an|your|this|our|its|root['’]s)\s{1,9}){0,3}(?:\w{1,40}\s{1,9})?"
    rf"(?:crontab|cron ?jobs?|cron|fstab|sudoers|bashrc|{_PATH}))"
)
_WRITES: Final = re.compile(
    rf"(?i)\b(?:add|append|insert|put|paste|write|place|save|copy|store)\b[^.:]{{0,60}}?\b(?:to|into|in|"
    rf"at|inside|as)\s+"
    rf"(?:the (?:end|top|bottom|start) of\s+)?{_HOLDER}(?:\s+(?:file|script|entry|on\b[^.:]{{1,30}}))?\W*$|"
    rf"\b(?:create|edit|open|write|make|change)\b[^.:]{{0,30}}?{_HOLDER}[^.:]{{0,20}}?\b(?:with|"
    rf"to (?:read|contain|look like|say)|"
    rf"so that it (?:reads|contains|looks))\b[^.:]{{0,30}}$|"
    rf"\b(?:put|paste|write|add|save)\b[^.:]{{0,30}}?\b(?:there|in (?:it|there)|into it|inside)\W*$|"
    rf"^\W*(?:\d{{1,2}}[.)]\s*)?(?:add|append|insert) (?:an?|the|these|this|following|the following)?\s?"
    rf"(?:new )?(?:entry|entries|lines?|records?|stanza|block|settings?)\b[^.:]{{0,120}}:?\s*$|"
    rf"^\W*(?:\d{{1,2}}[.)]\s*)?(?:(?:un)?comment(?: out)?|change|modify|replace|remove|delete|edit|update|"
    rf"adjust) (?:the|these|this)(?: following)? lines?\b(?![^.:]{{0,120}}?\b(?:with|using|via|by|then|"
    rf"and (?:also )?(?:run|execute|restart|reload|apply|start|stop|(?:un|u|re)?mount|reboot|check))\b)"
    rf"[^.:]{{0,120}}:?\s*$"
)
_HOLDS: Final = re.compile(
    rf"(?i)^\W*(?:the |current |these |its )*contents? (?:of|is|are)\b|"
    rf"(?:^|\s)(?:{_HOLDER}|(?:the |this |our |its |a )(?:[\w./`-]{{1,60}} ){{0,2}}"
    rf"(?:script|cron ?job|crontab|"
    rf"timer|unit|hook|"
    rf"function|alias|file|wrapper|job|pipeline|playbook|entrypoint|dockerfile|makefile|service|button|"
    rf"alert|action))\s+"
    rf"(?:\w+ly )?(?:is(?:\s+(?:this|these|the following|as follows|simply|just|like this|below))?\W*$|"
    rf"(?:does|contains?|looks?(?: like)?|runs|reads?|has|executes|should (?:contain|look like|read|be)|"
    rf"will (?:run|execute|do))\b[^.:]{{0,30}}$)|"
    rf"^\W*(?:it|this|that|which) (?:then |just |simply |basically |internally |essentially )*(?:runs|"
    rf"does|executes|contains|calls)\W*"
    rf"(?:(?:this|these|the following)(?: commands?)?)?\W*$|"
    rf"\b(?:under the hood|internally|behind the scenes)\b|"
    rf"^\W*(?:this is |here is |here['’]s )(?:the |our |your |a )?(?:[\w-]+ ){{0,2}}(?:script|file|"
    rf"cron ?job|crontab|{_PATH})\W*$|"
    rf"^[^\w.~/]*+(?:(?:file|script|in)\s+)?{_PATH}\W*$|^\W*(?:crontab|cron(?: ?job)?s?|script|file)\W*$"
)
_EDITS: Final = re.compile(
    rf"(?i)\b(?:edit|editing|modify|modifying|amend)\s+(?:the\s+|your\s+|this\s+)?(?:[\w-]{{1,30}}\s+)?{_PATH}"
)
_CHECKS: Final = re.compile(
    r"(?i)^(?:\W|\d+[.)]|then\b|now\b|next\b|also\b)*(?:check|verify|confirm|see|make sure|ensure|look|"
    r"find out|restart|stop|start|run)\b"
)
_LOOKED_UP: Final = re.compile(
    r"(?i)^(?:\W|\d+[.)]|then\b|now\b|next\b|also\b|please\b)*(?:to )?(?:check|verify|confirm|see|"
    r"find(?: out)?|look (?:at|up)|learn|note|get|read) (?:what|which|whether|(?:the|every|any|all) "
    r"(?:value|errors?|messages?|status|number|lines?|reason)s?)\b(?!.*(?:like|this|these|following|below|as)\W*$)"
)
"""“Check what the server logs”, “To see which error it returns”: the command for it stands below."""
_SUCH: Final = re.compile(
    r"(?i)^\W*(?:an? )?(?:errors?|warnings?|(?:error |log )?messages?|logs?|lines?|outputs?|results?|"
    r"failures?)\s+(?:such as|like|similar to|as in)\s+(?:the following|the ones? below|these|this|those|"
    r"that)\b"
)
"""“Errors such as the following indicate a problem:”."""
_PART: Final = re.compile(r"(?i)^\W*(?:\d{1,3}[.)]\s*)?(?:the )?(?:response|error messages?)\W*$")
"""What a part of a runbook is called, too: how one responds."""
_DATED: Final = (
    r"(?:deprecated|obsolete|superseded|outdated|retired|no longer used|do not use|don['’`´]?t use|"
    r"not used|unused|"
    r"replaced|legacy|archived?|historical|abandoned|withdrawn|old)"
)
_NOUN: Final = (
    r"(?:way|procedures?|methods?|approach|steps?|process|instructions?|commands?|versions?|runbooks?|docs?|"
    r"documentation|sections?|notes?|content|playbook|workflow|how-?to|guide)"
)
_RETRACTS: Final = re.compile(
    rf"(?i)^\W*(?:the )?{_DATED}(?:\s+{_NOUN})*\W*$|^\W*(?:deprecated|obsolete|superseded|retired|"
    rf"outdated|do not use|"
    rf"old|legacy)\s*[:–—-]\s|[(\[]\s*(?:now |long )?{_DATED}(?:\s*[,;:–-][^()\]]{{0,40}}|\s+(?:since|"
    rf"in favou?r of|by|{_NOUN})\b[^()\]]{{0,30}})?"
    rf"\s*[)\]]\W*$|"
    rf"^\W*not recommended\b|^\W*don['’`´]?ts\W*$|^\W*(?:what )?not to do\b|\s[–—-]+\s*(?:deprecated|"
    rf"obsolete|retired|superseded|do not use)\W*$|"
    rf"\bis (?:now )?(?:deprecated|obsolete|outdated|superseded)\W*$|"
    rf"^\W*(?:veraltet|obsolète|obsoleto|obsoleta|niet meer)\b"
)


def announces_output(line: str) -> bool:
    """Whether a line says of what stands below it that something prints it: “Expected output:”, “You will see
    something like this:”.
    """
    text = line.strip(" *_#")
    return (
        _LABEL.match(text) is not None
        or _TELLS.search(text) is not None
        or _IN_LOG.match(text) is not None
        or _SUCH.match(text) is not None
        or foreign.announces_output(text)
    )


def asks_to_look(line: str) -> bool:
    """Whether a line that speaks of an output tells to look at it, and not that it stands below."""
    return _LOOKED_UP.match(line.strip(" *_#")) is not None


def names_a_part(line: str) -> bool:
    """Whether a line may stand over what is done, though it could be over an output: “Response”."""
    return _PART.match(line.strip(" *_#")) is not None


def output_heading(heading: str) -> bool:
    """Whether a heading stands over what something prints, or over how something looks."""
    text = heading.strip(" *_#")
    return (
        _LABEL.match(text) is not None or re.match(r"(?i)^what (?:it|this) looks like\W*$", text) is not None
    )


def announces_contents(line: str) -> bool:
    """Whether a line says of what stands below it that a file, a script or a job holds it: “Add this to the
    crontab:”, “The script does:”.
    """
    text = line.strip(" *_#")
    return _WRITES.search(text) is not None or (_HOLDS.search(text) is not None and not _CHECKS.match(text))


def tells_to_edit(line: str) -> bool:
    """Whether a line tells to edit a file that it names: what stands below may be how that looks then."""
    return _EDITS.search(line) is not None


def retracts_below(heading: str) -> bool:
    """Whether a heading or a comment says that what stands below it is out of date."""
    return _RETRACTS.search(heading.strip(" *_`#")) is not None
