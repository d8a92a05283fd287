"""What a machine does, told without the command that does it: “Restart the web server.”"""

from __future__ import annotations

import re
from typing import Final

from ingest.vague_checks import CONCRETE, SHORT_WORDS
from ingest.vague_judgements import BY_PEOPLE

_AFTER: Final = re.compile(r"(?i)^(?:once|when|after|if|should|in case)\b[^,:]{3,120},\s+(?:then\s+)?")
_MACHINE: Final = re.compile(
    r"(?i)^(?:(?:please|then|also|first|next|finally|otherwise),? )*(?:(?!manual)[a-z]+ly "
    r")?(?:re-?)?(?:restart|"
    r"reload|scale|drain|promote|fail\s?over|roll\s?back|restore|"
    r"kill|rebuild|(?<=re)boot|"
    r"redeploy|remount|resize|uncordon|cordon)\b|"
    r"^(?:(?:please|then|also|first|next|finally|otherwise),? )*(?:perform|do|run|take|make|trigger|"
    r"initiate|execute) an? "
    r"(?:(?!new\b)[a-z-]+ ){0,2}(?:backup|snapshot|dump|restart|reboot|shutdown|failover|roll-?back|"
    r"restore|upgrade|"
    r"deploy(?:ment)?|switchover|reindex|vacuum|health ?check|import|export|migration|clean-?up|"
    r"cut-?over|rebuild)\b(?=\W*$| (?:of|before|first|on|for)\b)"
)
"""What surely is a command somewhere, and nothing that is clicked."""

_IS_TOLD: Final = re.compile(
    r"(?i)^[a-z-]+ (?:[a-z]+ )?(?:is|are|was|were|will|should|can|may|might|must|has|have|typically|usually|"
    r"normally|automatically (?:\w+s|occurs)|completes|takes|happens|occurs)\b"
)
"""“Failover typically completes …”, “repair is required”: nobody is told to do it there."""

_CLICKED: Final = re.compile(
    r"(?i)\b(?:via|using) [a-z][\w.-]+$|,\s*(?:and|or)\s*$|"
    r"\b(?:in|through|via|using|from|on) (?:the |your )?(?:[\w-]+ ){0,3}(?:ui|console|dashboard|portal|"
    r"website|page|menu|panel|tab|button|form|app)\b|[→>]|\bclick\b|https?://"
)
_ALTERS: Final = re.compile(
    r"(?i)^(?:(?:please|then|also|first|next|finally|otherwise),? )*(?:(?!manual)[a-z]+ly "
    r")?(?:re-?)?(?:revert|"
    r"replace|reset|truncate|"
    r"evict|purge|"
    r"increase|raise|lower|decrease|reduce|bump|extend|expand|enlarge|shrink|grow|free(?: up)?|drop|block|"
    r"unblock|"
    r"clear|flush|bounce|recycle|disable|enable|stop|start|terminate|detach|attach|prune|reinstall|"
    r"pause|unpause|suspend|shut ?down|power (?:off|on)|mount|unmount|rename|revoke|wipe|"
    r"back ?up|decommission|install|uninstall|"
    r"recreate|requeue|replay|"
    r"disconnect|throttle|rebalance|lock|unlock|fix|repair|clean\s?up|tidy(?:\s?up)?|"
    r"regenerate|resync|sync|rotate|renew|upgrade|downgrade|"
    r"put (?:[\w-]+ ){1,3}in(?:to)? (?:[\w-]+ )?(?:mode|maintenance)|"
    r"add (?:memory|capacity|disk|nodes?|replicas?|space))\b(?!:)"
)
"""What changes something, by a command or a value that the sentence does not tell."""
_SAID_HOW: Final = re.compile(
    r"(?i)\bphysically\b|\bby hand\b|\((?:ctrl|cmd|alt|via|using|with|by|see)\b|"
    r"\b(?:with|by|using|via|through|per|to|from|as) (?:the |your |an? |\w+ing\b)"
)
_ASIDE: Final = re.compile(r"(?i)\s?\((?:e\.g\.|i\.e\.|such as|for example|like)[^()]{0,120}\)")
"""“Disable remote access (e.g., keys)”: still not told how."""
_OF_TEXT: Final = re.compile(
    r"(?i)\b(?:ticket|incident|message|comment|page|pull request|line|link|note|thread|alert)\b"
)


def acts_on_machine(sentence: str) -> bool:
    """Whether a sentence tells to do what a command does, and not where to click."""
    if _CLICKED.search(sentence) is not None:
        return False
    after = _AFTER.match(sentence)
    told = sentence[after.end() :] if after else sentence
    if _IS_TOLD.match(told) is not None:
        return False
    return _MACHINE.match(told) is not None or _alters_somehow(sentence)


def _alters_somehow(sentence: str) -> bool:
    """Whether a short sentence tells to change something on a machine and says neither how nor to what."""
    if _ALTERS.match(sentence) is None or BY_PEOPLE.match(sentence):
        return False
    if len(sentence.split()) > SHORT_WORDS:
        return False
    told = _ASIDE.sub("", sentence)
    return not any(found.search(told) for found in (CONCRETE, _SAID_HOW, _OF_TEXT))
