"""Write the golden files anew: `python -m tests.unit.ingest.golden_files`."""

from __future__ import annotations

import json
from pathlib import Path

from ingest.pipeline import preview
from ingest.propose import source_body
from tests.unit.ingest.texts import GOLDEN

DOCUMENTS = ("cluster-offline.md", "payout-stuck.html", "stale-file-handles.md")


def outputs(document: str) -> dict[Path, str]:
    """What the import makes of a document: file → content."""
    source = GOLDEN / document
    made = preview(source.read_text(encoding="utf-8"))
    shown = json.dumps(made.to_json(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return {source.with_suffix(".json"): shown, source.with_suffix(".body.md"): source_body(made)}


if __name__ == "__main__":
    for name in DOCUMENTS:
        for path, content in outputs(name).items():
            path.write_text(content, encoding="utf-8")
