"""The classes of words that leave a reader guessing, and what is asked about each.

A class is a way of being vague (no value, no duration, no criterion, no object), gathered from how runbooks
are written; where a phrase of it counts is decided in `ingest.vagueness`.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Role = Literal["told", "required", "beside"]
"""Of a sentence: an instruction, what must be true first, or one beside a step."""


def _any(*phrases: str) -> re.Pattern[str]:
    """One of these phrases, in words of their own."""
    return re.compile(rf"(?i)\b(?:{'|'.join(phrases)})(?!\w)")


_SIZE: Final = "(?:high|low|slow|big|large|small|long|old|short|few|many|much|full|heavy|busy)"
THRESHOLD: Final = _any(
    rf"too (?:{_SIZE}|fast|often|frequent(?:ly)?|quick(?:ly)?|slowly|hot|far behind)",
    "(?:well|far|way) (?:below|above|under|over|beyond)",
    "(?:unusually |still |abnormally )?elevated",
    rf"(?:very|extremely|unusually|quite|fairly|relatively|rather) {_SIZE}",
    "(?:is|are|looks?|seems?|gets?|stays?|remains?|becomes?) (?:still )?"
    "(?:high|low|slow|big|large|small|long)(?!-)",
    r"a lot(?: of \w+)?",
    r"lots of \w+",
    "(?:significant|unusual|abnormal|excessive|suspicious)(?:ly)?",
    "(?:nearly|almost) (?:full|empty|exhausted)",
    "high (?:load|usage|number|latency|rate|cpu|memory|traffic)",
    "(?:a |the )?(?:large|small|high|low|big|huge|short) (?:number|amount|percentage|count|list|portion)",
    "(?:more|fewer|less|higher|lower|longer|slower)(?: [a-z-]+){0,2} than (?:is |was |you |we )?"
    "(?:usual|normal|expect(?:ed)?)",
    r"many \w+ than usual",
    r"trending (?:up|down)\w*",
    "(?:growing|getting|coming) (?:too )?close to|(?:very|too|quite) close to",
    "(?:normal|usual|typical|regular|healthy) (?:[a-z]+ )?(?:levels?|rates?|values?|range|volumes?|"
    "amounts?|numbers?|"
    "patterns?|behaviou?r|traffic|usage|load)",
    "(?:big|large|huge|major|sharp|noticeable) (?:shifts?|changes?|differences?|increases?|drops?|jumps?|"
    "gaps?|peaks?)",
    "(?:acceptable|tolerable|reasonable) (?:levels?|rates?|values?|range|amounts?)?",
    "spik(?:e|es|ing)",
    "(?:below|above|under|over|within|to) (?:the |its |their )?(?:thresholds?|limits?|targets?|baseline|"
    "slo|quota)"
    "(?=\\W*$|[,;.])",
    "(?:increased|degraded|reduced) (?:[a-z]+ )?(?:load|usage|latency|traffic|rates?|performance|throughput)",
    "(?:small|large|big|short) (?:increments?|steps|batches|chunks|bursts)",
    "repeated (?:failures?|errors?|restarts?|crash(?:es)?|timeouts?)",
    "sudden (?:changes?|increases?|drops?|spikes?|rise|fall)",
    "(?:look|search|check|watch) for (?:any |the |some )?"
    r"(?:big|large|huge|old|slow|heavy|long-running|suspicious|unusual) \w+",
)
REFERENCE: Final = _any(
    "the other (?:runbook|page|document|docs?|guide)",
    "(?:see|refer to|consult|check|read) (?:the |our |your )?internal (?:docs?|documentation|wiki)",
    "mentioned (?:earlier|before)",
    "the wiki",
    r"the (?:\w+ ){1,3}(?:procedure|process|runbook|playbook) "
    r"(?:on|in|from) (?:the |our )?(?:wiki|confluence|intranet)",
    r"(?:the|your|our) (?:usual|standard|normal|regular) (?:\w+ ){0,3}"
    "(?:procedures?|process(?:es)?|way|steps|channels?|tools?|policy|practice)",
    "as (?:before|usual)",
    "(?:as )?per (?:the |our |your |company )?(?:\\w+ )?"
    "(?:procedures?|polic(?:y|ies)|process|guidelines?|standards?|syntax|instructions|documentation)",
    r"(?:check|consult|search|look (?:at|in|into|through)) (?:the|your|our|its) (?:[\w'’-]+ ){0,3}"
    "(?:documentation|docs|wiki|manual|handbook)",
    "same as before",
    "(?:do|run|perform|apply|make|take) the (?:usual|standard|normal|customary)\\b",
    r"follow(?:ing)? (?:the|our|your) (?!usual\b|standard\b|normal\b|regular\b|following\b|next\b|above\b|"
    r"below\b|remaining\b|these\b|this\b|prompts?\b)"
    r"(?:[\w'’-]+ ){1,4}?(?:procedures?|process|instructions|guide|runbook|playbook|steps|sop)"
    r"(?!(?: \w+)? (?:below|above|here|that follows?|in (?:this|the (?:next|following)|step)|from (?:this|"
    r"step)|"
    r"on (?:the )?screen|shown|described (?:here|in (?:this|step|the (?:next|following)))))",
)
ABOVE: Final = re.compile(
    r"(?i)(?<!\()\b(?:as|same|follow(?:ing)?|see|repeat|redo|per|perform|run|use|execute)\b"
    r"(?: (?!found\b|that\b)[\w&-]+){0,3}? (?:above (?:steps?|instructions|procedures?|process|commands?)\b|"
    r"(?:steps?|instructions|procedures?|process|guide|section)\b[^.;:()]{0,12}? above\b)|"
    r"\bas above(?=\W*$)"
)
"""“Follow the instructions above on creating it”: which of them, of a text that becomes single steps?"""
ON_CASE: Final = re.compile(
    r"(?i)^depending on\b[^,.;:]*|"
    r"^in (?:some|rare|certain|most|many|a few) cases\b,?(?=[^.;]{0,60}?\b(?:you|we|must|have to|needs? "
    r"to)\b)|"
    r"\b(?:resolution|mitigation|remediation|solution|fix|remedy|approach|procedure|actions?|"
    r"(?:next )?steps?|answer|response|what to do|url|name|value|path|address)\b[^.;:]{0,40}?"
    r"\b(?:(?:will|may|can|might|would) )?(?:depends?|differs?|var(?:y|ies))\b(?: (?:up)?on)?|"
    r"^(?:this|that|it|which)\b[^.;:]{0,20}?\b(?:differs?|var(?:y|ies)|depends?)\b"
)
TIME: Final = _any(
    r"(?:wait|waits|waiting|give|allow|hold|sleep|pause|leave)\b[^.;:!?]{0,40}?\b"
    "(?:a bit|a while|a moment|some time|long enough|"
    "(?:a few|a couple(?: of)?|some|several) (?:more )?(?:seconds|minutes|hours|days|moments))",
    "wait and see",
    "wait (?:for|until) (?:it|this|that|things|everything|them) (?:to )?(?:settles?|"
    "calms?|stabili[sz]es?|recovers?)",
    "when you have (?:the )?time",
    "later on",
    "at some point",
    "for some time",
    "within (?:a few|a couple(?: of)?|some|several) (?:more )?(?:seconds|minutes|hours|days|moments)",
    "more than once(?! (?:a|per|every|in)\\b)",
    "(?:several|multiple|various|numerous|a few|a couple of) times",
    "for a (?:while|bit)",
    "after (?:a while|some time|(?:a few|a couple(?: of)?|some|several) (?:more )?"
    "(?:seconds|minutes|hours|days))",
)
ACCESS: Final = _any(
    r"(?:necessary|required|appropriate|proper|right|correct|sufficient|relevant|adequate) (?:[\w-]+ ){0,3}"
    "(?:permissions?|access(?: rights)?|privileges?|rights|credentials?|roles?|tools?|tooling|"
    "groups?|versions?|options?|parameters?|arguments?|flags?|resources?)",
    "the (?:right|correct|proper|appropriate) (?:cluster|project|account|context|environment|branch|"
    "namespace|"
    "region|subscription|tenant|profile|host|server|database|vault|repository|repo)(?=\\W*$)",
    r"the (?:right|correct|proper|appropriate) (?:[\w-]+ ){0,2}(?!order\b|way\b|time\b|place\b|ones?\b|"
    r"people\b|persons?\b|teams?\b|permissions?\b|access\b|rights\b|privileges\b|credentials?\b|roles?\b|"
    r"tools?\b|"
    r"groups?\b|versions?\b|options?\b|flags?\b|parameters?\b|arguments?\b|resources?\b)[\w-]+(?=\W*$)",
)
OPEN: Final = _any(
    "as (?:needed|necessary|required)(?! (?:on|by|in|for) )|as (?:appropriate|applicable|desired)",
    "(?:if|where|when|as far as) (?:needed|necessary|possible|applicable|appropriate|required|practical|"
    "desired)",
    r"if you (?:can|like|want|prefer|wish)(?=\W*(?:$|[,.)]))",
    "if you can afford it",
    "ideally",
    '(?:in)?appropriate(?:ly)?(?! [“"])',
    "(?:suitab|reasonab|acceptab|sensib)l[ey]",
    "(?:sufficient|adequate)(?:ly)?",
    "sane",
    "closely",
    "somehow",
    r"(?:something|anything) else(?!\s*(?:→|->|:))",
    r"(?:any|some) other (?:errors?|issues?|problems?|reasons?|causes?)(?!\s*(?:→|->|:))",
    "other (?:things|issues|problems|causes)",
    "possibly (?:be )?\\w+ed",
    r"(?:any(?:thing)?|whatever|which(?:ever)?)(?: \w+)? you (?:need|want|like|prefer|wish)(?! to\b)",
    "(?:consistent|in line) with (?:your|our|the) \\w+",
    "(?:generally|usually|probably) (?:be )?safe",
    "(?:has|have) (?:settled|stabili[sz]ed|calmed)",
    "any \\w+\\(s\\)",
    "any (?:issues?|problems?|errors?) (?:arise|occur|come up|show up)",
    r"any (?:other|additional) \w+(?!\s*(?:→|->|:))",
    "a number of (?:issues|problems|reasons|things|causes)",
    "(?<![/.])etc(?![/.]\\w)",
    "and so on",
    "and (?:the like|similar)",
    "(?<!before taking )(?:all )?(?:necessary|needed|required|corrective|appropriate|additional|further|"
    "manual) (?:manual )?(?:adjustments?|actions?|measures?|changes|precautions)",
    r"your standard (?:\w+ ){0,2}\w+",
    "standard communication",
    r"relevant (?:[a-z]+ )?(?:stakeholders?|people|persons?|parties|teams?|owners?|engineers?|logs?|"
    "log files?|metrics|dashboards?|documentation|documents|information|details|users?|files?|sections?|"
    r"device(?:s|\(s\))?)",
    "(?:responsible|owning|concerned) (?:teams?|persons?|people|parties|engineers?|developers?|groups?)",
    r"(?:other|any|some) (?:desired|suitable) \w+",
    r"some other \w+(?!\s*(?:→|->|:))",
    "an? (?:good|stable|working|known[- ]good) (?:backup|revision|version|zone|release|"
    "snapshot|state|node|build|image)",
    "everything else(?!\\s*(?:→|->|:))",
    "(?:all|everything) is well",
    "whichever (?!of the )(?:\\w+ )?(?:is|are|that|works|suits|seems|makes)",
    "(?:what|which)(?: \\w+){0,3} (?:is|are|would be|works|fits) (?:the )?"
    "(?:best|better|appropriate|suitable|right)",
    "in an? (?:inconsistent|bad|weird|strange|odd|broken|funny) state",
    "(?:correctly|properly) (?:tuned|set|sized|configured)",
    "of course",
    "keep an eye",
    "(?:carefully(?! (?:read|review|follow|check|note|consider))|satisfactor(?:y|ily)|hopefully|gradually|"
    "incrementally)",
    "(?:teams?|people|persons?|engineers?|developers?|owners?) (?:that (?:is|are) |who (?:is|are) "
    ")?responsible for",
    "a safe (?:or [a-z]+ )?state",
    "accordingly",
    "(?:your|good|best) (?:best |own )?judge?ment",
    "prudent",
    "discretion",
    "as you see fit",
    "makes? sense",
    "(?:a|the) (?:right|best|good|better|correct|convenient) (?:option|choice|value|size|time|moment|"
    "number|place|"
    "location|spot|candidate|name|order)",
    "(?:settles?|calms?) down",
    "TODO|TBD|FIXME",
    "until (?:it|this|usage|that) is (?:acceptable|ok(?:ay)?|fine|good)",
)
FIX: Final = _any(
    "(?:resolve|fix|address|mitigate|correct|solve|remediate|repair|handle|deal with|analy[sz]e|look into) "
    "(?:(?:the|this|these|any|all|that|their|its) )?"
    "(?:(?:underlying|root|reported|remaining|relevant|actual) )?"
    "(?:issues?|problems?|causes?|errors?|failures?|conditions?|conflicts?|situation|bottlenecks?)",
    "root[- ]causes?",
    r"(?:fix|repair|resolve|restore) the (?:related|affected|failing|broken|faulty|underlying|upstream) \w+",
    "(?:identify|find|determine|establish|understand) (?:the |any |what (?:the )?)?"
    "(?:underlying |likely |possible |potential )?(?:cause|reason|culprit|source|issue|problem)s?",
    "what (?:is|was|['’]s) (?:causing|wrong|going on)",
    r"(?:act|proceed|respond|adjust(?: \w+)?) accordingly",
    r"take (?:the )?(?:\w+ )?(?:action|actions|steps|measures)",
    "(?:direct|immediate|further|urgent) action is (?:needed|necessary|required)",
    "manual (?:intervention|actions?|clean-?up|fix(?:es)?|steps) (?:is|are|may be|might be|"
    "will be) (?:needed|"
    "required|necessary)",
)
AMOUNT: Final = _any(
    r"enough \w+",
    r"\w+ enough",
    r"recent (?:changes|deploy\w*|trends?|errors?)",
    "(?<!^)(?:periodically|regularly|occasionally)|(?<!^)from time to time|once in a while|every so often|"
    "on a regular basis|at regular intervals",
    r"(?:discuss|consult|coordinate|work) with (?:the |your )?(?:\w+ )?"
    "(?:owners?|teams?|developers?|people|stakeholders?|vendors?|experts?)",
)
WORKED: Final = _any(
    "as expected",
    "as (?:it )?should",
    "meets? (?:the |all |our )?expectations?",
    "expected (?:state|values?|results?|output|behaviou?r)",
    "(?:looks?|seems?) (?:to be )?(?:all )?(?:ok(?:ay)?|fine|right|good|healthy|normal|correct|sane|stable)",
    "(?:is|are|be|everything['’]?s?) (?:all )?(?:ok(?:ay)?|fine|good|healthy|normal|stable|sane|"
    "working (?:fine|properly|correctly|normally|again))",
    "(?:is|are|be) (?:fully )?(?:functional|operational|responsive|in good (?:health|shape))",
    "(?:returns?|returned|goes|go|comes?|gets?) (?:back )?to "
    r"(?:normal|baseline|a (?:normal|healthy) \w+)",
    "(?:works?|runs?|working|running|functioning|behav(?:es?|ing)) (?:ok(?:ay)?|fine|properly|correctly|"
    "normally|well)",
    "(?:it|this|that|everything|all) works(?=\\W*$)",
    "everything (?:is|['’]s) (?:still |now |up and )?(?:running|up|there|in place|in order|back)",
    "(?:proper|correct|normal|successful) (?:operation|function(?:ing|ality)?|behaviou?r)",
)
SEEMS: Final = _any("(?:looks?|seems?) (?:to be )?(?:ok(?:ay)?|fine|right|good|normal)")
"""In a condition only these ask: “if it is healthy” is a yes or no that the question to a person settles."""

BROAD: Final = re.compile(
    r"(?i)\b(?:check|look|inspect|examine|search|watch|scan|review)\w*\b[^.;:!?]{0,40}\b(?:for|any|other)\b"
    r"[^.;:!?]{0,60}\b(?:issues?|problems?|limitations?|anomal(?:y|ies)|irregularities|abnormalities)\b"
)
INVESTIGATE: Final = _any(
    "(?<!to )(?<![-/.])(?:investigate|troubleshoot|diagnose|debug"
    "(?! (?:logs?|mode|level|output|info|pods?|containers?|sessions?|shells?|symbols)))(?![-/.])",
    "find out (?:why|what)",
    "look into (?:it|this|that)(?! \\w)",
    "dig (?:deeper|into)",
    "talk (?:to|with)",
    "start planning",
)
WHICH: Final = re.compile(
    r"(?i)\b(?:check|look at|inspect|watch|see|monitor|study|review|examine)\s+(?:at\s+)?"
    r"(?:(?:the|all|your|its|their|our)\s+)?(?:\w+\s+){0,2}?"
    r"(?:logs?|dashboards?|metrics|graphs?|alerts|monitoring|panels?|charts?)\b"
)
CURED: Final = re.compile(
    r"(?i)\b(?:solved|fixed|resolved|cured|mitigated|cleared) by \w+ing\b|"
    r"\b\w{3,}ing\b[^.;:]{0,120}\b(?:will|should|may|might|can|could) "
    r"(?:(?:normally|usually|also|often|likely|probably) )?(?:resolve|fix|solve|clear|help|mitigate|cure)\b"
)
"""A remedy that is named, and not told."""

PASSIVE: Final = _any(
    "(?<!that )(?<!which )(?:should|must|needs? to|has to|have to|ought to) be "
    "(?:\\w+ly )?(?:restarted|rebooted|"
    "terminated|replaced|rebuilt|"
    "recreated|drained|resized|scaled|upgraded|restored|rolled back|failed over|remounted|cleaned up|freed|"
    "redeployed|reinstalled|reconfigured|recycled|increased|raised|lowered|reduced|expanded|repaired|reset|"
    "brought (?:back )?(?:up|online)|promoted|rotated|renewed|shut ?down|paused|powered (?:off|on)|resynced|"
    "resolved|fixed|addressed|corrected|mitigated)"
    "(?! (?:automatically|by (?:itself|themselves)|without|shortly|within)\\b)",
    "(?:must|needs? to|has to|have to) be (?:\\w+ly )?(?:modified|adjusted|updated)(?! (?:as follows|"
    "like)\\b)",
)
NEEDS: Final = _any(
    r"(?:needs?|requires?) (?:an? )?(?:(?!to\b)\w+ )?(?:clean-?up|fix|restart|reboot|rebuild|repair|resize|"
    r"change)",
    r"(?:needs?|requires?) (?:re)?(?:scal|start|plac|build|boot|siz|pair|deploy|clean|fix|patch|tun)ing",
    r"(?:do|perform) (?:a |some |the )?manual [a-z-]+",
    r"an? (?:\w+ )?(?:fix|change|restart|reboot|rebuild|clean-?up) (?:is|may be|might be) "
    "(?:needed|required|necessary)",
)
"""What is to be done, and not how."""

EITHER: Final = re.compile(
    r"(?i)^(?:\w+ly )?(?:(?P<first>[a-z]+)/(?P<next>[a-z]+) (?!with\b|by\b)[a-z][^:]*$|"
    r"(?P<one>[a-z]+) (?:[^.;:]{0,60} )?(?:and/)?or (?:else |then |simply |just )?(?P<other>[a-z]+) "
    r"(?:the|an?|all|any|some|it|them|your|its|each|every|this|that|these|those)\b(?=[^:]*$)(?![^:]*\bif\b))"
)
"""“Fix/replace the server”, “wait for the jobs or abort some”: which of them, and when?"""

OTHERS: Final = _any(
    r"(?:do|repeat) (?:the same|this|it|that) (?:on|for|with) (?:the |all |every )*(?:other|remaining)",
    r"(?:check|verify|inspect|review|test) the (?:other|remaining) \w+s\b(?!['’])",
)
LIKE: Final = _any(
    "(?:do|doing|run|running|use|using|with|try|type|execute|into|enter|issue) something (?:like|similar to)",
    "(?:an?|the|with|some) (?:[\\w-]+ )?(?:commands?|queries|query|scripts?|lines?) similar to",
    "with similar (?:contents?|settings|values|configuration|parameters)",
    "or similar(?! to\\b)",
    "commands? (?:like|such as)",
)
UNNAMED: Final = re.compile(
    r"(?i)\b(?:run|execute|use) the [a-z]{2,20}['’]s (?:[a-z]+ ){0,2}commands?\b|"
    r"\b(?:re-?)?(?:run|execute|apply) the (?!following\b|above\b|below\b|"
    r"same\b)(?:(?:(?-i:[a-z]+)|ansible|terraform|python|bash|jenkins|puppet|chef|salt|sql|helm) ){0,2}"
    r"(?:scripts?|playbooks?|jobs?|"
    r"pipelines?|migrations?|fix|patch|workaround)\b"
    r"(?! (?:named|called|in|from|at|below|above|under|with|for|that|which)\b)"
)
"""“Run the ansible scripts again”: which? One with a capital letter or a hyphen is named."""

MANY: Final = _any(
    r"(?:several|a few|a couple of|a number of|(?<!be )(?<!are )certain) (?!that\\b|of\\b)\w+",
    "soon|(?<!or )(?<!and )later(?! (?:point|use|reference|step))",
    r"recent \w+",
    r"the (?:right|correct|proper|offending|problematic|misbehaving|rogue) \w+",
    r"(?:the|any) (?:necessary|needed|required) \w+",
)
"""Vague in an instruction only: elsewhere such words tell, and nobody acts on them."""

WHO: Final = re.compile(
    r"(?i)\b(?:contact|notify|inform|ask|tell|reach out to|check with) (?:the |your |our )?(?:"
    r"stakeholders?|experts?|someone|somebody|people|management|an? (?:admin|administrator|engineer|"
    r"expert|dba|developer|operator)|(?:everyone|everybody|all|those) (?:involved|"
    r"concerned|affected))"
    r"(?=\s*$|[.,;)]|\s+(?:and|or|about|if|when|that|first|to|before|for)\b)"
)
"""“Contact somebody”. Who “the team” is, its members know."""

_AGAIN: Final = (
    r"(?:restart|reboot|remount|shut(?:ting)? ?down|stop(?:p)?|redeploy|recreat|fail(?:ing)? "
    r"?over|"
    r"roll(?:ing)? ?back|scal|rebuild|restor|"
    r"resiz)(?:e|ing|ling)?"
)
TRY: Final = re.compile(
    r"(?i)\b(?:(?:try(?:ing)?(?: to)?|consider|(?:solved|fixed|resolved|cured|mitigated|cleared) by|is to|"
    r"(?:(?<=, )|^)(?:you|we) (?:may|might|could) (?:also |still )?(?:need|have) to|"
    r"it(?: is|['’]s) (?:safest|best|better|safer|easiest|simplest) to)\s+"
    rf"(?:(?:simply|just|temporarily)\s+)?{_AGAIN}|"
    r"(?:way|option|method|approach|workaround) (?:is|would be) to (?:(?:simply|just|temporarily) )?"
    r"(?!wait|see|use|run|be|have|go)[a-z]{3,})\b[^.;:]{0,60}"
)
