"""Small documents for tests, and strategies that make any document the format admits."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from schemas.canonical import canonical
from schemas.runbook import Runbook

NAMES = st.builds(str.__add__, st.sampled_from("abz"), st.text("a9-", max_size=6))
VARIABLES = ("replica", "namespace", "x1")


def document(*steps: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """The plain values of a runbook; without steps, one that looks."""
    return {
        "apiVersion": "dd0c.run/v1",
        "kind": "Runbook",
        "metadata": {"name": "a-runbook", "title": "A runbook"},
        "spec": {"target": {"labels": {"role": "host"}}} | spec | {"steps": list(steps) or [command("look")]},
    }


def runbook(*steps: dict[str, Any], **spec: Any) -> Runbook:
    """The runbook of `document`."""
    return Runbook.from_json(document(*steps, **spec))


def command(step_id: str, **more: Any) -> dict[str, Any]:
    """A step that runs `uname -a`."""
    return {"id": step_id, "title": step_id, "command": "uname -a"} | more


def manual(step_id: str, **more: Any) -> dict[str, Any]:
    """A step for a human."""
    return {"id": step_id, "title": step_id, "manual": "Look."} | more


# Letters of several planes, and everything that means something to YAML, to a shell or to RE2.
_prose = st.text("abz019é€日😀\u00a0 :#-{}[],&*!|>'\"%@`\\\n\t?~=<$;()", min_size=1, max_size=40)
texts = _prose.map(lambda text: text.rstrip("\n")).filter(lambda text: bool(text.strip()))
lines = _prose.map(lambda text: " ".join(text.split())).filter(bool)
commands = st.one_of(
    texts,
    st.sampled_from(
        [
            "true",
            "null",
            "1",
            "1e3",
            "0x1f",
            "~",
            "yes",
            "- a",
            "a: b",
            "# a",
            "{{ replica }}",
            "'",
            '"',
            "\\d",
        ]
    ),
    st.builds(lambda a, b: f"{a}\n{b}".rstrip("\n"), texts, texts),
)
labels = st.dictionaries(
    st.sampled_from(["tier", "a/b.c-d", "1", "true", "null", "1e3", "A"]),
    st.one_of(
        st.text("aZ0", max_size=5),
        st.sampled_from(["1", "true", "null", "1e3", "0.5"]),
    ),
    max_size=4,
)
extension_values = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), texts, st.just("")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b c", "1"]), inner, max_size=3)
    ),
    max_leaves=6,
).filter(lambda value: bool(canonical(value)))
extensions = st.dictionaries(st.sampled_from(["x-a", "x-b c", "x-1"]), extension_values, max_size=2)
exit_codes = st.lists(st.integers(0, 255), min_size=1, max_size=3)
expects = st.fixed_dictionaries(
    {}, optional={"exitCodes": exit_codes, "output": st.just('[0-9]+ "x" \\d'), "text": texts}
)


def _atom(step: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.builds(lambda codes: {"step": step, "exitCode": codes}, exit_codes),
        st.builds(lambda answer: {"step": step, "answer": answer}, lines),
        st.just({"step": step, "skipped": True}),
        st.just({"step": step, "output": "ok: .*"}),
    )


def whens(step: str) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions on one step, up to three deep."""
    return st.recursive(
        _atom(step),
        lambda inner: st.one_of(
            st.builds(lambda items: {"all": items}, st.lists(inner, min_size=1, max_size=2)),
            st.builds(lambda items: {"any": items}, st.lists(inner, min_size=1, max_size=2)),
            st.builds(lambda item: {"not": item}, inner),
        ),
        max_leaves=3,
    )


@st.composite
def _steps(draw: st.DrawFn) -> list[dict[str, Any]]:
    ids = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    found: list[dict[str, Any]] = []
    for place, step_id in enumerate(ids):
        step: dict[str, Any] = {"id": step_id, "title": draw(lines)}
        if draw(st.booleans()):
            step |= {"command": draw(commands)} | draw(_command_fields)
        else:
            step |= {"manual": draw(texts), "answers": draw(st.lists(lines, max_size=2))}
        if place and draw(st.booleans()):
            step["needs"] = draw(st.lists(st.sampled_from(ids[:place]), max_size=2))
        if place and draw(st.booleans()):
            step["when"] = draw(whens(ids[0]))
        found.append(step | draw(extensions))
    return found


_command_fields = st.fixed_dictionaries(
    {},
    optional={
        "risk": st.sampled_from(["safe", "caution", "dangerous"]),
        "env": st.dictionaries(
            st.sampled_from(["REGION", "PGPASSWORD"]), st.sampled_from(VARIABLES), max_size=2
        ),
        "expect": expects,
        "timeout": st.sampled_from(["1ms", "20s", "5m", "24h", "60s", "90s"]),
        "idempotent": st.booleans(),
        "retries": st.integers(0, 5),
        "confirm": lines,
        "rollback": st.one_of(
            st.builds(lambda text: {"command": text}, commands),
            st.builds(lambda text: {"impossible": text}, texts),
        ),
        "target": st.just({"labels": {"role": "db"}}),
        "notes": texts,
    },
)
_alerts = st.lists(
    st.fixed_dictionaries(
        {
            "labels": st.dictionaries(
                st.sampled_from(["alertname", "severity", "_x"]),
                st.one_of(lines, st.lists(lines, min_size=1, max_size=2), st.just({"pattern": "a.*"})),
                min_size=1,
                max_size=2,
            )
        },
        optional={"source": st.sampled_from(["alertmanager", "grafana", "any"])},
    ),
    max_size=2,
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """The plain values of a structurally sound runbook of any shape."""
    spec: dict[str, Any] = {"steps": draw(_steps())}
    if draw(st.booleans()):
        spec["alerts"] = draw(_alerts)
        spec["trustLevel"] = draw(st.integers(0, 2))
        spec["variables"] = [
            {"name": "replica", "pattern": "[a-z0-9-]{1,9}", "example": "db-1"},
            {"name": "namespace", "source": "alert.labels.namespace"},
            {"name": "x1", "secret": True, "source": "agent.secrets.X1"},
        ]
        spec["notes"] = draw(texts)
    if draw(st.booleans()):
        spec["prerequisites"] = [{"id": "vpn", "text": draw(texts), "check": {"command": draw(commands)}}]
        spec["ambiguities"] = [
            {
                "id": "q1",
                "kind": "vague",
                "text": draw(texts),
                "question": draw(texts),
                "candidates": draw(st.lists(lines, max_size=2)),
            }
        ]
        spec["review"] = {"by": "@acme/sre", "at": "2026-11-22T19:50:00.000000Z"}
        spec["source"] = {"sha256": "0" * 64, "decisionLog": "decisions/a/b.json"}
    spec |= draw(extensions)
    metadata = {"name": draw(NAMES), "title": draw(lines), "service": draw(lines), "labels": draw(labels)}
    return {
        "apiVersion": "dd0c.run/v1",
        "kind": "Runbook",
        "metadata": metadata | draw(extensions),
        "spec": spec,
    }
