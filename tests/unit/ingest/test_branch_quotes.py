"""Which words of a text are a case that guards steps, where they end, and what is only told."""

from __future__ import annotations

import pytest

from ingest.parsed import parsed_json
from tests.unit.ingest.telling import made_of

X = "systemctl restart web"
STATE = "the process is gone"


def branches(text: str) -> list[tuple[str, list[str]]]:
    """The cases of a text, each with the commands and instructions that it leads to; “!” before those of the
    other one.
    """
    made = made_of(f"# A\n\nRun `uptime -p`.\n\n{text}\n")
    if made is None:
        return []
    shown = parsed_json(made)
    steps = {step["order"]: step.get("command") or f"~{step['manual']}" for step in shown["steps"]}
    return [
        (item["if"], [*(steps[at] for at in item["then"]), *(f"!{steps[at]}" for at in item["else"])])
        for item in shown["branches"]
    ]


CASES = f"""
If you want to keep the data, run `{X}`. | If you want to keep the data
If you want to look at it then run `{X}`. | If you want to look at it
If it hangs, and if nobody is in, run `{X}`. | If it hangs, and if nobody is in
If it says `Error: no, not now`, run `{X}`. | If it says Error: no, not now
For clusters on other clouds, run `{X}`. | For clusters on other clouds
For Acme Anywhere, execute the `{X}` command. | For Acme Anywhere
On Ubuntu, run `{X}`. | On Ubuntu
TIP: For clusters on other clouds, run `{X}`. | For clusters on other clouds
If the disk is full you can run `{X}`. | If the disk is full
If you see it in the queue it may be stuck, so run `{X}`. | If you see it in the queue
It dies, so you'll need to run `{X}` when that happens. | when that happens
It is old. If it does not match, either the list or the page is old, run `{X}`. | If it does not match
You can restart it with `{X}` as long as nobody is in. | as long as nobody is in
"""


@pytest.mark.parametrize("row", CASES.strip().split("\n"))
def test_a_case_is_told_from_its_word_to_where_it_ends(row: str) -> None:
    text, case = row.split(" | ")
    assert branches(text) == [(case, [X])]
    assert branches(f"1. {text}") == [(case, [X])]


PEOPLE = """
If you want to keep it, shut down your app. | If you want to keep it | ~shut down your app.
Note: If there are several, step 2 is repeated for each. | If there are several |
It might be gone. In this case decide what you keep. | It might be gone | ~In this case decide what you keep.
For clusters on other clouds, check the page. | For clusters on other clouds | ~check the page.
If it is old, the page or the list is wrong, send a patch. | If it is old | ~send a patch.
Compare it. If it differs, it is old, send a patch. | If it differs | ~it is old, send a patch.
Stop the old jobs, and if the cache is too big then that too. | if the cache is too big |
If it is on, it goes off by itself. If it is off, call Ann. | If it is off | ~If it is off, call Ann.
If it needs a restart, it's easiest to follow the page. Call Ann. | If it needs a restart |
1. Check that it is there. If not, call Ann. | If not, call Ann. | ~call Ann.
"""


@pytest.mark.parametrize("row", PEOPLE.strip().split("\n"))
def test_a_case_guards_what_people_do(row: str) -> None:
    text, case, step = row.split(" | ") if row.count(" | ") == 2 else (*row.rstrip(" |").split(" | "), "")
    found = branches(text)
    assert [words for words, _ in found] == [case]
    assert not step or step in found[0][1]


TOLD = f"""
Once all is built, run `{X}`.
When you have found it, run `{X}`.
Run `{X}`, assuming sda is the disk.
Search if the old one is still there: `{X}`
Use the other way if at all possible! Then run `{X}`.
Run `{X}`. If this has been left out, a restart may break other things.
Run `{X}`. You will be able to pick the right one if there are several.
Run `{X}`. If this happens, the mount will make a folder (which we don't want).
Run `{X}`. When people work on several things, they may need up to 200 GB.
Run `{X}`. If it crosses midnight you'll suddenly find several copies.
Run `{X}`. If it fails to start you will see a message there.
Run `{X}`. If this is not so, then you're probably looking at another one.
In the portal, run `{X}`.
On GitHub, click Merge. Then run `{X}`.
For more information, see the page. Then run `{X}`.
On the primary, run `{X}`.
Figure 3: the way of a request. Run `{X}`.
You can also edit it in the console (Actions → Edit it). Run `{X}`.
"""


@pytest.mark.parametrize("text", TOLD.strip().split("\n"))
def test_what_is_only_told_is_no_branch(text: str) -> None:
    assert branches(text) == []


def test_what_is_awaited_is_asked_about_and_no_branch() -> None:
    made = made_of(f"# A\n\nRun `uptime -p`.\n\n1. Once the cause is removed, run `{X}`.\n")
    assert made is not None
    assert [item.step.when is not None for item in made.built.steps if item.step.command == X] == [True]
    assert parsed_json(made)["branches"] == []


def test_a_case_does_not_begin_in_the_sentence_above() -> None:
    text = f"When this happens it stays as it is. You can run it with:\n\n```sh\n{X}\n```"
    assert branches(text) == []
    found = branches("1. If nothing comes back go to step 4. If a row is there, call Ann.")
    assert (
        "If a row is there",
        ["~If nothing comes back go to step 4. If a row is there, call Ann."],
    ) in found


def test_every_case_that_a_step_waits_for_is_a_branch() -> None:
    """Whatever rule found it: a person is asked about it, so the preview shows it."""
    text = f"1. Look at the rows.\n2. Else call Ann.\n3. If you want to see it, run `{X}`."
    made = made_of(f"# A\n\n{text}\n")
    assert made is not None
    asked = {
        item.step.title.removeprefix("Decide: ").lower() for item in made.built.steps if item.step.answers
    }
    shown = {item["if"].lower() for item in parsed_json(made)["branches"]}
    assert all(any(case in one for one in shown) for case in asked)
    assert len(asked) == 2


LABELS = f"""
**CrashLoopBackOff**: run `{X}`. | CrashLoopBackOff
OOMKilled: raise the limit with `{X}`. | OOMKilled
1. Version 12 and older: `{X}` | Version 12 and older
1. Postgres >= 13: `{X}` | Postgres >= 13
1. For hosts with a RAID controller: `{X}` | For hosts with a RAID controller
1. Full? Run `{X}`. | Full?
In staging:@@```sh@{X}@``` | In staging
```sh@# on Ubuntu@{X}@``` | on Ubuntu
1. Is it up? If yes, run `{X}`. | Is it up?
"""


@pytest.mark.parametrize("row", LABELS.strip().split("\n"))
def test_a_label_that_names_a_state_guards_its_command(row: str) -> None:
    text, case = row.replace("@", "\n").split(" | ")
    assert branches(text) == [(case, [X])]
    made = made_of(f"# A\n\nRun `uptime -p`.\n\n{text}\n")
    assert made is not None
    assert [item.step.when is not None for item in made.built.steps if item.step.command == X] == [True]


@pytest.mark.parametrize(
    "text", [f"GitHub: run `{X}`.", f"```sh\n# for the record\n{X}\n```", f"Note: run `{X}`."]
)
def test_other_labels_guard_nothing(text: str) -> None:
    assert branches(text) == []


def test_a_comment_turns_the_case_of_the_one_above() -> None:
    text = f"```sh\n# if it is full\nrm -rf /var/tmp/x\n\n# otherwise\n{X}\n\n# look at it\ndf -h\n```"
    assert branches(text) == [("if it is full", ["rm -rf /var/tmp/x", f"!{X}"])]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("The pod is pending", "The pod is not ready"),
        ("CrashLoopBackOff", "ImagePullBackOff"),
        ("Scenario 1: the primary is gone", "Scenario 2: the replica lags"),
    ],
)
def test_headings_that_are_branches_guard_their_sections(one: str, two: str) -> None:
    """They were shown as branches, and their steps ran in every case."""
    first = f"## {one}\n\n```sh\n{X}\n```\n\nIf it hangs, call Ann.\n\n"
    text = f"{first}## {two}\n\n`df -h`\n\n## Then\n\n`free -m`"
    found = dict(branches(text))
    assert (found[one][0], found[two]) == (X, ["df -h"])
    made = made_of(f"# A\n\n{text}\n")
    assert made is not None
    waits = {item.step.command: item.step.when is not None for item in made.built.steps if item.step.command}
    assert waits == {X: True, "df -h": True, "free -m": False}
    [asked] = [item.step for item in made.built.steps if item.step.title == "Decide: If it hangs"]
    assert asked.when is not None


BANS = """
If it is up, you must never stop, restart or fence it.
If the replica lags, the standby must not be stopped, restarted, delete nothing.
It is saved. If the copy is old, do not drop it, truncate it or delete it.
It is saved. If the copy is old, it must never be dropped, restart or delete it.
It might be in use. In this case never delete it, stop it.
If it is up, the old one is not to be used, stopped, start nothing.
"""


@pytest.mark.parametrize("text", BANS.strip().split("\n"))
@pytest.mark.parametrize("mark", ["", "- "])
def test_no_clause_of_a_ban_is_told(text: str, mark: str) -> None:
    made = made_of(f"# A\n\nRun `uptime -p`.\n\n{mark}{text}\n")
    assert made is not None
    assert [item.step.command for item in made.built.steps] == ["uptime -p"]


def test_ways_with_a_name_are_a_branch_with_both_sides() -> None:
    for one, two in (
        ("## Via the console", "## Via the API"),
        ("## Option A: restart", "## Option B: by hand"),
    ):
        found = branches(f"{one}\n\nClick on Restart.\n\n{two}\n\n```sh\n{X}\n```")
        assert found == [(one.strip("# "), ["~Click on Restart.", f"!{X}"])]
    text = (
        f"## With the agent on\n\nIf it is on, run `{X}`.\n\n## With the agent off\n\nIf it is off, call Ann."
    )
    assert [case for case, _ in branches(text)] == ["If it is on", "If it is off"]


def test_sections_of_platforms_are_for_them_alone() -> None:
    text = f"## AWS\n\n### Disk\n\nClick on Modify.\n\n## On Azure\n\n`{X}`\n\n## Check\n\n`df -h`"
    assert branches(text) == [("AWS", ["~Click on Modify."]), ("On Azure", [X])]
    assert branches(f"## Staging\n\n`{X}`\n\n## Production\n\n`{X} -f`") == []
    assert branches(f"## Linux\n\n`{X}`\n\n## Check\n\n`df -h`") == []


def test_a_label_that_says_for_which_trouble_guards_what_stands_below_it() -> None:
    text = f"1. For disk issues:\n\n   - Clean up:\n\n   ```sh\n   {X}\n   ```\n\n2. Now:\n\n   - Call Ann.\n"
    assert branches(text) == [("For disk issues", [X])]
    assert branches(f"For a quick look:\n\n```sh\n{X}\n```") == []
