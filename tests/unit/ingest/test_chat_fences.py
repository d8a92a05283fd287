"""Code that a chat fenced without a line of its own: no command is lost, whatever backticks stand in it."""

from __future__ import annotations

import pytest

from ingest.chat_fences import chat_fences
from ingest.parsed import parsed_json
from ingest.pipeline import preview

ANNA, BEN = "Anna  10:02\n", "Ben  10:04\n"
END = "Anna  10:05\nok\n"
PODS = "kubectl get pods | grep `hostname`"
CAT = "kubectl delete pod `cat /tmp/pod`"
API = "systemctl restart api"

SHAPES: dict[str, tuple[str, list[str]]] = {
    "one line": (f"Check the pods:\n```{PODS} ```\n", [PODS]),
    "one line, close": (f"Check the pods:\n```{PODS}```\n", [PODS]),
    "a chat": (f"{ANNA}```{PODS} ```\n{BEN}```{API}```\n{END}", [PODS, API]),
    "a chat of several lines": (f"{ANNA}```{PODS}\n{CAT}```\n{BEN}```{API}```\n{END}", [PODS, CAT, API]),
    "a chat with a good fence": (f"{ANNA}```bash\n{PODS}\n```\n{BEN}```{API}```\n{END}", [PODS, API]),
    "no list of a chat": (f"Restart it\n\n```{PODS}\n{CAT}```\n", [PODS, CAT]),
    "in a sentence of a chat": (f"{ANNA}please run ```{PODS} ``` now\n{BEN}$ {API}\n{END}", [PODS, API]),
    "at the end of a sentence": (f"{ANNA}please run ```{PODS}```\n{BEN}$ {API}\n{END}", [PODS, API]),
    "from a sentence on": (f"{ANNA}run ```{PODS}\n{CAT}```\n{BEN}$ {API}\n{END}", [PODS, CAT, API]),
    "in a list": (f"# A\n\n1. Look: ```{PODS}```\n2. Then ```{API}```\n", [PODS, API]),
    "in a list, several lines": (f"# A\n\n1) a: ```{PODS}\n{CAT}```\n2) b: `{API}`\n", [PODS, CAT, API]),
    "closed late": (f"```bash\n{API}\n{CAT}```\n\nThen `uptime -p`\n", [API, CAT, "uptime -p"]),
    "opened early": (f"# A\n\n```{API}\n{CAT}\n```\n\nThen `uptime -p`\n", [API, CAT, "uptime -p"]),
    "behind a language": (f"# A\n\n```bash {PODS}\n{CAT}\n```\n", [PODS, CAT]),
    "behind a language, one line": (f"# A\n\n```bash {PODS}```\n", [PODS]),
    "labelled in a sentence": (f"{ANNA}do ```sh {PODS}\n{CAT}```\n{BEN}$ {API}\n{END}", [PODS, CAT, API]),
    "a program's name": (f"# A\n\n```bash -c 'df -h'\n{API}\n```\n", ["bash -c 'df -h'", API]),
    "a file's name": (f"# A\n\n```bash deploy.sh\n{API}\n```\n", [API]),
    "windows": (f"{ANNA}```{PODS} ```\n{BEN}```{API}```\n{END}".replace("\n", "\r\n"), [PODS, API]),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_command_of_a_fence_comes_out_at_its_place(shape: str) -> None:
    text, commands = SHAPES[shape]
    made = preview(text)
    steps = [item for item in made.built.steps if item.written is not None]
    assert [item.written for item in steps] == commands
    assert made.normalized.text == text
    for item, command in zip(steps, commands, strict=True):
        assert item.command_span is not None
        assert text[item.command_span.start : item.command_span.end] == command


@pytest.mark.parametrize(
    "text",
    [
        "```\nuptime\n```\n",
        "```bash\necho '```'\nuptime\n```\n",
        "> ```sh\n> uptime\n> ```\n",
        "- a\n\n  ```yaml\n  a: 1\n  ```\n",
        '```bash title="a b"\nuptime\n```\n',
        "````\n```\nuptime```\n````\n",
        "Say ```uptime``` and ```df -h``` now.\n",
        "```bash deploy.sh\nuptime\n```\n",
        "```left open\n\nand no more\n",
        "``` ```\n",
        "",
    ],
)
def test_what_is_fenced_well_or_can_not_be_paired_is_left_alone(text: str) -> None:
    assert chat_fences(text) == []


def test_a_fence_that_is_left_open_is_shown_as_unread() -> None:
    text = f"# A\n\n```{PODS}\n\nThen `uptime -p`\n"
    assert any("kubectl get pods | grep" in note["text"] for note in parsed_json(preview(text))["notes"])
