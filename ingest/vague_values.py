"""Words for a value that is not told: to which, from which, which of them."""

from __future__ import annotations

import re
from typing import Final

_QUANTITY: Final = (
    "(?:size|sizes|limits?|counts?|number|capacity|memory|timeouts?|replicas?|quotas?|instances?|workers?|"
    "threshold|ttl|retention|storage|concurrency|heap|cpus?|partitions|consumers|shards|pods|nodes|"
    "brokers|threads)"
)
HOW_MUCH: Final = re.compile(
    r"(?i)(?:^|(?<=[,;.] )|(?<=\band )|(?<=\bthen )|(?<=\bor )|(?<=\bcan )|(?<=\bcould )|(?<=\bshould )|"
    r"(?<=\bmust )|(?<=\bmay )|(?<=\bplease ))(?:(?:manually|temporarily|simply) )?(?:increase|decrease|"
    r"raise|lower|reduce|bump(?: up)?|enlarge|extend|expand|shrink|scale (?:up|out|down|in)) "
    r"(?:the |its |their |your )?(?:[\w/-]+ ){0,4}?" + _QUANTITY + r"\b"
)
"""“Increase the memory limit”: to which?"""

AMENDED: Final = re.compile(
    r"(?i)^(?:(?:please|then|also|next|finally),? )*(?:change|set|adjust|modify|tune|update) (?:the |its |"
    r"their )?"
    r"(?:[\w/-]+ ){0,3}?(?:values?|settings?|variables?|parameters?|connection strings?|(?:dns )?records?|"
    + _QUANTITY
    + r")\b(?: (?:of|for|in) (?:the )?[\w./-]+)?"
)
"""“Change the value for max_size”: to what?"""

_SIZES: Final = (
    "(?:size|limits?|values?|memory|cpu|resources?|capacity|timeouts?|intervals?|disks?|space|replicas|"
    "instances|"
    "workers|nodes|ram|cores|storage|threads|concurrency|retention)"
)
MORE: Final = re.compile(
    r"(?i)\b(?:an? |with |it |them |set |using )(?:(?:slightly|much|somewhat) )?"
    r"(?:larger|bigger|higher|greater|smaller|lower|longer|shorter|more|additional|extra) "
    r"(?:[\w-]+ (?:and |or )?){0,3}?" + _SIZES + r"\b|"
    r"\badd(?:ing)? (?:more|additional|extra|another) [a-z-]+|"
    r"\b(?:may|might|could) (?:also |still |even )?(?:need|"
    r"have) to be (?:made )?(?:shorter|longer|larger|bigger|"
    r"smaller|higher|lower|adjusted|tuned|tweaked|changed|increased|decreased|raised|lowered|reduced|"
    r"extended)\b"
)
"""“A larger volume size”, “it may need to be made shorter”: to which value?"""

EXPECTED: Final = re.compile(
    r"(?i)\b(?:the|its|their|your|an?|match(?:es)?|at|on) (?:expected|desired|intended) "
    r"(?:ports?|hosts?|versions?|numbers?|counts?|status|responses?|nodes|replicas|instances|settings?|"
    r"configuration|endpoints?|address(?:es)?|sizes?|policy|values?|amounts?|\w+ policy)\b"
)
"""“On the expected port”: which is it?"""

SOME: Final = re.compile(
    r"(?i)(?:^(?:please )?|\b(?:need|have|want) to |\b(?:can|should|must|may|might|could) )(?:force[- ])?"
    r"(?:delete|free up|free|remove|clean up|clear|add|drop|run|change|adjust|tune|increase|"
    r"decrease|fix|move|update|kill|restart|stop|terminate|evict|drain) "
    r"(?:some|any(?! (?:remaining|running|existing|leftover|other|of)\b)(?![^.;:]{0,60}\b(?:that|which|"
    r"targeting|"
    r"pointing|matching|older|from|belonging)\b)|a few|several|certain|(?:the |"
    r"any |all )?(?:unneeded|unnecessary|unused|obsolete|old|"
    r"stale)) (?!ones?\b)"
    r"\w+(?: \w+)?"
)
"""“Delete some files”, “remove the old snapshots”: which?"""

ASIDE: Final = re.compile(
    r"(?i)\((?:please )?(?:change|adjust|modify|edit|update|customi[sz]e|replace|substitute|adapt)"
    r"(?: (?!with\b|to\b|by\b)[\w'’/-]{1,30}){1,5}\)"
)
"""“Use this command (change the name of course)”: to what?"""
