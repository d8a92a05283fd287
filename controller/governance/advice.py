"""Advice of an LLM on files that were judged without it: their verdicts merged anew. Pure."""

from __future__ import annotations

from dataclasses import replace

from controller.governance.documents import JudgedFile, JudgedStep
from ingest.advisor.advising import Advising
from schemas.merge import merge


def with_advice(file: JudgedFile, advising: Advising) -> JudgedFile:
    """The same file, each finding merged with what the LLM said. What keeps it out of service is unchanged:
    that rests on findings alone."""
    if file.runbook is None:
        return file
    steps = tuple(_advised(step, advising) for step in file.runbook.steps)
    return replace(file, runbook=replace(file.runbook, steps=steps))


def _advised(step: JudgedStep, advising: Advising) -> JudgedStep:
    if step.verdict is None:
        return step
    return replace(step, verdict=merge(step.verdict.finding, advising.said(step.sample)))
