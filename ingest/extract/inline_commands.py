"""The commands that a sentence tells to run: in code, or named without a mark."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import Final

from base.limits import TEXT_MAX_CHARACTERS
from ingest.blocks import Block
from ingest.extract.case_ends import with_clauses
from ingest.extract.command_forms import has_form, of_words, unknown_program
from ingest.extract.commands import FoundCommand, looks_like_command
from ingest.extract.consoles import is_cmdlet, is_redis, is_sql
from ingest.extract.doing import only_read
from ingest.extract.foreign import tells_to_run
from ingest.extract.lone_commands import is_whole_command
from ingest.extract.negation import forbidden_at
from ingest.extract.prompts import HASH_PROMPT, prompt_end
from ingest.extract.run_by_name import is_run_alone, is_run_by_name
from ingest.extract.same_verb import does_the_same
from ingest.extract.spoken import FUNCTION_WORDS, spoken_cmdlets, spoken_commands, spoken_statements
from ingest.extract.vocabulary import RUN_VERBS, SUBCOMMANDS, is_imperative
from ingest.extract.windows_lines import is_for_windows
from ingest.repairs import repaired
from scanner.tables import tool

_CODES_MAX: Final = 1_000
"""In one block: more pieces of code than a runbook has steps."""

_REPORTS: Final = re.compile(
    r"\s{1,3}(?:(?:usually|often|always|sometimes|normally|typically|only|never|also)\s{1,3}\w+s\b|"
    r"says?|said|shows?|showed|gives?|gave|is|was|are|were|returns?|reports?|prints?|will|can|also|outputs?|"
    r"command|tool|did|does|has|had|should|works?|fails?)\b|"
    r"\s{1,3}(?:from|on|in|with|against|at|under|inside|via)\s{1,3}"
    r"(?:(?!(?:that|which|who|where|if|when|while|and|or|until|unless|because|as|since|but)\b)[\w/.~'-]{1,60}\s{1,3}){1,8}"
    r"(?:(?:does|did|do|will|would|can)(?:\s{1,3}not\b|n['’`´]t\b)|cannot\b|won['’`´]t\b|fails\b|hangs\b|crashes\b|"
    r"times\s{1,3}out\b)"
)
"""What is behind a command that somebody tells of, and does not tell to run."""
_BEGINS: Final = re.compile(
    r"[\s*_:\[\]xX-]{0,12}(?:[a-z\d]{1,2}[.)])?[\s*_:-]{0,6}(?:(?:[Oo]r|[Aa]lternatively)[:,]?\s)?"
)
_AS_VERB: Final = re.compile(
    r"(?i)\b(?:you|we)\s{1,3}(?:can|could|may|should|must|(?:need|have|want)\s{1,3}to)\s{1,3}"
    r"(?:(?:also|then|now|simply|just|safely|always|first|either)\s{1,3})?$|"
    r"\blook\s{1,3}at\s{1,3}(?:the\s{1,3}output\s{1,3}of\s{1,3})?$"
)
"""“You can `systemctl stop web` there”: the command is the verb. “Look at `x`”: and at nothing else."""
_IN_CHAT: Final = re.compile(
    r"(?i)\s{0,3}in (?:slack|teams|discord|(?:the|our) (?:[\w-]+ )?(?:chat|channel)|#\w)"
)
_NAMED: Final = re.compile(
    r"\s{1,3}(?:commands?\s*:|calls?\b|invocations?\b|(?!is\b|was\b|has\b|does\b)[a-z]{3,}s\s+(?:the|an?|new|all|every)\b)"
)
"""“You can use the `x y` command:”, “with `x y` creates a …”: the command itself stands elsewhere."""

_ROOT: Final = re.compile(r"#\s{1,4}$")
"""Root's prompt, within the marks of code: `# systemctl stop web`."""
_TOLD_OF: Final = re.compile(r"(?i)\bafter (?:running|executing|using|issuing)\s+(?:the\s+)?$")
_FOLLOWED: Final = re.compile(r"\s{1,3}commands?,?\s+(?:followed\s+by|with\s+(?:the|an?|your|its))\b")
"""“using the `x` command followed by the id”: that command is a longer one."""
_TYPED: Final = re.compile(r"(?i)\b(?:run|execute|type|issue|invoke|enter)\s+(?:the\s+|an?\s+)?$")
_OWN_SENTENCE: Final = re.compile(r"[.!]\s{1,3}$")
_ENDS: Final = re.compile(r"\s*(?:$|\n|\.(?:\s|$))")
_LEADS: Final = re.compile(r":\s{0,3}$|[→,?]\s{1,3}$|(?:->|=>)\s{0,3}$|(?:^|\s)[a-z\d]{1,2}[.)]\s$")
_MIGHT: Final = re.compile(r"\s{1,3}(?:can|could|may|might|would)\s")
"""“For example: `x` may give the wrong one”: it is told of."""
_TYPED_AT: Final = re.compile(r"(?i)\b(?:run|execute|type|enter|issue|do|use|with|console)\b[^.]{0,60}$")


_RUNS: Final = re.compile(
    r"(?i)(?:^|[\s,;(])(?:run|running|execute|executing|type|issue|invoke|enter|use|using|with|via|try|call|"
    r"commands?|invocation)(?:\s+(?:the|this|following|command|commands|it|script|something|"
    r"like)){0,4}\s*:?\s*$"
)
"""Right before what is run, so that its program need not be known."""

_SCRIPT: Final = re.compile(r"[\w-]{2,40}\.(?:sh|bash|ksh|bat|cmd)")
_DOES: Final = re.compile(
    r"(?i)^(?:\W|\d+[.)]|(?:please|then|also|first|next|finally|otherwise)\b)*(?:convert|decode|encode|"
    r"encrypt|"
    r"decrypt|generate|extract|compute|calculate|restart|reload|scale|drain|cordon|uncordon|rotate|renew|"
    r"fetch|download|upload|bump|wait|roll[ -]?back|revert|undo|resize|grow|extend|"
    r"promote|fail[ -]?over|flush|purge|"
    r"vacuum|reindex|watch|tail|follow)\b"
)
"""What is done by the command behind it, and never to it: to remove, find or ask about a line is neither."""

_CASE_AHEAD: Final = re.compile(r"(?i)^\W*(?:if|when|once|unless|in case)\b[^,:→]{3,110}[,:→]")
_NAMES_CODE: Final = re.compile(
    r"(?i)\b(?:lines?|process(?:es)?|alias(?:es)?|entry|entries|jobs?|tasks?|workers?|units?|histor(?:y|ies)|"
    r"commands?|scripts?|services?|containers?|programs?|daemons?|strings?|values?|text|output|named|"
    r"called|for|"
    r"of|from|in|on|to|as|like|after|before|behind|until|against|than)\s*$|"
    r"\b(?:who|whose|whom|whether|which|that|what|if|when|ran|typed|entered|executed|used|runs|history)\b"
)
"""The code is then what something is called, or what somebody else did."""

_APART_MAX: Final = 40
"""Characters: the blanks of a deep list, and no more."""

_OPENS: Final = re.compile(r"(?:ssh|mosh|tsh ssh|su|sudo su|sudo -i|kubectl exec -it|docker exec -it)\s")
"""What somebody logs in with: “Log into the primary (`ssh db1`)”."""
_CLOSES: Final = re.compile(r"\)(?:[.,;:]?\s|[.,;:]?$)")
_BY_OTHERS: Final = re.compile(
    r"(?i)\b(?:how|who|whom|whose|which|that|what|as|like|old|was|were|been|did|had|by|"
    r"(?:has|have) \w+ (?:it|them|this|the|all|everything)|used to)\b"
)
_BREAK: Final = re.compile(r"[.!?;:]\s|\n")
_CLAUSE_MAX: Final = 120
_OWN_NAME: Final = re.compile(r"[a-z][a-z0-9]*[-_\d][\w-]*\s")
"""A name that no word of a message is: `house-purge`, and not `error`, `listen`."""


def codes_of(block: Block) -> list[FoundCommand]:
    """The inline code of a block, stripped, with its places."""
    found = []
    for span in block.code:
        code = block.text[span.start : span.end].rstrip()
        root = HASH_PROMPT.match(code)
        typed = root.end() if root and looks_like_command(code[root.end() :]) else 0
        start = span.start + (prompt_end(code) or typed or len(code) - len(code.lstrip()))
        code = block.text[start : span.start + len(code)]
        found.append(FoundCommand(code, block.line, "", start, start + len(code)))
    return found


def inline_commands(block: Block) -> list[FoundCommand]:
    """The commands that a sentence tells to run, in code or without a mark, in order."""
    found = []
    taken = [span for span in block.code if span.taken]
    told = -1
    for code in islice(codes_of(block), _CODES_MAX):
        said = any(span.start <= code.start and code.end <= span.end for span in taken)
        dialect = _taken(code) if said else _told(block, code)
        if dialect is None and told >= 0 and _goes_with(block.text, told, code):
            dialect = dialect_of(code.text)
        if dialect is not None and told >= 0 and _EXAMPLE.fullmatch(block.text[told : code.start]):
            continue
        half = code.text.endswith("\\")  # half a command is another one
        told = code.end if dialect is not None and not half else -1
        if told >= 0 and not forbidden_at(block.text, code.start, code.end):
            found.append(replace(code, dialect=dialect or "shell"))
    if len(block.text) > TEXT_MAX_CHARACTERS:
        return found
    marked = [(code.start, code.end) for code in block.code]
    if not marked and is_whole_command(block):
        begin = len(block.text) - len(block.text.lstrip())
        text = block.text.strip()
        dialect = "cmd" if is_for_windows(text) else "shell"
        return [FoundCommand(text, block.line, "", begin, begin + len(text), dialect)]
    for start, end in spoken_commands(block.text, marked, whole=block.kind in ("item", "paragraph")):
        if not forbidden_at(block.text, start, end):
            text = repaired(block.text[start:end])
            found.append(FoundCommand(text, block.line, "", start, end))
    for spoken, dialect in ((spoken_statements, "sql"), (spoken_cmdlets, "powershell")):
        found += [
            FoundCommand(block.text[start:end], block.line, "", start, end, dialect)
            for start, end in spoken(block.text, marked)
            if not forbidden_at(block.text, start, end)
        ]
    return sorted(found, key=lambda item: item.start)


_EXAMPLE: Final = re.compile(
    r"(?i)\s{0,3}[,;(–—-]{0,2}\s{0,3}(?:e\.\s?g\.|for example|for instance|i\.\s?e\.)[,:]?\s{0,3}"
)
"""Between a command and the same one with values: “Run `x <env>` e.g. `x prod`.”"""


_SETS_UP: Final = re.compile(
    r"(?:export|set|source|cd|ssh|mosh|alias|eval|\.)\s+\S|[A-Za-z_]\w{0,40}=\S|"
    r"(?:aws sso|az|gcloud auth|vault|oc|tsh|docker|argocd|cf|doctl auth|heroku|npm) login\b|"
    r"kubectl config (?:use-context|set-context)\b|kubectx \S|gcloud config set\b|az account set\b"
)
"""What changes the shell at hand, or how it is logged in: a step, wherever it stands, and no check."""


def sets_up(block: Block) -> bool:
    """Whether a block is nothing but a command that the ones below it count on: `export ES=https://…`."""
    text = block.text.strip()
    codes = block.code_texts()
    alone = len(codes) == 1 and codes[0].strip() == text
    return alone and block.kind in ("item", "paragraph") and _SETS_UP.match(text) is not None


def _taken(code: FoundCommand) -> str:
    """In which language a piece of code is, of which a person says that it is a command."""
    return dialect_of(code.text) or "shell"


def _told(block: Block, code: FoundCommand) -> str | None:
    """In which language a sentence tells to run a piece of its code; None where it only names it."""
    before = _ROOT.sub("", block.text[max(0, code.start - 80) : code.start])
    begins = code.start < 40 and _BEGINS.fullmatch(before) is not None
    begins = begins and not _REPORTS.match(block.text, code.end)
    own = _OWN_SENTENCE.search(before) is not None or _on_own_line(block.text, code.start)
    own = own and _ENDS.match(block.text, code.end) is not None
    leads = _LEADS.search(before) is not None and _MIGHT.match(block.text, code.end) is None
    if _TOLD_OF.search(before) or _FOLLOWED.match(block.text, code.end):
        return None
    if _NAMED.match(block.text, code.end) and not _TYPED.search(before):
        return None
    if is_run_alone(code.text, before) or _stands_alone(block, code):
        return "powershell" if code.text.endswith(".ps1") else "shell"
    closes = _ENDS.match(block.text, code.end) is not None and _instructs(block.text, code.start)
    closes = closes or does_the_same(block.text, code.start, code.end) or _in_brackets(block.text, code)
    foreign = tells_to_run(before, block.text[code.end : code.end + 40])
    verb = RUN_VERBS.search(before) or _AS_VERB.search(before)
    if not (begins or own or leads or closes or foreign or verb):
        return None
    if code.text.startswith("/") and _IN_CHAT.match(block.text, code.end):
        return None
    dialect = dialect_of(code.text)
    if dialect is None and leads and (_is_labelled(block, code) or _repeats_label(block, code)):
        return "shell"
    shown = unknown_program(code.text) or (_TYPED.search(before) is not None and has_form(code.text))
    shown = shown or is_run_by_name(block.text, before, code)
    if dialect is None and (leads or foreign or _RUNS.search(before)) and shown:
        return "shell"
    typed = dialect in ("shell", "powershell", "cmd") or _TYPED_AT.search(before) is not None
    return dialect if typed else None


_LINE_ABOVE: Final = 200


def _on_own_line(text: str, start: int) -> bool:
    """Whether code begins a line below one that tells to do something and is no half of a sentence."""
    above, blank = text[max(0, start - _LINE_ABOVE) : start].rstrip(" \t"), text[:start].rstrip(" \t")
    if not blank.endswith("\n"):
        return False
    line = above.rstrip().rsplit("\n", 1)[-1].strip()
    words = line.rstrip("*_ ").split()
    whole = bool(words) and words[-1].lower() not in FUNCTION_WORDS and line[-1:] not in ",(-–—"
    return whole and is_imperative(line)


_LABEL: Final = re.compile(
    r"[\s*_\[\]xX-]{0,12}(?:\d{1,2}[.)]\s{1,3})?(?P<verb>[A-Za-z]{3,14})"
    r"(?:\s{1,3}(?:it|them))?\s{0,2}[*_]{0,2}:\s{0,3}"
)
_WRITES: Final = frozenset(
    """
    add append change edit enter include insert note put replace report save search send set type use write
    """.split()
)
"""What is told of a line of a file, or of a text, too."""
_VERB: Final = re.compile(r"(?P<name>[a-z][a-z0-9_-]{1,30}) (?P<verb>[a-z][a-z0-9-]{1,30})(?= |$)")


def _is_labelled(block: Block, code: FoundCommand) -> bool:
    """Whether nothing but a verb that tells to do it stands before a code that has the form of a command:
    “Remove: `house drop-user alice`”, “Stop: `git stash`”.
    """
    label = _LABEL.fullmatch(block.text[: code.start]) if code.start < 40 else None
    if label is None or not is_imperative(label["verb"]) or _ENDS.match(block.text, code.end) is None:
        return False
    verb = _VERB.match(code.text) if label["verb"].lower() not in _WRITES else None
    if verb is None:
        return False
    known = tool(verb["name"]) if verb["name"] in SUBCOMMANDS else None
    return verb["verb"] in known.verbs if known is not None else has_form(code.text) or "-" in verb["verb"]


def _repeats_label(block: Block, code: FoundCommand) -> bool:
    """Whether an item says what is done, and behind a colon how, by the same verb: “Enable restores: `house
    enable_restore`”.
    """
    before = block.text[: code.start]
    at = len(before.rstrip("*_ ")) - 1
    if block.kind != "item" or not before[at:].startswith(":") or not of_words(code.text):
        return False
    return does_the_same(f"{before[:at]} {before[at + 1 :]}{code.text}", code.start, code.end)


def _in_brackets(text: str, code: FoundCommand) -> bool:
    """Whether code stands alone in brackets at the end of an instruction and shows how one looks: “Wait until
    it is up (`…`).” What changes something may be what the sentence speaks of, and not how it is done.
    """
    begin = max(0, code.start - _CLAUSE_MAX)
    before = text[begin : code.start]
    if not before.endswith("(") or _CLOSES.match(text, code.end) is None:
        return False
    clause = before[:-1][max((found.end() for found in _BREAK.finditer(before)), default=0) :].strip()
    if begin and len(clause) + 1 >= len(before.strip()):
        return False
    shown = only_read([code.text]) or _OPENS.match(code.text) is not None
    return is_imperative(clause) and _BY_OTHERS.search(clause) is None and shown


def _goes_with(text: str, end: int, code: FoundCommand) -> bool:
    """Whether only blanks stand between a command that ends at `end` and a code, as in a list of them."""
    between = text[end : code.start]
    return len(between) <= _APART_MAX and not between.strip() and not _REPORTS.match(text, code.end)


def _instructs(text: str, end: int) -> bool:
    """Whether an instruction ends with the code at `end`: “Convert the file `openssl base64 -in a`.”

    Looks at a bounded piece of text before the code, so that many codes in one block cost no more each.
    """
    begin = max(0, end - _CLAUSE_MAX)
    clause = text[begin:end]
    breaks = [found.end() for found in _BREAK.finditer(clause)]
    if begin and not breaks:
        return False
    clause = with_clauses(clause[breaks[-1] if breaks else 0 :])
    clause = _CASE_AHEAD.sub("", clause, count=1)
    return _DOES.match(clause) is not None and _NAMES_CODE.search(clause) is None


def _stands_alone(block: Block, code: FoundCommand) -> bool:
    """Whether code is all that a paragraph says and has the form of a command, or stands behind a prompt."""
    line = block.text.rfind("\n", 0, code.start) + 1
    if prompt_end(block.text[line:]) == code.start - line > 0:
        return True
    alone = block.text.strip() == code.text
    if alone and block.kind == "item" and block.ordered:
        shown = unknown_program(code.text) or has_form(code.text) or _SCRIPT.fullmatch(code.text)
        return bool(shown)
    alone = alone and block.kind == "paragraph"
    return alone and _OWN_NAME.match(code.text) is not None and unknown_program(code.text)


def dialect_of(code: str) -> str | None:
    """In which language a piece of inline code is a command; None where it is none."""
    if is_cmdlet(code):
        return "powershell"  # some the scanner knows, too
    if is_for_windows(code):
        return "cmd"
    if looks_like_command(code):
        return "shell"
    if is_sql(code):
        return "sql"
    return "redis-cli" if is_redis(code) and len(code.split()) > 1 else None
