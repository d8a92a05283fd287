"""What the flavours of Markdown add to it, told in Markdown: boxes and tabs of MkDocs, Docusaurus, GitBook
and Hugo, code of Jekyll and Hugo, definitions, comments of Obsidian.

A box becomes `<details>` with its title as `<summary>`, so that its end is known. Each change is an edit, so
that every character keeps its place in what was pasted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from ingest.extract.vocabulary import NEUTRAL_LABELS, OTHER_LABELS, SHELL_LABELS
from ingest.sources.hidden import HiddenText
from ingest.trace import Edit

_FENCE: Final = re.compile(r"[ \t]{0,12}(`{3,}|~{3,})")
_BOX: Final = re.compile(
    r"(?P<indent>[ \t]{0,12})(?:(?:!!!|"
    r"\?\?\?\+?)[ \t]{0,3}[A-Za-z][\w -]{0,60}?(?:[ \t]{1,3}(?:\"\"|\"(?P<title>[^\"\n]{1,200})\"))?|"
    r"===[!+]?[ \t]{1,3}\"(?P<tab>[^\"\n]{1,200})\")[ \t]*$"
)
"""Of MkDocs: what is deeper by four belongs to it."""
_COLONS: Final = re.compile(
    r"(?P<indent>[ \t]{0,12}):{3,}[ "
    r"\t]{0,3}(?:\{?(?P<kind>[A-Za-z][\w-]{0,30})\}?(?:\[(?P<named>[^\]\n]{1,200})\]|"
    r"(?:[ \t]{1,3}(?P<title>[^\n{]{1,200}))?)(?:\{[^{}\n]{0,200}\})?)?[ \t]*$"
)
_TAG: Final = re.compile(
    r"(?P<indent>[ \t]{0,12})(?:\{%-?[ \t]{0,3}(?P<end>end|"
    r"/)?(?P<name>[a-z][\w-]{0,30})(?P<how>[^%\n]{0,200})%\}|"
    r"\{\{[<%][ \t]{0,3}(?P<close>/)?[ "
    r"\t]{0,3}(?P<short>[a-z][\w/-]{0,40})(?P<args>[^<>\n]{0,200}?)[%>]\}\})[ \t]*$"
)
_TITLE: Final = re.compile(r"\b(?:title|name|header)[ \t]?=[ \t]?\"(?P<title>[^\"\n]{1,200})\"")
_QUOTED: Final = re.compile(r"\"(?P<title>[^\"\n]{1,200})\"")
_BOXES: Final = frozenset(
    "hint tab notice alert callout admonition warning note info tip danger caution important details expand "
    "panel accordion content-ref stepper step".split()
)
_HIGHLIGHT: Final = frozenset({"highlight"})
_NOTHING: Final = frozenset("tabs code raw tabpane tabbed content-tabs".split())
_COMMENT: Final = re.compile(r"[ \t]{0,12}(?P<mark>%%)[ \t]*$")
_WHOLE_COMMENT: Final = re.compile(r"[ \t]{0,12}%%[^%\n]{1,2000}%%[ \t]*$")
_COMMENT_END: Final = re.compile(
    r"\{%-?[ \t]{0,3}endcomment[ \t]{0,3}-?%\}|\{\{[<%][ \t]{0,3}/[ \t]{0,3}comment[ \t]{0,3}[%>]\}\}"
)
_DEFINES: Final = re.compile(r"(?P<mark>:)[ \t]{1,4}\S")
_DEEPER: Final = 4
_LANGUAGE: Final = re.compile(r"[ \t]{1,3}([A-Za-z][\w+-]{0,20})")
_LABELS: Final = SHELL_LABELS | OTHER_LABELS | NEUTRAL_LABELS
_LABEL: Final = re.compile(
    r"(?i)\b(?:code)?lang(?:uage)?[ \t]?=[ \t]?[\"']?(?P<named>[a-z][\w+-]{0,20})|"
    r"^[ \t]{1,3}(?P<first>[a-z][\w+-]{0,20})(?![\w=])"
)
"""“{{< tab lang="bash" >}}”, “{{< text bash yaml >}}”: what stands in it is code."""
_CLOSED: Final = re.compile(r"(?:\{%-?[ \t]{0,3}(?:end|/)|\{\{[<%][ \t]{0,3}/[ \t]{0,3})([a-z][\w/-]{0,40})")
_MAY: Final = ("!!!", "???", '=== "', ":::", "{%", "{{<", "{{%", "%%", "\n: ", "\n:\t")


@dataclass
class _State:
    """The edits so far, the indents of the boxes of MkDocs that are open, what was cut out, the names of all
    tags that end somewhere, and that of the tag in which code stands.
    """

    edits: list[Edit] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    hidden: list[HiddenText] = field(default_factory=list)
    fence: str = ""
    colons: list[str] = field(default_factory=list)
    above: str = ""
    endless: set[str] = field(default_factory=set)
    closed: frozenset[str] = frozenset()
    code: str = ""
    below: str = ""


def flavour_marks(text: str) -> tuple[list[Edit], list[HiddenText]]:
    """The edits that make plain Markdown of a text, in order, and the texts that it hides. Linear time."""
    if not any(mark in text for mark in _MAY):
        return [], []
    state = _State(closed=frozenset(_CLOSED.findall(text)))
    lines = text.split("\n")
    place, number = 0, 0
    while number < len(lines):
        line = lines[number]
        taken = 0 if state.fence or state.code else _comment(state, lines, number, place)
        if taken:
            place += sum(len(each) + 1 for each in lines[number : number + taken])
            number += taken
            continue
        state.below = lines[number + 1] if number + 1 < len(lines) else ""
        _line(state, line, place)
        place += len(line) + 1
        number += 1
    end = len(text)
    state.edits += [Edit(end, end, "\n\n</details>\n") for _ in state.open]
    return state.edits, state.hidden


def _comment(state: _State, lines: list[str], number: int, place: int) -> int:
    """How many lines a comment of Obsidian, Jekyll or Hugo takes that begins here; it is cut out."""
    line = lines[number]
    opened = _COMMENT.match(line)
    tag = _TAG.match(line) if line.lstrip()[:2] in ("{%", "{{") else None
    is_tag = tag is not None and "comment" in (tag["name"], tag["short"]) and not (tag["end"] or tag["close"])
    if _WHOLE_COMMENT.match(line):
        count = 1
    elif opened or is_tag:
        ends = _COMMENT.match if opened else _COMMENT_END.search
        kind = "%%" if opened else "tag"
        if kind in state.endless:
            return 0
        last = next((at for at in range(number + 1, len(lines)) if ends(lines[at])), None)
        if last is None:
            state.endless.add(kind)  # looked for once: none further down has an end either
            return 0
        count = last - number + 1
    else:
        return 0
    said = "\n".join(lines[number : number + count])
    state.edits.append(Edit(place, place + len(said), ""))
    state.hidden.append(HiddenText(" ".join(said.replace("%%", " ").split()), number + 1, comment=True))
    return count


def _line(state: _State, line: str, place: int) -> None:
    indent = len(line) - len(line.lstrip(" \t"))
    if line.strip():
        _end_boxes(state, indent, place)
    cut = _dedent(state, line)
    box = None if state.fence or state.code else _BOX.match(line)
    if box is None and cut:
        state.edits.append(Edit(place, place + cut, ""))
    fence = None if state.code else _FENCE.match(line)
    if state.code:
        _in_code(state, line, place)
    elif fence:
        _fenced(state, line, fence)
    elif not state.fence:
        if box:
            state.edits += _opens(line, place, box, "title" if box["title"] else "tab", cut)
            state.open.append(indent)
        else:
            _marked(state, line, place)
    state.above = line


def _fenced(state: _State, line: str, fence: re.Match[str]) -> None:
    if not state.fence:
        state.fence = fence[1]
    elif fence[1].startswith(state.fence) and not line.strip(" \t`~"):
        state.fence = ""


def _dedent(state: _State, line: str) -> int:
    """How many blanks a line in open boxes loses."""
    blanks = len(line) - len(line.lstrip(" "))
    return min(blanks, _DEEPER * len(state.open))


def _end_boxes(state: _State, indent: int, place: int) -> None:
    while state.open and indent < state.open[-1] + _DEEPER:
        state.open.pop()
        state.fence = ""
        state.edits.append(Edit(place, place, "\n</details>\n\n"))


def _marked(state: _State, line: str, place: int) -> None:
    colons = _COLONS.match(line) if ":::" in line else None
    tag = _TAG.match(line) if line.lstrip()[:2] in ("{%", "{{") else None
    if colons:
        if colons["kind"] is None:
            if state.colons:
                state.colons.pop()
                state.edits.append(Edit(place, place + len(line), f"\n{colons['indent']}</details>\n"))
            return
        state.colons.append("")
        state.edits += _opens(line, place, colons, "named" if colons["named"] else "title", 0)
    elif tag:
        label = _code_in(state, tag)
        state.edits += _code(state, line, place, tag, label) if label else _of_tag(line, place, tag)
    elif (
        _DEFINES.match(line) and state.above.strip() and not state.above.lstrip().startswith(("#", "|", ">"))
    ):
        state.edits.append(Edit(place, place + 1, "-"))


def _opens(line: str, place: int, found: re.Match[str], name: str, cut: int) -> Iterator[Edit]:
    """A box is opened: its title stays where it is."""
    indent = (found["indent"] or "")[cut:]
    if found[name] is None:
        yield Edit(place, place + len(line), f"\n{indent}<details>\n")
        return
    yield Edit(place, place + found.start(name), f"\n{indent}<details><summary>")
    end = found.start(name) + len(found[name].rstrip())
    yield Edit(place + end, place + len(line), "</summary>\n")


def _code_in(state: _State, tag: re.Match[str]) -> str:
    """In which language the code stands that a tag holds; empty for one that holds text, or a fence."""
    name, how = tag["name"] or tag["short"] or "", tag["how"] or tag["args"] or ""
    found = _LABEL.search(how)
    if found is None or tag["end"] or tag["close"] or name not in state.closed:
        return ""
    label = str(found["named"] or found["first"]).lower()
    holds = name not in _HIGHLIGHT | _NOTHING and _FENCE.match(state.below) is None
    return label if holds and label in _LABELS else ""


def _code(state: _State, line: str, place: int, tag: re.Match[str], label: str) -> Iterator[Edit]:
    """A tag is opened that holds code: a fence, below the title of the box that it may be."""
    state.code = tag["name"] or tag["short"] or ""
    fence = f"{tag['indent']}```{label}"
    if state.code not in _BOXES:
        yield Edit(place, place + len(line), fence)
        return
    *before, last = _of_tag(line, place, tag)
    yield from before
    yield replace(last, now=f"{last.now}\n{fence}")


def _in_code(state: _State, line: str, place: int) -> None:
    """A line of the code that a tag holds, which the tag's end closes."""
    tag = _TAG.match(line) if line.lstrip()[:2] in ("{%", "{{") else None
    if tag is None or not (tag["end"] or tag["close"]) or (tag["name"] or tag["short"]) != state.code:
        return
    closes = f"\n\n{tag['indent']}</details>\n" if state.code in _BOXES else ""
    state.edits.append(Edit(place, place + len(line), f"{tag['indent']}```{closes}"))
    state.code = ""


def _of_tag(line: str, place: int, tag: re.Match[str]) -> Iterator[Edit]:
    name = tag["name"] or (tag["short"] or "")
    ends = bool(tag["end"] or tag["close"])
    how_name = "how" if tag["name"] else "args"
    if name in _HIGHLIGHT:
        language = _LANGUAGE.match(tag[how_name] or "")
        fence = "```" if ends else f"```{language[1] if language else ''}"
        yield Edit(place, place + len(line), f"{tag['indent']}{fence}")
    elif name in _BOXES:
        title = _TITLE.search(tag[how_name] or "") or _QUOTED.search(tag[how_name] or "")
        style = (
            title is not None and "style" in (tag[how_name] or "") and "title" not in (tag[how_name] or "")
        )
        if ends:
            yield Edit(place, place + len(line), f"\n{tag['indent']}</details>\n")
        elif title is None or style:
            yield Edit(place, place + len(line), f"\n{tag['indent']}<details>\n")
        else:
            begin = tag.start(how_name) + title.start("title")
            yield Edit(place, place + begin, f"\n{tag['indent']}<details><summary>")
            yield Edit(place + begin + len(title["title"]), place + len(line), "</summary>\n")
    elif name in _NOTHING:
        yield Edit(place, place + len(line), "")
