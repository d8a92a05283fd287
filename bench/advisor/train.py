"""Learns the local model from `published.tsv.xz` and writes `ingest/advisor/local_model.txt` (`python -m
bench.advisor.train`).

1. A text classifier learns from descriptions whose access level is published, and reads all other
descriptions.
2. Words of subcommands ("list", "delete") get weights from the published levels and from 1.
3. A logistic regression with signs that are fixed beforehand joins what is known of a call; a tool that
it learns from is left out of 1 and 2 where that would let it see the answer.
4. Its probabilities are calibrated on tools that it was not fitted on.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.isotonic import IsotonicRegression

from bench.advisor.descriptions import Row, label_of, learn_descriptions, learn_options, learn_verbs, rows
from bench.advisor.table import Table, compose
from ingest.advisor.calls import calls
from ingest.advisor.features import NAMES, is_documented, see
from ingest.advisor.lexicon import MODEL_FILE, TAUGHT, Lexicon
from ingest.advisor.words import Unlike, split

MODEL: Final = Path(__file__).parents[2] / "ingest" / "advisor" / MODEL_FILE
SEED: Final = 20261128
SIGN: Final = {
    "described": 1, "says_reads": 1, "says_acts": -1, "says_nothing": -1, "verb": 1, "published_read": 1,
    "published_act": -1, "option_acts": -1, "option_reads": 1, "unknown_options": -1, "group": -1,
    "extra_words": -1, "secret": -1, "opaque": -1,
}  # fmt: skip
"""Which way a feature may pull: a published level up or down, everything unknown only down."""


# ---------------------------------------------------------------- 3. the regression


@dataclass(frozen=True)
class Example:
    """One labelled call; `hidden`: look it up without its published level."""

    tool: str
    command: str
    reads: int
    weight: float
    hidden: bool


def examples(published: Sequence[Row]) -> list[Example]:
    """tldr's commands, and operations with a published level, half of them without it."""
    chance = random.Random(SEED)
    found = []
    for row in published:
        label = label_of(row)
        if row.kind == "example" and label is not None:
            found.append(Example(row.tool, row.path, label, 0.5 if row.label == "ask" else 1.0, False))
        elif row.source == "coreutils":
            found += [Example(row.tool, f"{row.tool} file", int(row.label == "read"), 1.0, True)] * 3
        elif row.source in ("aws", "redis") and row.label and row.tool != "valkey-cli":
            if row.source == "aws" and chance.random() > 0.3:
                continue
            shown = (
                f"{row.tool} {row.path} --example value"
                if row.source == "aws"
                else f"{row.tool} {row.path} key"
            )
            found.append(
                Example(row.path.split()[0], shown, int(row.label == "read"), 0.5, chance.random() < 0.7)
            )
    return found


def matrix(given: Sequence[Example], lexicon: Lexicon) -> tuple[np.ndarray[Any, Any], list[Example]]:
    """The features of each example that the model can read at all, its own description's label left aside."""
    numbers, kept = [], []
    for example in given:
        try:
            found = [see(call, lexicon) for simple in split(example.command) for call in calls(simple)]
        except Unlike:
            continue
        if len(found) != 1:
            continue
        if example.hidden:
            found[0].published = 0
        values = found[0].numbers()
        numbers.append([values[name] for name in NAMES])
        kept.append(example)
    return np.asarray(numbers), kept


def fit(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], w: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Logistic regression by projected gradient descent: no weight may have the wrong sign. Last: the
    bias."""
    sign = np.asarray([SIGN[name] for name in NAMES])
    wide = np.hstack([x, np.ones((len(x), 1))])
    weights = np.zeros(wide.shape[1])
    balance = w * np.where(y > 0, 1 / (w * y).sum(), 1 / (w * (1 - y)).sum())
    for _ in range(1200):
        p = 1 / (1 + np.exp(-wide @ weights))
        gradient = wide.T @ (balance * (p - y)) + 1e-4 * np.append(weights[:-1], 0)
        weights -= 4.0 * gradient
        weights[:-1] = np.where(weights[:-1] * sign < 0, 0, weights[:-1])
    return weights


def calibrate(
    scores: np.ndarray[Any, Any], y: np.ndarray[Any, Any], w: np.ndarray[Any, Any]
) -> list[list[float]]:
    """Steps of (score, probability), rising; never above 0.995: no table is sure."""
    model = IsotonicRegression(y_min=0.005, y_max=0.995, out_of_bounds="clip").fit(scores, y, sample_weight=w)
    points = sorted(zip(model.X_thresholds_, model.y_thresholds_, strict=True))
    return [[round(float(a), 3), round(float(b), 4)] for a, b in points]


def agreement(published: Sequence[Row], lexicon: Lexicon) -> tuple[int, int]:
    """Of tldr's examples that read or act by their description's verb and are of a documented form: how many
    read, and how many there are. The forms were written from other documentation."""
    reads = total = 0
    for row in published:
        if row.kind != "example" or row.label not in ("read", "act"):
            continue
        try:
            found = [call for simple in split(row.path) for call in calls(simple)]
            if len(found) != 1 or found[0].sql is not None or not is_documented(found[0], lexicon):
                continue
        except Unlike:
            continue
        total += 1
        reads += row.label == "read"
        if row.label == "act":
            print("documented to read, yet described as acting:", row.path, "-", row.text)
    return reads, total


def mark_taught(published: Sequence[Row], lines: dict[str, dict[str, Any]], lexicon: Lexicon) -> int:
    """Mark the paths of which most labelled examples read and none acts; how many there are. Only there is
    the regression believed: held out, it was too sure about a source without labels."""
    labels: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in published:
        if row.kind != "example" or not row.label:
            continue
        try:
            found = [call for simple in split(row.path) for call in calls(simple)]
            if len(found) == 1:
                seen = see(found[0], lexicon)
                labels[seen.tool, seen.path][row.label] += 1
        except Unlike:
            continue
    taught = 0
    for (tool, path), counted in labels.items():
        if counted["act"] or counted["read"] <= counted.total() - counted["read"]:
            continue
        service, _, rest = path.partition(" ")
        by_service = bool(lines[tool].get("s"))
        nodes = lines[f"{tool} {service}" if by_service else tool]["n"]
        nodes[rest if by_service else path][2] |= TAUGHT
        taught += 1
    return taught


def held_out(
    x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], w: np.ndarray[Any, Any], tools: Sequence[str]
) -> np.ndarray[Any, Any]:
    """Scores of each row by a model that was fitted without its tool."""
    folds = np.asarray([int(hashlib.sha256(tool.encode()).hexdigest(), 16) % 5 for tool in tools])
    scores = np.zeros(len(y))
    for fold in range(5):
        inside = folds == fold
        weights = fit(x[~inside], y[~inside], w[~inside])
        scores[inside] = np.hstack([x[inside], np.ones((inside.sum(), 1))]) @ weights
    return scores


def functions(published: Iterable[Row]) -> dict[str, str]:
    """Published functions; one that has an acting overload acts."""
    found: dict[str, str] = {}
    for row in published:
        if row.kind == "function":
            found[row.names.lower()] = "act" if found.get(row.names.lower()) == "act" else row.label
    return found


@dataclass(frozen=True)
class Learned:
    """A model and what it was fitted on: held-out scores, labels, and the file's content."""

    lexicon: Lexicon
    content: str
    scores: np.ndarray[Any, Any]
    labels: np.ndarray[Any, Any]
    agreed: tuple[int, int]
    taught: int
    """Paths that it has learned from labelled commands of."""


def learn(published: Sequence[Row]) -> Learned:
    """Everything that the model is, from these rows."""
    described = learn_descriptions(published)
    texts = sorted({row.text for row in published if row.text})
    odds = dict(zip(texts, (float(each) for each in described.odds(texts)), strict=True))
    table = Table(published, odds)
    weights: dict[str, Any] = {
        "version": "",
        "verbs": learn_verbs(published, odds),
        "functions": functions(published),
        "options": learn_options(published),
        "weights": {},
        "steps": [],
    }
    lines = table.lines()
    lexicon = Lexicon(compose(lines, weights))
    x, kept = matrix(examples(published), lexicon)
    y = np.asarray([example.reads for example in kept], dtype=float)
    w = np.asarray([example.weight for example in kept])
    taught = mark_taught(published, lines, lexicon)
    scores = held_out(x, y, w, [example.tool for example in kept])
    final = fit(x, y, w)
    weights["weights"] = {name: round(float(v), 4) for name, v in zip([*NAMES, "bias"], final, strict=True)}
    weights["steps"] = calibrate(scores, y, w)
    agreed = agreement(published, lexicon)
    weights["documented"] = round(min(0.995, (agreed[0] + 1) / (agreed[1] + 2)), 3)
    content = compose(lines, weights)
    weights["version"] = "local-1-" + hashlib.sha256(content.encode()).hexdigest()[:12]
    content = compose(lines, weights)
    return Learned(Lexicon(content), content, scores, y, agreed, taught)


def main() -> None:
    """Learn and write."""
    learned = learn(rows())
    MODEL.write_text(learned.content, "utf-8")
    weights, scores, y = learned.lexicon.weights, learned.scores, learned.labels
    print(json.dumps(weights["weights"], indent=1))
    print(f"documented forms: {learned.agreed[0]} of {learned.agreed[1]} examples read")
    print(f"{learned.taught} paths taught by commands of their own")
    print(f"{weights['version']}: {MODEL.stat().st_size:,} bytes; {len(y)} examples")
    for threshold in (0.5, 0.9, 0.95):
        p = np.interp(scores, *zip(*weights["steps"], strict=True))
        called = p >= threshold
        print(
            f"p ≥ {threshold}: {(called & (y > 0)).sum() / (y > 0).sum():.1%} of reading, "
            f"{(called & (y == 0)).sum() / (y == 0).sum():.1%} of the rest"
        )


if __name__ == "__main__":
    main()
