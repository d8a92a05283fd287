"""A command that a page breaks over paragraphs or listings: each but the last ends in a backslash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.blocks import Block, InlineCode


def continued(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, those that go on in the next one joined with it."""
    open_block: Block | None = None
    for block in blocks:
        if open_block is not None and _goes_on(open_block, block):
            open_block = _joined(open_block, block)
            continue
        if open_block is not None:
            yield open_block
        open_block = block
    if open_block is not None:
        yield open_block


def _goes_on(block: Block, following: Block) -> bool:
    """Whether a block ends in a backslash behind a blank: without one it may end a path."""
    if (
        not block.text.endswith((" \\", "\t\\"))
        or block.boxes != following.boxes
        or block.quoted != following.quoted
    ):
        return False
    if block.kind == "code":
        return following.kind == "code" and following.language == block.language
    in_code = bool(block.code) and block.code[-1].end == len(block.text)
    return in_code and following.kind == "paragraph" and _is_code(following)


def _is_code(block: Block) -> bool:
    """Whether a paragraph is one piece of code and nothing else."""
    return (
        len(block.code) == 1
        and not block.text[: block.code[0].start].strip()
        and not (block.text[block.code[0].end :].strip())
    )


def _joined(block: Block, following: Block) -> Block:
    if block.kind == "code":
        return replace(block, text=f"{block.text}\n{following.text}", end_line=following.end_line)
    # In a sentence a command is one line: a backslash at the end of one is a blank to the shell.
    text = f"{block.text.rstrip(chr(92)).rstrip()} {following.text.strip()}"
    code = (*block.code[:-1], InlineCode(block.code[-1].start, len(text)))
    return replace(block, text=text, code=code, end_line=following.end_line)
