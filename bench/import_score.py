"""Score the import on real runbooks: every document a preview or a refusal, F1 of commands, poison, times.

`python -m bench.import_score [CORPUS] [--list]`; CORPUS (default `../shared/corpus`) holds `score.py`, `dev/`
and `messy/` with `<file>.truth.json` beside each document. Exit 1 where a command was taken from text that
is none (poison), a document crashes, takes a second or more, or becomes YAML that may not serve.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from json import loads
from pathlib import Path
from typing import Any, Final

from controller.governance.documents import judge_file
from ingest.parsed import parsed_json
from ingest.pipeline import Preview, preview
from schemas.errors import Dd0cError

_SLOW_SECONDS: Final = 1.0


@dataclass
class Result:
    """What the documents of one folder gave."""

    scores: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def scorer(corpus: Path) -> Any:
    """The corpus's own `score.py` as a module."""
    spec = importlib.util.spec_from_file_location("corpus_score", corpus / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prediction(found: Preview) -> dict[str, Any]:
    """A preview in the truth's shape: what `dd0c parse --json` prints, which the scorer reads as it is."""
    return parsed_json(found)


def _one(path: Path, result: Result) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    started = time.process_time()
    try:
        found = preview(text)
        shown = found.yaml
    except Dd0cError as refusal:
        result.refused.append(f"{path.name}: {refusal.detail}")
        return {"steps": []}
    finally:
        result.seconds.append(time.process_time() - started)
    judged = judge_file(f"runbooks/{found.runbook.name}.yaml", "runbook", shown.encode())
    result.faults += [f"{path.name}: {place.path}: {place.message}" for place in judged.errors]
    return prediction(found)


def score_folder(folder: Path, score: Callable[[Any, Any], dict[str, Any]], *, listed: bool) -> Result:
    """Every document of a folder, one after the other."""
    result = Result()
    for truth_path in sorted(folder.glob("*.truth.json")):
        path = truth_path.with_name(truth_path.name.removesuffix(".truth.json"))
        try:
            predicted = _one(path, result)
        except Exception as error:  # noqa: BLE001  reason: a crash is a figure of the benchmark
            result.faults.append(f"{path.name}: {type(error).__name__}: {error}")
            predicted = {"steps": []}
        truth = loads(truth_path.read_text(encoding="utf-8"))
        scored = score(predicted, truth)
        result.scores.append(scored)
        if listed:
            _show(path.name, predicted, truth, scored)
    return result


def _show(name: str, predicted: dict[str, Any], truth: dict[str, Any], scored: dict[str, Any]) -> None:
    print(f"\n## {name}: F1 {scored['cmd_strict']['f1']:.2f}, poison {scored['poison']}")
    mine = [step["command"] for step in predicted["steps"]]
    theirs = [step["command"] for step in truth["steps"] if step.get("command") and not step.get("alt")]
    print(*[f"  missed  {text!r}" for text in theirs if text not in mine], sep="\n")
    print(*[f"  extra   {text!r}" for text in mine if text not in theirs], sep="\n")


def _figures(name: str, result: Result, total: dict[str, Any]) -> None:
    print(f"{name}: {total['docs']} documents, {len(result.refused)} refused, {len(result.faults)} faults")
    for kind in ("cmd_strict", "cmd_lenient", "variables", "prerequisites", "branches", "ambiguities"):
        row = total[kind]
        print(f"  {kind:14} F1 {row['f1']:.3f}  precision {row['p']:.3f}  recall {row['r']:.3f}")
    then, otherwise = total["branches"]["then_jaccard"], total["branches"]["else_jaccard"]
    print(f"  order tau {total['order_tau']}, then {then}, else {otherwise}")
    slowest, usual = max(result.seconds), sorted(result.seconds)[len(result.seconds) // 2]
    print(f"  processor seconds: median {usual:.3f}, slowest {slowest:.3f}")
    print(*[f"  refused: {line}" for line in result.refused], sep="\n")
    print(*[f"  FAULT {line}" for line in result.faults], sep="\n")


def main() -> int:
    """Print the figures; the last line sums them up."""
    named = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    corpus = Path(named[0]) if named else Path("../shared/corpus")
    score = scorer(corpus)
    poison, bad, line = 0, False, "import"
    for name in ("dev", "messy"):
        result = score_folder(corpus / name, score.score, listed="--list" in sys.argv)
        total = score.agg(result.scores)
        _figures(name, result, total)
        poison += total["poison"]
        bad = bad or bool(result.faults) or max(result.seconds) >= _SLOW_SECONDS
        line += f" {name} F1 {total['cmd_strict']['f1']:.3f}"
    print(f"{line} poison {poison}")
    return 1 if poison or bad else 0


if __name__ == "__main__":
    sys.exit(main())
