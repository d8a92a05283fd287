"""reStructuredText becomes blocks that know their place; what is no sentence of it never becomes a step."""

from __future__ import annotations

import gc
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.blocks import Block
from ingest.normalize import normalize
from ingest.parsed import parsed_json
from ingest.pipeline import preview
from ingest.recognising import recognise

RUNBOOK = """\
.. _restart-api:

=================
Restart the API
=================

.. note::

   You need the ``ops`` role on the bastion.

.. contents::
   :local:

Procedure
=========

1. Look at the pods::

      kubectl get pods -n <namespace>

   You should see three pods that are ``Running``.

#. If a pod hangs, delete it:

   .. code-block:: bash
      :linenos:

      $ kubectl delete pod <pod> -n <namespace>
      pod "api-0" deleted

#. Run :command:`systemctl restart nginx` on the *proxy*.

.. code-block:: console

   root@db1:~# psql -c "SELECT 1"
    ?column?
   ----------

.. code-block:: console

   # grep -hE "connection ?=" \\
     /etc/nova/nova.conf
   connection = mysql://nova@cloud.example/nova

.. code-block:: yaml

   replicas: 3

.. rm -rf / is a comment
   rm -rf /var

+-----------+----------------------+
| Symptom   | Command              |
+===========+======================+
| Disk full | Run ``df -h``        |
|           | first                |
+-----------+----------------------+
"""


def blocks(text: str) -> tuple[Block, ...]:
    return normalize(text, "rst").blocks


def test_it_is_recognised_and_markdown_is_not_taken_for_it() -> None:
    assert recognise(RUNBOOK) == "rst"
    assert recognise("# A\n\nSee `x`_ and:\n\n```\n.. note::\n```\n") != "rst"


def test_commands_of_every_kind_of_listing_and_nothing_else() -> None:
    found = parsed_json(preview(RUNBOOK))
    assert [step["command"] for step in found["steps"] if step["kind"] == "command"] == [
        "kubectl get pods -n <namespace>",
        "kubectl delete pod <pod> -n <namespace>",
        "systemctl restart nginx",
        'psql -c "SELECT 1"',
        'grep -hE "connection ?=" \\\n  /etc/nova/nova.conf',
        "df -h",
    ]
    assert found["title"] == "Restart the API"
    assert found["branches"][0]["if"] == "If a pod hangs"
    assert "rm -rf" not in str(found["steps"])


def test_every_command_stands_where_its_span_says() -> None:
    lines = RUNBOOK.split("\n")
    for step in parsed_json(preview(RUNBOOK))["steps"]:
        if step["kind"] == "command" and "\n" not in step["command"]:
            assert RUNBOOK[step["span"]["start"] : step["span"]["end"]] == step["command"]
            assert step["command"] in lines[step["line"] - 1]


def test_titles_are_levels_in_the_order_of_their_styles() -> None:
    text = "===\nTop\n===\n\nOne\n---\n\nTwo\n~~~\n\nNext\n---\n\nRun ``ls``.\n"
    assert [(block.text, block.level) for block in blocks(text) if block.kind == "heading"] == [
        ("Top", 1),
        ("One", 2),
        ("Two", 3),
        ("Next", 2),
    ]


def test_a_warning_stays_a_sentence() -> None:
    said = [block.text for block in blocks(".. warning:: Never run ``rm -rf /``.\n\n   It ends all.\n")]
    assert said == ["Warning: Never run rm -rf /.", "It ends all."]


def test_an_indented_sentence_is_no_code() -> None:
    text = "term\n    Check the disk with care.\n\n        kubectl is not run here\n"
    assert {block.kind for block in blocks(text)} == {"paragraph"}


def test_tabs_indent_a_listing_of_an_item() -> None:
    text = (
        "- **Count:** for example::\n\n\tsysctl -w kernel.pid_max=4194303\n\n"
        "  It helps. For example::\n\n\tx = 1\n"
    )
    listings = [block.text for block in blocks(text) if block.kind == "code"]
    assert listings == ["sysctl -w kernel.pid_max=4194303", "x = 1"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (":ref:`the page <target>` says", "the page says"),
        ("`the page <https://a.example>`_ says", "the page says"),
        (":program:`ceph` is", "ceph is"),
        ("``a `b` c`` is", "a `b` c is"),
    ],
)
def test_inline_markup_is_gone(written: str, shown: str) -> None:
    assert [block.text for block in blocks(written + "\n")] == [shown]


def test_a_simple_table_is_rows() -> None:
    text = "=====  =======\nA      B\n=====  =======\nx      ``ls | wc``\n       more\n=====  =======\n"
    rows = [block for block in blocks(text) if block.kind == "row"]
    assert [row.cells for row in rows] == [("A", "B"), ("x", "ls | wc more")]


pieces = st.sampled_from(
    ["::", ".. code-block:: sh", ".. x", "   ", "\t", "- ", "1. ", "#. ", "====", "+--+", "| a |", "``x``",
     ":a:`b`", "text", "$ ls", "", "\n", "  :opt:", "~~~~~~~~", "```", "é", "\u2028"]
)  # fmt: skip


@given(st.lists(pieces, max_size=40).map("".join) | st.lists(pieces, max_size=40).map("\n".join))
@example("```\n::\n\n  :opt:")
def test_whatever_comes_every_block_lies_in_the_text(text: str) -> None:
    if not text.strip():
        return
    read = normalize(text, "rst")
    for block in read.blocks:
        place = block.place()
        assert 0 <= place.start <= place.end <= len(read.text)
        assert 1 <= block.line <= block.end_line <= text.count("\n") + text.count("\u2028") + 1


@pytest.mark.parametrize(
    "text",
    [
        "- item\n" * 5_900,
        "::\n\n" + (" " * 3_000 + "x\n") * 20,
        "a::\n\n" + "\tx\n" * 12_000 + "\n",
        ".. note::\n\n" * 6_000,
    ],
)
def test_its_time_follows_the_size_of_a_text(text: str) -> None:
    half = text[: len(text) // 2]
    gc.disable()  # what all tests before it have left would be looked through in one of the two
    try:
        begun = time.process_time()
        normalize(half, "rst")
        between = time.process_time()
        normalize(text, "rst")
        once, twice = between - begun, time.process_time() - between
    finally:
        gc.enable()
    assert twice < 4 * once + 0.5


def test_a_role_that_goes_on_in_the_next_line_is_a_link_and_no_code() -> None:
    text = (
        "Cells\n=====\n\nSee :doc:`here\n<user/layout.html>` and `the\nguide <https://x.y>`_.\n\n"
        "- Use :ref:`inventory host\n  variables <multinode-vars>`.\n\n.. code-block:: bash\n\n   df -h\n\n"
        ".. list-table::\n\n   * - a\n     - :ref:`way <back>`\n"
    )
    shown = parsed_json(preview(text))
    assert [step["command"] for step in shown["steps"] if "command" in step] == ["df -h"]
    told = " ".join(item.text for item in normalize(text).blocks)
    assert "<user" not in told
    assert "the guide" in told
    assert "<back>" not in told
