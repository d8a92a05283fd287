"""What descriptions say: a text classifier, words of subcommands, options; and the rows that they are
learned from."""

from __future__ import annotations

import lzma
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bench.advisor.collect import PUBLISHED
from bench.advisor.groups import ACT_VERBS, READ_VERBS


@dataclass(frozen=True)
class Row:
    """One published row."""

    source: str
    kind: str
    tool: str
    path: str
    names: str
    label: str
    text: str


def rows() -> list[Row]:
    """Everything that is published."""
    lines = lzma.decompress(PUBLISHED.read_bytes()).decode().rstrip("\n").split("\n")
    return [Row(*line.split("\t")) for line in lines]


# ---------------------------------------------------------------- 1. descriptions


def _words(text: str) -> list[str]:
    """Words with the verb's ending taken off, the first one marked, since descriptions begin with what
    is done."""
    found = re.findall(r"[a-z]+", text.lower())
    stems = [re.sub(r"(?<=[a-z]{3})(?:ies|es|s|ing|ed|e)$", "", word) for word in found[:14]]
    return [
        *(f"^{word}" for word in stems[:1]),
        *stems,
        *(f"{a}_{b}" for a, b in pairwise(stems[:3])),
    ]


class Descriptions:
    """The text classifier: log odds that what is described only reads."""

    def __init__(self, texts: Sequence[str], reads: Sequence[int], weights: Sequence[float]) -> None:
        self._vectors = TfidfVectorizer(analyzer=_words, min_df=2, sublinear_tf=True)
        matrix = self._vectors.fit_transform(texts)
        self._model = LogisticRegression(C=8.0, max_iter=2000, class_weight="balanced")
        self._model.fit(matrix, reads, sample_weight=weights)

    def odds(self, texts: Sequence[str]) -> np.ndarray[Any, Any]:
        """For each text; 0 where nothing of it was seen before."""
        matrix = self._vectors.transform(texts)
        found: np.ndarray[Any, Any] = self._model.decision_function(matrix)
        found[np.asarray(matrix.getnnz(axis=1)).ravel() == 0] = 0.0
        return found


def label_of(row: Row) -> int | None:
    """1 reads, 0 acts. tldr's undecided examples are decided by their first verb, or left aside."""
    if row.label == "ask":
        return {1: 1, -1: 0}.get(says(row.text))
    return {"read": 1, "act": 0}.get(row.label)


def learn_descriptions(published: Iterable[Row]) -> Descriptions:
    """Published levels count fully, tldr's labels (guessed from the same verbs) less, its undecided ones
    little."""
    texts, reads, weights = [], [], []
    for row in published:
        label = label_of(row)
        if row.text and label is not None and row.source in ("aws", "tldr"):
            texts.append(row.text)
            reads.append(label)
            weights.append({"aws": 1.0, "tldr": 0.3 if row.label == "ask" else 2.0}[row.source])
    for verbs, label in ((READ_VERBS, 1), (ACT_VERBS, 0)):
        for verb in verbs:
            texts += [verb, f"{verb} the", f"{verb} all of it"]
            reads += [label] * 3
            weights += [8.0] * 3
    return Descriptions(texts, reads, weights)


# ---------------------------------------------------------------- 2. names of subcommands


def learn_verbs(published: Iterable[Row], described: Mapping[str, float]) -> dict[str, float]:
    """Weights of the words in subcommands' names: `^first` and all."""
    documents, reads, weights = [], [], []
    for row in published:
        if row.kind != "node" or not row.path or row.source == "tldr":
            continue
        odds = described.get(row.text, 0.0)
        if row.label in ("read", "act"):
            reads.append(int(row.label == "read"))
            weights.append(1.0)
        elif abs(odds) > 1.5:
            reads.append(int(odds > 0))
            weights.append(0.5)
        else:
            continue
        last = row.path.split()[-2:]
        pieces = [piece for word in last for piece in word.lower().split("-") if piece]
        documents.append(["^" + last[-1].lower().split("-")[0], *pieces])
    vectors = TfidfVectorizer(analyzer=lambda words: words, min_df=3, use_idf=False, norm=None, binary=True)
    model = LogisticRegression(C=1.0, max_iter=2000, class_weight="balanced")
    model.fit(vectors.fit_transform(documents), reads, sample_weight=weights)
    names = vectors.get_feature_names_out()
    return {str(n): round(float(w), 2) for n, w in zip(names, model.coef_[0], strict=True) if abs(w) >= 0.15}


def _stem(word: str) -> str:
    return re.sub(r"(?<=[a-z]{3})(?:ies|es|s|ing|ed|e)$", "", word)


_READING: Final = {_stem(verb) for verb in READ_VERBS}
_ACTING: Final = {_stem(verb) for verb in ACT_VERBS} - {
    _stem("set"),
    _stem("make"),
    _stem("format"),
    _stem("open"),
    _stem("follow"),
    _stem("sign"),
}


_TO_FILE: Final = re.compile(
    r"(?i)\b(?:to|into) (?:an? |the |specified |specific |given |output )*file\b|in[- ]place"
)


def option_odds(text: str) -> float:
    """How the description of an option begins; most say neither."""
    if _TO_FILE.search(text):
        return -3.0
    first = re.findall(r"[a-z]+", text.lower())[:1]
    stem = _stem(first[0]) if first else ""
    return -3.0 if stem in _ACTING else 2.0 if stem in _READING else 0.0


def says(text: str) -> int:
    """+1 where a description begins with a reading verb and no acting one is near, -1 where it acts, 0
    else."""
    words = [_stem(word) for word in re.findall(r"[a-z]+", text.lower())[:8]]
    if not words:
        return 0
    if words[0] in _ACTING:
        return -1
    return int(words[0] in _READING and not (set(words[1:]) & (_ACTING - _ALSO_NOUNS)))


_ALSO_NOUNS: Final = {
    _stem(word)
    for word in "change changes commit mount control address link start add run tag sign label lock load "
    "state process build images archive store".split()
}
"""Acting verbs that stand in descriptions of reading, as nouns: list changes, show commits."""


def learn_options(published: Iterable[Row]) -> dict[str, list[float]]:
    """Options that several tools know: whether they take a value, and how they are described on average."""
    seen: dict[str, list[tuple[str, int, float]]] = defaultdict(list)
    for row in published:
        if row.kind.startswith("option"):
            for name in row.names.split("|"):
                if name.startswith("--"):
                    seen[name].append((row.tool, int(row.kind == "option="), option_odds(row.text)))
    found = {}
    for name, has in seen.items():
        if len({tool for tool, _, _ in has}) >= 3:
            takes = sum(each[1] for each in has) * 2 > len(has)
            found[name] = [int(takes), round(sum(each[2] for each in has) / len(has), 1)]
    return found
