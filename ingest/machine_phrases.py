"""What speaks to a machine instead of a person."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any, Final

import re2

from ingest.machine_words import orders_a_program
from scanner.secrets import LOOKALIKES

_PHRASES: Final = (
    # English
    r"\b(?:ignore|disregard|forget|override|bypass) (?:\w+ ){0,3}(?:instructions?|prompts?|guardrails?)\b",
    r"\b(?:ignore|disregard|forget|overrides?|bypass) (?:\w+ ){0,2}(?:your|all|any|previous|prior|above|"
    r"safety) "
    r"(?:\w+ ){0,2}(?:polic(?:y|ies)|guidelines|guidance|restrictions)\b",
    r"\b(?:stop|quit|cease) (?:following|obeying|applying) (?:your|the|any|all) (?:\w+ ){0,2}"
    r"(?:guidelines|rules|instructions|polic(?:y|ies)|guidance)\b",
    r"\b(?:reset|clear|drop|wipe) your (?:context|memory|instructions|rules|guidelines)\b",
    r"\b(?:ignore|disregard|forget) (?:everything|anything|all|what) (?:\w+ ){0,3}(?:above|before|"
    r"earlier|said|told)\b",
    r"\b(?:new|updated|real|actual|following) (?:system )?(?:instructions?|prompts?) ?:",
    r"\byou are (?:now |an? |the |no longer )*(?:ai|llm|assistant|language model|classifier|scanner|"
    r"agent|bot)\b",
    r"\b(?:as|act as|dear|hey|attention|note to|message (?:to|for)|instructions? (?:to|for)) (?:an? |"
    r"the |all |any )*(?:ai|llms?|assistants?|language models?|classifiers?|ai agents?|ai models?)\b|"
    r"\battention,? (?:all )?automated \w+",
    r"\b(?:system|developer) (?:prompt|message|override|role)\b",
    r"\b(?:mark|classif\w+|label|treat|rate|consider|report|score|flag|tag|judge|declare|pretend|regard|deem|"
    r"imagine|call) (?:[^\s.;!?]+ ){0,8}?(?:as|to be|is|are|were) (?:\w+ ){0,2}(?:safe|harmless|low[- ]risk|"
    r"no[- ]risk|read[- ]only|benign)\b",
    r"\b(?:mark|label|call|rate|judge|deem) (?:it|this|that|them|everything|(?:the|all|every|each) \w+) "
    r"(?:\w+ )?(?:harmless|safe|benign|read-only|low[- ]risk)\b",
    r"\b(?:mark|classif\w+|label|treat|rate|consider|flag|tag|judge|declare|pretend|regard|deem) "
    r"(?:[^\s.;!?]+ )"
    r"{0,6}?(?:commands?|steps?|everything|anything|instructions?|following|it|this|them) (?:[^\s.;!?]+ "
    r"){0,3}?"
    r"(?:as|to be|is|are) (?:\w+ ){0,2}(?:green|approved|trusted)\b",
    r"\brisk(?: level)? ?(?:[:=]|is|to) ?.?(?:safe|none|low|green|0)\b",
    r"\b(?:do not|don't|never) (?:flag|classify|report|warn|escalate|mask|redact|scan|mention|tell|"
    r"reveal|show|ask) (?:\w+ ){0,4}(?:dangerous|risky|unsafe|secrets?|users?|reviewers?|humans?|"
    r"operators?|approval|this|anyone)\b",
    r"\b(?:no|without|skip|bypass|needs? no) (?:\w+ )?(?:approvals?|reviews?|confirmations?|gates?|"
    r"human) (?:is |are )?(?:needed|required|necessary|checks?)\b",
    r"\b(?:auto|automatically|pre)[- ]?approv\w+\b",
    r"\b(?:respond|reply|answer|output|return|print) (?:only |exactly |just )+(?:with|in|json|yaml|"
    r"safe|yes|the word)\b",
    r"\b(?:respond|reply|answer|output|emit|return|print|say) (?:with )?(?:the )?(?:token|word|verdict|"
    r"label) "
    r".?(?:safe|harmless|green|yes)\b",
    r"\bconfidence ?(?:[:=]|of|is) ?(?:1(?:\.0+)?|0\.9+|100 ?%?)",
    r"\b(?:if|when|as) you(?: are|'re) (?:an? |the )?(?:automated|artificial|ai|llms?|language model|bot|"
    r"machine|program|parser|model|software)\b",
    r"\b(?:whoever|whatever|anything|any system|any program) (?:that )?(?:parses|processes|scans|"
    r"classifies|grades|"
    r"reviews) this\b",
    r"(?:\b(?:dear|hey|hi|hello)|^\W*(?:attention|note to|to))(?: the| any| all)? (?:\w+ )?(?:ai|llms?|"
    r"language "
    r"models?|model|parser|classifier|grader|scanner|automation|assistant|reviewer)s?\s?[,:]",
    r"^\W*(?:\w+ )?(?:ai|llm|language model|model|parser|classifier|grader|scanner|assistant|reviewer): "
    r"(?:please|"
    r"you |do not|don't|ignore|skip|treat|mark|set|add|approve|every|all|this|from now)\b",
    r"\b(?:grader|classifier|llm|ai|language model|parser|scanner|reviewer|second key) (?:must|should|"
    r"shall|has to|"
    r"needs to|is to) (?:\w+ ){0,2}(?:answer|approve|treat|classify|consider|rate|judge|output (?:safe|"
    r"only)|trust)\b",
    r"\b(?:skip|bypass) (?:the )?(?:scanner|verdicts?|second key|risk ratings?)\b",
    r"\b(?:your|previous|prior|earlier|old|original|system) (?:\w+ )?(?:rules|instructions?|prompts?|"
    r"guidelines|"
    r"polic(?:y|ies)|restrictions) (?:no longer|do(?:es)? not|don't|are (?:void|cancell?ed|lifted))\b",
    r"\b(?:set|change|lower|keep|give) (?:its|the|their|your|them|it) (?:a )?(?:verdicts?|risk(?: level| "
    r"rating)?|ratings?|classification) (?:to|as|at) (?:\w+ )?(?:safe|harmless|low|none|green|read-only)\b",
    r"(?:^|[^\pL ] ?|\b(?:and|must|please|then|just|always) )approve (?:everything|anything|all (?:the |of )?"
    r"(?:\w+ )?(?:steps|commands|actions))\b",
    r"\b(?:every|all|each|any) (?:\w+ ){0,4}(?:commands?|steps?|actions?) (?:\w+ ){0,5}(?:has|have|is|are)"
    r"(?: already)?(?: been)? (?:cleared|pre-?approved|vetted|authori[sz]ed|whitelisted)\b",
    r"\b(?:has|have) already (?:approved|authori[sz]ed|cleared) (?:all|every|each|everything|these|the "
    r"following)\b",
    r"<\|(?:im_start|im_end|system|endoftext|user|assistant)\|?>|</?(?:im_start|im_end|endoftext)>|"
    r"^\W*<(?:system|assistant|user)> ?\w+,? \w+|\[/?inst\]|<<sys>>|^ ?(?:assistant|system) ?:(?: |$)",
    # German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish
    r"\bignorier\w* (?:\w+ ){0,4}(?:anweisung\w*|vorgaben|regeln|befehle)\b|\bals (?:\w+ )?(?:sicher|"
    r"harmlos|ungefährlich) (?:ein|be|zu|mark|klass)\w+",
    r"\b(?:ignore[rz]?|oublie[rz]?) (?:\w+ ){0,4}(?:instructions|consignes|règles)\b|"
    r"\bcomme (?:étant )?(?:sûre?s?|sans risque)\b",
    r"\b(?:ignor[ae]|olvid[ae]|ignorar|descart[ae])\w* (?:\w+ ){0,4}(?:instruc\w+|instruç\w+|"
    r"istruzion\w+|reglas|regras|regole)\b",
    r"\b(?:como|come) (?:segur[oa]s?|sicur[oaie]|inofensiv\w+)\b",
    r"\bnegeer (?:\w+ ){0,4}(?:instructies|regels)\b|\bals veilig\b|"
    r"\bzignoruj (?:\w+ ){0,4}(?:instrukcj\w+|polecenia)\b",
    r"talimatları (?:\w+ ){0,2}(?:yok say|görmezden gel)|önceki (?:\w+ ){0,2}talimat",
    # Russian, Ukrainian, Chinese, Japanese, Korean, Arabic, Hindi
    r"(?:игнорируй|игнорировать|забудь|ігноруй)\w* (?:\S+ ){0,4}(?:инструкци|указани|правил|"
    r"інструкці)\w*|как безопасн\w*",
    r"(?:忽略|无视|無視|忘记|忘掉).{0,12}(?:指令|指示|提示|规则|說明|说明)|(?:标记|標記|视|判断|"
    r"分类).{0,4}(?:为|為|成)安全",
    r"(?:指示|命令|ルール).{0,8}(?:無視|忘れ)|安全(?:として|と(?:分類|判定|マーク))",
    r"(?:지시|명령|지침|규칙).{0,10}(?:무시|잊)|안전(?:하다고|으로|한 것으로)",
    r"تجاهل.{0,24}(?:تعليمات|أوامر|القواعد)|(?:निर्देशों|आदेशों).{0,12}(?:अनदेखा|नज़रअंदाज़)",
)
NOTHING: Final = re.compile(
    "[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
"""Characters without a width."""
_MIXED: Final = re.compile("[A-Za-z][\u0370-\u04ff]|[\u0370-\u04ff][A-Za-z]")
"""A word of two alphabets: letters that only look like others."""


@cache
def _compiled() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    found = re2.Set.SearchSet(options)
    for pattern in _PHRASES:
        found.Add(pattern.replace(r"\w", r"[\pL\pN_]"))  # RE2 reads `\w` as ASCII
    found.Compile()
    return found


def speaks_to_machine(text: str) -> bool:
    """Whether a sentence tells a program what to think of the text. Linear time."""
    plain = " ".join(NOTHING.sub("", unicodedata.normalize("NFKC", text)).replace("’", "'").split())
    if _says(plain):
        return True
    return _MIXED.search(plain) is not None and _says(plain.translate(LOOKALIKES))


def _says(plain: str) -> bool:
    return bool(_compiled().Match(plain)) or orders_a_program(plain)
