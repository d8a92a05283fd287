"""The Markdown of an exported runbook, read back to its document: strictly, nothing is passed over."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from base.limits import PASTE_MAX_BYTES
from ingest.markdown_write import (
    ABOUT,
    BEFORE,
    NO_ROLLBACK,
    NOTES,
    QUESTIONS,
    ROLLBACK,
    STEPS,
    VARIABLES,
)
from schemas.errors import Place, TooLarge, Unprocessable
from schemas.runbook import API_VERSION, KIND, Runbook
from schemas.yaml_codec import load_runbook

_TITLE: Final = re.compile(r"# (\S.*)")
_BEGINS: Final = re.compile(r"\A# \S[^\n]*\n\r?\n- name: `[a-z]")
_FIRST_STEP: Final = re.compile(r"(?m)^### 1\. \S.{0,600} \{#[a-z][a-z0-9-]{0,62}\}\r?$")
_SECTION: Final = re.compile(r"## (\S.*)")
_STEP: Final = re.compile(r"### (\d{1,4})\. (\S.*) \{#([a-z][a-z0-9-]{0,62})\}")
_FIELD: Final = re.compile(
    r"(?P<indent>(?:  )?)- (?P<outer>(?:(?:metadata|check)\.)?)(?:(?P<key>[A-Za-z][A-Za-z0-9-]{0,80})|"
    r"(?P<marks>`+)(?P<quoted>\".*?\")(?P=marks)): (?P<ticks>`+)(?P<value>.*)(?P=ticks)"
)
_BOX: Final = re.compile(r"- \[[ xX]\] (\S.*) \{#([a-z][a-z0-9-]{0,62})\}")
_NAMED: Final = re.compile(r"- \*\*(\S.*)\*\*")
_FENCE: Final = re.compile(r"(`{3,})(bash|text)")
_LABELS: Final = {ROLLBACK: "rollback.command", NO_ROLLBACK: "rollback.impossible", NOTES: "notes"}
_SECTIONS: Final = {BEFORE: "prerequisites", VARIABLES: "variables", STEPS: "steps", QUESTIONS: "ambiguities"}


def runbook_of_markdown(text: str, *, path: str = "") -> Runbook:
    """The document of an exported runbook. Raises TooLarge, Unprocessable with the line that is not of the
    export's form, and DocumentInvalid where what it says is no document.
    """
    values = document_of_markdown(text, path=path)
    return load_runbook(json.dumps(values, ensure_ascii=False).encode(), path=path)


def document_of_markdown(text: str, *, path: str = "") -> dict[str, Any]:
    """The plain values of an exported runbook, as they stand there; refusals as `runbook_of_markdown`."""
    return read_export(text, path=path).values


@dataclass(frozen=True)
class ReadLines:
    """Lines of an export that belong together, `first` and `last` from 0: of the entry `index` of a section,
    -1 what stands before its first one. `fence` names the text that they hold, fences included.
    """

    first: int
    last: int
    section: str
    index: int
    fence: str = ""


@dataclass(frozen=True)
class ReadExport:
    """The plain values of an exported runbook, and where each stands."""

    values: dict[str, Any]
    lines: tuple[ReadLines, ...]


def is_export(text: str) -> bool:
    """Whether a text looks like an exported runbook, sound or not: by how it and its steps begin."""
    return _BEGINS.match(text) is not None and _FIRST_STEP.search(text) is not None


def read_export(text: str, *, path: str = "") -> ReadExport:
    """Refusals as `runbook_of_markdown`."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > PASTE_MAX_BYTES:
        raise TooLarge(f"The text has {size:,} bytes; {PASTE_MAX_BYTES:,} are read at most.")
    read = _Reader(text.replace("\r\n", "\n").split("\n"), path)
    read.all()
    values = {"apiVersion": API_VERSION, "kind": KIND, "metadata": read.metadata, "spec": read.spec}
    return ReadExport(values, tuple(read.seen))


@dataclass
class _Reader:
    """Lines in order; `entry` is what fields and fences belong to, `label` what the next fence is."""

    lines: list[str]
    path: str
    place: int = 0
    metadata: dict[str, Any] = field(default_factory=dict)
    spec: dict[str, Any] = field(default_factory=dict)
    section: str = ""
    entry: dict[str, Any] | None = None
    label: str = ""
    seen: list[ReadLines] = field(default_factory=list)

    def all(self) -> None:
        """Every line, or a refusal."""
        readers: tuple[Callable[[str], bool], ...] = (
            self._title, self._section, self._step, self._box, self._named, self._field, self._label,
            self._fence,
        )  # fmt: skip
        while self.place < len(self.lines):
            line, begin, label = self.lines[self.place], self.place, self.label
            if line.strip() and not any(reader(line) for reader in readers):
                raise self._refusal("this line is not of the form in which runbooks are exported")
            if line.strip():
                fence = label if self.place > begin else ""
                index = len(self.spec[self.section]) - 1 if self.section else -1
                self.seen.append(ReadLines(begin, self.place, self.section, index, fence))
            self.place += 1

    def _title(self, line: str) -> bool:
        found = _TITLE.fullmatch(line)
        if found is None or self.metadata or self.section:
            return False
        self.metadata["title"] = _unescaped(found[1])
        return True

    def _section(self, line: str) -> bool:
        found = _SECTION.fullmatch(line)
        name = _SECTIONS.get(found[1]) if found else None
        if name is None or name in self.spec or not self.metadata:
            return False
        self.section, self.entry = name, None
        self.spec[name] = []
        return True

    def _step(self, line: str) -> bool:
        found = _STEP.fullmatch(line)
        if found is None or self.section != "steps" or int(found[1]) != len(self.spec["steps"]) + 1:
            return False
        self._enter({"id": found[3], "title": _unescaped(found[2])})
        self.label = "command"
        return True

    def _box(self, line: str) -> bool:
        found = _BOX.fullmatch(line)
        if found is None or self.section != "prerequisites":
            return False
        self._enter({"id": found[2], "text": _unescaped(found[1])})
        return True

    def _named(self, line: str) -> bool:
        found = _NAMED.fullmatch(line)
        if found is None or self.section not in ("variables", "ambiguities"):
            return False
        self._enter({"name" if self.section == "variables" else "id": _unescaped(found[1])})
        return True

    def _enter(self, entry: dict[str, Any]) -> None:
        self.entry = entry
        self.spec[self.section].append(entry)

    def _field(self, line: str) -> bool:
        found = _FIELD.fullmatch(line)
        if found is None:
            return False
        inside = self.section in ("prerequisites", "variables", "ambiguities")
        if bool(found["indent"]) != inside or (self.section and self.entry is None):
            return False
        value = self._value(found["value"])
        key = found["key"] or self._value(found["quoted"])
        if self.section:
            return self._of_entry(found["outer"].rstrip("."), key, value)
        if found["outer"] == "check.":
            return False
        self._put(self.metadata if found["outer"] or key in ABOUT else self.spec, key, value)
        return True

    def _of_entry(self, outer: str, key: str, value: Any) -> bool:
        entry = self.entry
        assert entry is not None
        if outer == "check" and self.section == "prerequisites":
            self._put(entry.setdefault("check", {}), key, value)
        elif outer:
            return False
        elif self.section == "prerequisites" and key == "text" and entry["text"] == entry["id"]:
            entry["text"] = value
        else:
            self._put(entry, key, value)
        return True

    def _put(self, into: dict[str, Any], key: str, value: Any) -> None:
        if key in into:
            raise self._refusal(f"`{key}` stands twice")
        into[key] = value

    def _label(self, line: str) -> bool:
        if line not in _LABELS or self.section != "steps" or self.entry is None or self.label:
            return False
        self.label = _LABELS[line]
        return True

    def _fence(self, line: str) -> bool:
        found = _FENCE.fullmatch(line)
        if found is None or self.section != "steps" or self.entry is None or not self.label:
            return False
        begin = self.place + 1
        try:
            self.place = self.lines.index(found[1], begin)
        except ValueError:
            raise self._refusal("this fence is never closed") from None
        text = "\n".join(self.lines[begin : self.place])
        if found[1] in text:
            raise self._refusal("a fence inside of a fence: one of them is not closed")
        label = "manual" if self.label == "command" and found[2] == "text" else self.label
        wanted = "text" if label in ("manual", "rollback.impossible", "notes") else "bash"
        if found[2] != wanted:
            self.place = begin - 1
            return False
        outer, _, inner = label.rpartition(".")
        self._put(self.entry.setdefault(outer, {}) if outer else self.entry, inner, text)
        self.label = ""
        return True

    def _value(self, shown: str) -> Any:
        if shown.startswith(" ") and shown.endswith(" "):
            shown = shown[1:-1]
        if not re.match(r"[{\[\"\-\d]|(?:true|false|null)$", shown):
            return shown
        try:
            return json.loads(shown)
        except ValueError:
            raise self._refusal("this value is no JSON, and no plain text either") from None

    def _refusal(self, why: str) -> Unprocessable:
        number = self.place + 1
        return Unprocessable(
            f"Line {number}: {why}.",
            hint="Edit the YAML document, or export it again: `dd0c export NAME`.",
            code="not_an_export",
            places=[Place(number, 1, self.path, why)],
        )


def _unescaped(line: str) -> str:
    return re.sub(r"\\(.)", r"\1", line)
