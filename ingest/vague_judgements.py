"""Words that leave a decision to whoever reads them, or a search without what is looked for."""

from __future__ import annotations

import re
from typing import Final

_UNSAID: Final = "(?:usual|normal|standard|customary|regular)"
JUDGED: Final = re.compile(
    r"(?i)\b(?:"
    r"(?:match|fit|suit)(?:s|ing)? your (?:own )?(?:environment|setup|needs|installation|configuration|case|"
    r"situation|requirements|cluster)|"
    r"(?:pick|choose) (?:one(?: of)?|any(?: of)?|an? (?:healthy|suitable|good|free|random|available|quiet)) "
    r"(?:the |your )?\w+|"
    r"until (?:it|this|that|everything) (?:works|succeeds|looks \w+)|"
    r"until (?:(?:it is|they are|you are|everything is) )?(?:finished|done|satisfied|happy|convinced)|"
    r"depending on your (?:[\w-]+ )?(?:needs|setup|environment|case|requirements|situation|preferences?)|"
    r"the (?:right|correct|proper) (?:people|persons?|teams?)|"
    r"(?<!editor )of (?:your|our) (?:own )?(?:choice|choosing|liking)|"
    r"your (?:favou?rite|preferred|usual|own) (?:[\w-]+ )?(?:tools?|way|method|client|means|approach)|"
    r"(?:at|in) your (?:earliest )?convenience|(?:whenever|when) (?:it is |it['’]s )?convenient|"
    r"in (?:the|a|your) (?:usual|normal|standard|customary) (?:way|manner|fashion|place)|"
    r"(?:deem|see|think|feel|consider)(?:s|ed)? (?:it )?(?:fit|necessary|appropriate|safe|needed|best|right|"
    r"(?:critical|important|severe|serious|urgent)(?: enough)?)|"
    r"(?:likely|probably|clearly|obviously|legitimately|genuinely) (?:related|legitimate|wrong|broken|"
    r"bad|faulty|grown|grew|safe|stale)|"
    r"(?:is|are|be|seems?|looks?) (?:likely |probably )?(?:legitimate|genuine)|"
    r"(?:seems?|appears?|looks?) (?:to be |to have )?(?:[a-z]+ly )?(?:stuck|hung|dead|locked|blocked|"
    r"broken|frozen|"
    r"unresponsive|wrong|off|unhealthy|corrupt(?:ed)?|overloaded|suspicious|abusive|malicious)|"
    r"(?:is|are|looks?) (?:obviously|clearly|significantly|substantially) [a-z]+|"
    r"(?:some (?:other )?)?arbitrary \w+|(?:really|badly|completely|totally)\W{1,3}(?:messed up|broken|"
    r"stuck|bad)|"
    r"as (?:much|many|little|few|large|small|high|low)(?: [\w-]+){0,2} as (?:possible|"
    r"needed|necessary|required|"
    r"you (?:can|need|like|want|wish))|"
    r"(?:to|at|within|below|above) an? (?:safe|sane|healthy|reasonable|acceptable|normal|comfortable) "
    r"(?:level|value|size|range|number|limit|amount|margin)|"
    r"(?:if|until|unless|when) you(?:['’]re| are| feel) (?:confident|comfortable|happy|"
    r"satisfied|certain|sure)"
    r"(?! (?:you want|that you want)\b)"
    r")(?!\w)"
)
"""“The editor of your choice”, “to a safe level”, “if you are confident”: whose judgement, by what?"""

SOUGHT: Final = re.compile(
    r"(?i)\b(?:"
    r"if (?:something|anything|things) (?:goes|go|went) wrong(?=\W*(?:$|[,:]))|"
    r"(?:something|anything) (?:weird|odd|strange|bad|wrong|unexpected) (?:happens|happened|is (?:going on|"
    r"happening))|"
    r"for (?:various|several|many|a number of|different) reasons|"
    r"nothing (?:else )?(?:is|was|has been|looks|seems) (?:broken|wrong|affected|off|missing|damaged)|"
    r"(?:for|with|find|see|show|has|have|is|are|if|there['’]s) (?:any(?:thing)?|something|"
    r"nothing)(?: that is)?"
    r"(?: (?:else|else that is))? (?:unusual|odd|strange|suspicious|obvious|weird|wrong|interesting|abnormal|"
    r"unexpected|amiss|out of the ordinary)|"
    r"(?:for|with) (?:any |some |further |more )?(?:clues?|hints|oddities|anomalies|irregularities)|"
    r"(?:for|with|any) (?:signs?|indications?) of (?:trouble|problems?|issues?|errors?|failures?|distress)|"
    r"if (?:things|something|it|that|this|everything) (?:is|are|looks?|seems?|does|do|"
    r"is(?:n['’]t| not)|are(?:n['’]t| not)|do(?:es)?(?:n['’]t| not)) "
    r"(?:off|odd|weird|strange|bad|working (?:right|properly|correctly|well)|work (?:right|properly|"
    r"correctly|well)|look (?:right|good|healthy))|"
    r"(?:and|or) (?:other )?(?:related|similar) (?:issues?|problems?|errors?|things|events?|failures?)|"
    r"or (?:something|anything|some other \w+) (?:similar|like (?:that|it|this))|(?:and|or) the like|"
    r"look(?:ing)? for (?:(?:more|further|any|some|the) )?(?:details|information|evidence)(?! (?:about|on|"
    r"of)\b)"
    r")(?!\w)"
)
"""“Anything unusual”, “for any clues”, “if things aren't working right”: what is that?"""

SEARCHED: Final = re.compile(
    r"(?i)(?:^|(?<=[,;:.] )|(?<=\band )|(?<=\bthen )|(?<=\bcan )|(?<=\bshould )|(?<=\bmust )|"
    r"(?<=\bmay )|(?<=\bcase ))(?:further |deeper )?(?:figure (?:it )?out|work out (?:why|"
    r"what|which|how|where)|"
    r"deduce|narrow (?:it |this )?down|track (?:it |this )?down|pinpoint|get to the bottom|"
    r"reverse[- ]engineer|decide (?:whether|if|which|what|how)|"
    r"(?:determine|assess|establish|ascertain|judge) (?:whether|if|how|why|where|when)|"
    r"look (?:deeper|closer|further|into (?:why|what|how|whether|\w+ing))|"
    r"(?:investigate|dig|check|debug) (?:deeper|further|why)|find out (?:why|what))\b"
)
"""“Figure out where it comes from”: how?"""

LATER: Final = re.compile(
    r"(?i)\b(?:\d+|an?|one|two|few|several) (?:more )?(?:seconds?|minutes?|hours?|days?|weeks?) or so\b|"
    r"\b(?:for )?as long as (?:needed|necessary|required|it takes)\b|"
    r"\bevery (?:few|couple of|so many) (?:seconds|minutes|hours|days)\b|"
    r"\b(?:takes?|taking) (?:a while|some time|a (?:long|little) (?:time|while)|quite some time)\b|"
    r"\bkeep (?:on )?(?:monitoring|watching|checking|retrying|"
    r"trying)\b(?![^.;]{0,80}\b(?:until|for \d|every \d))|"
    r"\bfor (?:a|too|very|such a) long(?: time)?\b(?! (?:term|running))|\blonger than (?:is |was "
    r")?(?:expected|usual|normal)\b|"
    r"\bwell in advance\b|\bin (?:due|good) time\b"
)
"""“An hour or so”, “every few minutes”, “this can take a while”: how long?"""

HEDGED: Final = re.compile(
    r"(?i)\b(?:would|should|could|might) (?:most |very )?(?:probably|likely) (?:be|need|have|want)\b|"
    r"\b(?:you|we) (?:most )?(?:probably|likely|generally|usually|may well) (?:want|need|have to|should)\b|"
    r"\b(?:generally|usually|probably|typically|normally) what (?:you|we) (?:want|need|do)\b|"
    r"\b(?:may|might|could) (?:also |still |even |well )?(?:need|have) to be (?:\w+ly )?\w+(?:ed|en|ne|un|"
    r"ut|lt)\b|"
    r"\b(?:may|might|could) (?:also |still |even |well )?(?:require|need) \w+ing\b|"
    r"\b(?:it|this|that|which|they) (?:may|might|could|will (?:most |very )?likely|will probably) "
    r"(?:also |still |even |well |most likely )?(?:be (?:necessary|needed|required|easier|better|simpler|"
    r"safer|possible)|involve \w+ing|take (?:ages|forever|long|quite|several|many|a few|some)\b)|"
    r"\bsome ?times? (?:you|we) (?:may |might |will )?(?:need|have|want)(?:s|ed)? to\b|"
    r"\b(?:could|may|might|can|will) (?:be|vary|differ|change|look)\b[^.;:]{0,60}? depending (?:up)?on\b|"
    r"\b(?:should|is|are|be|seems?) (?:\w+ )?(?:generally|usually|probably|relatively|mostly|fairly) "
    r"(?:be )?safe to\b|\b(?:should|must|can|could|may) be \w+ed and possibly \w+ed\b|"
    r"\b(?:this|that|it) (?:may|might|could) (?:also |well |just )?be the "
    r"(?:issue|problem|cause|reason|"
    r"culprit|[A-Z]{2,6})\b|"
    r"\bthere(?: is|['’]s) a (?:good|fair|high|small) chance\b|"
    r"\bthere (?:may|might|could|can) (?:also |still )?be (?:other|several|many|different|various)\b|"
    r"\b(?:caused by|due to|because of) (?:a (?:number|variety|range) of|many|several|various|different)\b|"
    r"\b(?:slightly|somewhat|a (?:bit|little)) different(?:ly)?\b|"
    r"\bthere (?:is|are) (?:usually|often|sometimes) something to\b|"
    r"\bis something (?:that )?(?:you|we) should (?:do|check|fix|look|watch|know|consider)\b|"
    r"\b(?:more|further|other) (?:direct |drastic |manual )?(?:action|steps|measures|"
    r"work) (?:is|are|may be|will be) "
    r"(?:necessary|needed|required)\b"
)
"""“It should generally be safe”, “more direct action is necessary”: when, and which?"""

UNSURE: Final = re.compile(
    r"(?i)\b(?:not|isn['’]t|aren['’]t) (?:entirely |really |quite |100 ?% |very |too )?(?:sure|certain|clear)"
    r" (?:if|whether|why|what|how|that|it|this|which|when|where)\b|"
    r"\b(?:it(?:['’]s| is)|this is|remains) (?:still )?(?:unclear|unknown|untested|unverified)\b|"
    r"\b(?:has|have) (?:not|never) been (?:tested|verified|tried)\b|\bno idea (?:if|why|what|how|whether)\b"
)
"""“I'm not sure it works”: does it?"""

UNWRITTEN: Final = re.compile(
    r"(?i)\b(?:(?:section|step|part|page|procedure|documentation|this|details?|instructions?) "
    r"(?:(?:still )?(?:needs?|has|have) to be|(?:is|are) (?:yet |still )?to be|(?:is|"
    r"are) not yet|has not (?:yet )?been) "
    r"(?:written|documented|filled in|added|completed|described|determined|defined)|"
    r"(?:details|instructions|more) to (?:follow|come|be added)|"
    r"(?:decision|input|answer) (?:is )?(?:required|needed|pending)|"
    r"to be (?:written|documented|determined|decided|announced|confirmed)(?=\W*$))\b"
)
"""“This section needs to be written”: what is done?"""

HELPS: Final = re.compile(
    r"(?i)\b(?:usually|often|normally|typically|generally)\b[^.;]{0,30}? is (?:enough|sufficient)\b|"
    r"\bis (?:usually|often|normally|typically|generally) (?:enough|sufficient)\b|"
    r"\b(?:usually|often|normally|sometimes|typically|generally|mostly) (?:helps?|"
    r"fix(?:es)?|resolves?|solves?|"
    r"clears?|cures?|does the trick)\b|"
    r"^(?:usually|often|normally|typically|generally|sometimes|in (?:most|many|some) cases),? [^.;:,]{2,50}? "
    r"(?:helps?|fix(?:es)?|resolves?|solves?|cures?|is enough|is sufficient|does the trick)\b|"
    r"\b(?:may|might|can|could|should) help\b(?! (?:you|"
    r"us|them|to|in|with|debug|"
    r"identify|find)\b)"
)
"""“A restart usually helps”: is it done, and how?"""
BY_ITSELF: Final = re.compile(
    r"(?i)\s{1,4}(?:itself\b|by (?:it|them)sel(?:f|ves)\b|on (?:its|their) own\b|automatically\b|without\b|"
    r"within\b|"
    r"(?:in|after) (?:about |around |~)?\d)"
)
"""“Resolves by itself”: nobody has to do it."""
BY_PEOPLE: Final = re.compile(
    r"(?i)^(?:\w+,? )?(?:stop|start)\s+(?:here|there|now|immediately|over|reading|work\w*|with|and|from|in|"
    r"by|as|out|"
    r"at|if|the "
    r"(?:procedure|runbook|upgrade|rollout|maintenance|work|clock|timer|call|bridge))\b"
)
"""“Stop here and contact security”: a person does that."""
