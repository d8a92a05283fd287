"""Files that a tool writes and that are checked in: how each is made, and whether it is up to date.

`python -m scripts.generate` writes them anew; `compare` leaves the tree alone, for the architecture
tests. A generator is a function from a folder to nothing: it writes its files there
under the paths that they have in the repository.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from controller.api.app import describe
from controller.api.shapes.parsed import ParsedShape
from controller.cli import root
from controller.cli.errors import MEANINGS
from controller.engine import table
from schemas import export
from scripts import api_answers, cli_page, compile_knowledge, generate_proto, web
from scripts.stages import stage

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Generator:
    """One kind of generated files: `owns` are the globs of what it writes, in the repository."""

    title: str
    write: Callable[[Path], None]
    owns: tuple[str, ...]


def put(folder: Path, path: str, text: str) -> None:
    """Write one file under `folder`, its parents made."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")


def schemas(folder: Path) -> None:
    """JSON schemas of the documents, here and in the example repository."""
    for path, text in export.render().items():
        put(folder, path, text)


def knowledge(folder: Path) -> None:
    """The scanner's tables, in the form that it loads quickly."""
    put(folder, "scanner/knowledge/compiled.json", compile_knowledge.compile_knowledge())


def engine_page(folder: Path) -> None:
    """The state machine as a page, printed from the table that the engine decides by."""
    put(folder, "docs/engine.md", table.document())


def command_page(folder: Path) -> None:
    """The command line as its own help tells it."""
    put(folder, "docs/cli.md", cli_page.render(root, {int(code): text for code, text in MEANINGS.items()}))


def api_document(folder: Path) -> None:
    """The HTTP API as its own routes describe it."""
    put(folder, "docs/openapi.json", json.dumps(describe(), indent=1, ensure_ascii=False) + "\n")


def parsed_schema(folder: Path) -> None:
    """What `dd0c parse --json` prints, as a JSON schema for other people's scripts. Fields may come beside
    those that it names.
    """
    schema = ParsedShape.model_json_schema(by_alias=True)
    for part in (schema, *schema["$defs"].values()):
        part.pop("additionalProperties", None)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:dd0c:schema:parsed.v1"}
    text = json.dumps(head | schema, indent=1, ensure_ascii=False) + "\n"
    put(folder, "docs/parse.schema.json", text)


def command_line_answers(folder: Path) -> None:
    """The answers that the command line understands, made from the API's own description."""
    put(folder, "controller/cli/answers.json", api_answers.render(describe()))


def web_types(folder: Path) -> None:
    """The API's types for the web app, made from the API's own description."""
    web.packages(with_tools=True)
    source, target = folder / "openapi.json", folder / "web" / "src" / "api" / "schema.d.ts"
    put(folder, source.name, json.dumps(describe()))
    try:
        made = subprocess.run(
            web.node("openapi-typescript", str(source), "-o", str(target)),
            cwd=web.WEB,
            env=web.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        source.unlink()
    if made.returncode != 0:
        raise web.WebFailed(f"openapi-typescript ended with {made.returncode}: {made.stderr}")


GENERATORS = (
    Generator("protocol stubs", generate_proto.write, ("proto/agent/v1/*_pb2*.py*",)),
    Generator("schemas", schemas, ("schemas/jsonschema/*", "runbooks-example/schemas/jsonschema/*")),
    Generator("scanner's knowledge", knowledge, ("scanner/knowledge/compiled.json",)),
    Generator("docs/engine.md", engine_page, ("docs/engine.md",)),
    Generator("docs/cli.md", command_page, ("docs/cli.md",)),
    Generator("command line's shapes of answers", command_line_answers, ("controller/cli/answers.json",)),
    Generator("docs/openapi.json", api_document, ("docs/openapi.json",)),
    Generator("docs/parse.schema.json", parsed_schema, ("docs/parse.schema.json",)),
    Generator("web app's types of the API", web_types, ("web/src/api/schema.d.ts",)),
)


def _files(folder: Path, patterns: tuple[str, ...]) -> dict[str, bytes]:
    found = sorted(path for pattern in patterns for path in folder.glob(pattern) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def compare(generator: Generator, root: Path) -> list[str]:
    """One sentence for each file under `root` that differs from what the generator writes now."""
    with tempfile.TemporaryDirectory() as name:
        generator.write(Path(name))
        fresh = _files(Path(name), ("**/*",))
    there = _files(root, generator.owns)
    found = [f"{path} is written by no generator any more" for path in there.keys() - fresh.keys()]
    found += [f"{path} is missing" for path in fresh.keys() - there.keys()]
    found += [f"{path} is out of date" for path in fresh.keys() & there.keys() if fresh[path] != there[path]]
    return sorted(f"{sentence}; run make generate" for sentence in found)


def regenerate(generator: Generator, root: Path) -> None:
    """Write the generator's files into the tree and remove those that it no longer writes."""
    with tempfile.TemporaryDirectory() as name:
        generator.write(Path(name))
        fresh = _files(Path(name), ("**/*",))
    for path in _files(root, generator.owns).keys() - fresh.keys():
        (root / path).unlink()
    for path, data in fresh.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def main() -> None:
    """Write all generated files anew."""
    for generator in GENERATORS:
        with stage("generate", generator.title):
            regenerate(generator, ROOT)


if __name__ == "__main__":
    try:
        main()
    except (generate_proto.ProtocFailed, web.WebFailed) as failure:
        sys.stderr.write(f"{failure}\n")
        raise SystemExit(1) from None
