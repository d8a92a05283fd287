"""Collects what is published about commands into `published.tsv.xz`, the one file that training reads.

Nothing here comes from our scanner. `python -m bench.advisor.collect --help` names the sources; each row
keeps its source in the first column, and bench/advisor/README.md has their licences.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bench.advisor.groups import COREUTILS_ACT, COREUTILS_READ, SHELL_READ

TEXT_CHARACTERS: Final = 90
PUBLISHED: Final = Path(__file__).with_name("published.tsv.xz")
Row = tuple[str, str, str, str, str, str, str]
"""(source, kind, tool, path, names, label, text). kind: node, group, option, option=, example, doc."""

_TOO_LARGE: Final = {"aws", "az", "gcloud"}
"""Tools whose options are left out: thousands of leaves that share a few dozen option names."""

_BY_PAGES: Final = {"git"}
"""Tools with one man page a subcommand."""

_LEFT_OUT: Final = {"fig", "q", "cw", "dynamic", "example", "cl", "sl"}
"""Specs of the completion program itself, and jokes."""


def _clean(text: str) -> str:
    flat = " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())
    return flat[:TEXT_CHARACTERS]


def fig(lines: Path) -> Iterator[Row]:
    """The output of fig_nodes.mjs."""
    for line in lines.read_text("utf-8").rstrip("\n").split("\n"):
        node: dict[str, Any] = json.loads(line)
        tool, *rest = node["tool"].split("/")
        if tool in _LEFT_OUT or tool.startswith(("@", "-")):
            continue
        rest = [part for part in rest if not part[:1].isdigit()]  # az/2.53.0/vm is `az vm`
        path = [*rest, *node["path"]]
        where = " ".join(path)
        kind = "group" if node["group"] else "node"
        names = "|".join(name for name in node["names"] if name and " " not in name)
        yield "fig", kind, tool, where, names, "runs" if node["runs"] else "", _clean(node["text"])
        if tool in _TOO_LARGE and where:
            continue
        for option in node["options"]:
            spelled = "|".join(name for name in option["names"] if name and " " not in name)
            takes = "option=" if option["takes"] else "option"
            yield "fig", takes, tool, where, spelled, "", _clean(option["text"])


def man(lines: Path) -> Iterator[Row]:
    """NAME and options of Debian's man pages: one page a line, as JSON.

    `t` is the page's title, `names` and `d` are its NAME line, `o` its options (`n` names, `a` takes a value,
    `d` what it does). Only the lines that came of it are kept here, in `published.tsv.xz`.
    """
    for line in lines.read_text("utf-8").rstrip("\n").split("\n"):
        page: dict[str, Any] = json.loads(line)
        for full in {part for each in page["names"] for part in each.split("/")} | {page["t"]}:
            above, dash, below = full.partition("-")
            name, path = (above, below) if dash and above in _BY_PAGES else (full, "")
            yield "man", "node", name, path, path or name, "", _clean(page["d"])
            for option in page["o"]:
                takes = "option=" if option["a"] else "option"
                yield "man", takes, name, path, "|".join(option["n"]), "", _clean(option["d"])


def builtins(lines: Path) -> Iterator[Row]:
    """`help -d '*'` of bash: its built-in commands in one line each."""
    for line in lines.read_text("utf-8").rstrip("\n").split("\n"):
        name, dash, text = line.partition(" - ")
        if dash and name.isalpha():
            yield "bash", "node", name, "", name, "", _clean(text)


def coreutils() -> Iterator[Row]:
    """The chapters of the GNU coreutils manual."""
    for source, names, label in (
        ("coreutils", COREUTILS_READ, "read"),
        ("coreutils", COREUTILS_ACT, "act"),
        ("shell", SHELL_READ, "read"),
    ):
        for name in names:
            yield source, "node", name, "", name, label, ""


def gcloud(folder: Path) -> Iterator[Row]:
    """The NAME line of each man page of the Google Cloud CLI."""
    for file in sorted(folder.glob("gcloud_*.1.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as page:
            found = re.search(r'"NAME"\n\.HP\n(gcloud [^\\\n]*?) \\- (.*)', page.read(2000))
        if found is not None and not found[1].startswith(("gcloud alpha", "gcloud beta", "gcloud preview")):
            where = found[1].removeprefix("gcloud ")
            yield "gcloud", "node", "gcloud", where, where.split()[-1], "", _clean(found[2])


def aws(table: Path, botocore: Path) -> Iterator[Row]:
    """Access levels of every operation, and the first sentence of its documentation."""
    docs: dict[str, str] = {}
    for folder in sorted((botocore / "data").iterdir()):
        for file in sorted(folder.glob("*/service-2.json.gz"))[-1:]:
            with gzip.open(file, "rt", encoding="utf-8") as opened:
                for name, operation in json.load(opened)["operations"].items():
                    docs.setdefault(f"{folder.name} {name}", _clean(operation.get("documentation", "")))
    for line in table.read_text("utf-8").rstrip("\n").split("\n")[1:]:
        service, command, name, level, mcp, risk, *_ = [*line.split("\t"), ""]
        label = "read" if level in {"Read", "List"} and risk == "safe" and mcp != "Unknown" else "act"
        if not level and mcp != "ReadOnly":
            label = ""
        text = docs.get(f"{service} {name}", "")
        yield "aws", "node", "aws", f"{service} {command}", command, label, text


def redis(table: Path) -> Iterator[Row]:
    """Valkey's own command metadata."""
    for line in table.read_text("utf-8").rstrip("\n").split("\n")[1:]:
        command, _flags, _categories, risk = line.split("\t")
        label = "read" if risk == "safe" else "act"
        for tool in ("redis-cli", "valkey-cli"):
            yield "redis", "node", tool, command.lower(), command.split()[-1].lower(), label, ""


def postgres(table: Path) -> Iterator[Row]:
    """Volatility of PostgreSQL's built-in functions."""
    for line in table.read_text("utf-8").rstrip("\n").split("\n")[1:]:
        function, volatility, _kind, hint = line.split("\t")
        yield "pg", "function", volatility, "", function, "read" if hint == "safe" else "act", ""


def tldr(lines: Path) -> Iterator[Row]:
    """Documented examples with their one-line description (tldr-pages, CC-BY-4.0)."""
    for line in lines.read_text("utf-8").rstrip("\n").split("\n"):
        row: dict[str, Any] = json.loads(line)
        label = {"safe": "read", "dangerous": "act"}.get(row["expected"], "ask")
        command = " ".join(row["command"].split())
        yield (
            "tldr",
            "example",
            row["category"].removeprefix("tldr."),
            command,
            "",
            label,
            _clean(row["description"]),
        )


def main() -> None:
    """Write the file anew from the folders and files that were fetched."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fig", type=Path, required=True, help="output of fig_nodes.mjs")
    parser.add_argument("--man", type=Path, required=True, help="manual pages, one a line, as JSON")
    parser.add_argument("--builtins", type=Path, required=True, help="output of bash -c \"help -d '*'\"")
    parser.add_argument("--gcloud", type=Path, required=True, help="man1 of the Google Cloud CLI")
    parser.add_argument("--botocore", type=Path, required=True, help="the installed package")
    parser.add_argument("--tables", type=Path, required=True, help="folder with the four published tables")
    given = parser.parse_args()
    rows = [
        *fig(given.fig),
        *man(given.man),
        *builtins(given.builtins),
        *coreutils(),
        *gcloud(given.gcloud),
        *aws(given.tables / "aws_operations.tsv", given.botocore),
        *redis(given.tables / "redis_commands.tsv"),
        *postgres(given.tables / "pg_functions.tsv"),
        *tldr(given.tables / "tldr_sre.jsonl"),
    ]
    kept = sorted({tuple(field.replace("\t", " ").strip() for field in row) for row in rows})
    content = "".join("\t".join(row) + "\n" for row in kept).encode()
    PUBLISHED.write_bytes(lzma.compress(content, preset=9))
    print(f"{len(kept)} rows, {len(content):,} bytes, {PUBLISHED.stat().st_size:,} compressed")


if __name__ == "__main__":
    main()
