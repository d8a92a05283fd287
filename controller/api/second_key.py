"""The advisor and the reader of a process, as the settings want them: the one place that knows which are."""

from __future__ import annotations

from contextlib import AsyncExitStack

from controller import telemetry
from controller.config import Settings
from ingest.advisor.advising import LOCAL, ONE_KEY, UNASKED, Advising
from ingest.advisor.llm import Asks
from ingest.extract.llm import Reads


def second_key(settings: Settings, stack: AsyncExitStack) -> tuple[Advising, Asks | None]:
    """Where advice comes from: nowhere, the local model, or an LLM that is asked before a text is judged."""
    if settings.advisor != "anthropic":
        return LOCAL if settings.advisor == "local" else ONE_KEY, None
    from ingest.advisor.anthropic import connect  # the SDK takes a second to load: only who uses it waits

    assert settings.anthropic_api_key is not None
    assert settings.anthropic_model is not None
    llm = connect(
        api_key=settings.anthropic_api_key.get_secret_value(),
        base_url=settings.anthropic_base_url,
        model=settings.anthropic_model,
        timeout_seconds=settings.anthropic_timeout_seconds,
        tokens_per_hour=settings.anthropic_tokens_per_hour,
        watch=telemetry.AdviceFigures(),
    )
    stack.push_async_callback(llm.close)
    return UNASKED, llm


def reader(settings: Settings, stack: AsyncExitStack) -> Reads | None:
    """The LLM that reads pasted texts beside the rules; None where the rules read alone."""
    if settings.extractor != "anthropic":
        return None
    from ingest.extract.anthropic import connect_reader  # as above

    assert settings.anthropic_api_key is not None
    assert settings.anthropic_model is not None
    llm = connect_reader(
        api_key=settings.anthropic_api_key.get_secret_value(),
        base_url=settings.anthropic_base_url,
        model=settings.anthropic_model,
        tokens_per_hour=settings.extraction_tokens_per_hour,
    )
    stack.push_async_callback(llm.close)
    return llm
