"""A sync as a decision: values in, values out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Set
from dataclasses import replace
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.governance.documents import JudgedFile, JudgedRunbook
from controller.sync.claims import Found
from controller.sync.plan import Plan, plan_sync
from controller.sync.results import Totals
from controller.sync.state import FileRow, Known, RunbookRow
from schemas.errors import Place
from schemas.flags import Flag, Flags
from schemas.policy import Policy

COMMIT = "c" * 40


def ids() -> Callable[[], UUID]:
    counter = itertools.count(1000)
    return lambda: UUID(int=next(counter))


def good(path: str, name: str, content: str = "1") -> Found:
    runbook = JudgedRunbook(name, name.title(), "", {"name": name, "content": content}, (), 0, (3, 9))
    judged = JudgedFile(path, "runbook", digest(name + content), b"", runbook=runbook, name=name)
    return Found(path, "runbook", blob(name + content), judged)


def bad(path: str, name: str = "") -> Found:
    place = Place(7, 3, "spec.steps", "this is wrong", code="invalid")
    judged = JudgedFile(path, "runbook", digest("bad" + name), b"", places=(place,), name=name)
    return Found(path, "runbook", blob("bad" + name), judged)


def gone(path: str) -> Found:
    return Found(path, "runbook", None)


def skipped(path: str) -> Found:
    return Found(path, "runbook", None, skipped="it is a symbolic link, not a file")


def digest(text: str) -> str:
    return "sha256:" + text.encode().hex().ljust(64, "0")[:64]


def blob(text: str) -> str:
    return text.encode().hex().ljust(40, "0")[:40]


def apply(known: Known, plan: Plan) -> Known:
    """What the rows say after a plan was written."""
    files = dict(known.files) | {row.path: row for row in plan.files}
    runbooks = dict(known.runbooks)
    shas = {version.id: version.file.content_sha256 for version in plan.versions}
    for change in plan.runbooks:
        runbooks[change.name] = RunbookRow(
            change.id, change.name, change.path, change.version_id, shas[change.version_id], False
        )
    for row, path in plan.moved:
        runbooks[row.name] = replace(row, path=path)
    for row in plan.retired:
        runbooks[row.name] = RunbookRow(
            row.id, row.name, row.path, row.current_version_id, row.current_sha256, True
        )
    versions = dict(known.versions) | {(v.runbook_id, v.file.content_sha256): v.id for v in plan.versions}
    return Known(files, runbooks, versions)


def totals_of(known: Known) -> Totals:
    """All of the rows counted, as `sync_totals` does."""
    files = known.files.values()
    return Totals(
        sum(not row.retired for row in known.runbooks.values()),
        sum(row.is_kept_out for row in files),
        sum(row.state == "skipped" and row.kind == "other" for row in files),
    )


def synced(*found: Found) -> Known:
    return apply(Known(), plan_sync(Known(), found, COMMIT, ids()))


def test_a_new_file_is_a_runbook_a_version_and_a_file() -> None:
    plan = plan_sync(Known(), [good("a.yaml", "disk")], COMMIT, ids())
    (change,), (version,), (file,) = plan.runbooks, plan.versions, plan.files
    assert (change.name, change.path, change.is_new, version.is_new) == ("disk", "a.yaml", True, True)
    assert (file.state, file.commit_oid, file.serving_version_id) == ("ok", COMMIT, change.version_id)


def test_the_same_again_is_nothing() -> None:
    known = synced(good("a.yaml", "disk"), bad("b.yaml"))
    plan = plan_sync(known, [good("a.yaml", "disk"), bad("b.yaml")], "d" * 40, ids())
    assert plan == Plan()


def test_two_runbooks_change_names_with_each_other() -> None:
    known = synced(good("a.yaml", "x"), good("b.yaml", "y"))
    plan = plan_sync(known, [good("a.yaml", "y", "2"), good("b.yaml", "x", "2")], COMMIT, ids())
    assert {change.name: change.path for change in plan.runbooks} == {"x": "b.yaml", "y": "a.yaml"}
    assert (plan.rejected, plan.retired) == ((), ())
    assert {change.id for change in plan.runbooks} == {row.id for row in known.runbooks.values()}


def named(item: Found, name: str) -> Found:
    assert item.judged is not None
    return replace(item, judged=replace(item.judged, name=name))


def test_a_runbook_that_one_commit_moves_and_breaks_goes_on_serving_under_its_new_path() -> None:
    known = synced(good("a.yaml", "disk"), good("z.yaml", "net"))
    broken = bad("b.yaml")
    like = replace(broken, came_from="a.yaml")
    for item in (named(broken, "disk"), like, named(like, "disk")):
        plan = plan_sync(known, [gone("a.yaml"), item], COMMIT, ids())
        assert (plan.retired, [path for _, path in plan.moved]) == ((), [item.path])
        assert plan.rejected[0].serving_version_id == known.runbooks["disk"].current_version_id
        after = apply(known, plan)
        mended = plan_sync(after, [good(item.path, "disk", "2")], COMMIT, ids())
        assert [(each.name, each.path) for each in mended.runbooks] == [("disk", item.path)]
        assert mended.rejected == ()
        dropped = plan_sync(after, [gone(item.path)], COMMIT, ids())
        assert [row.name for row in dropped.retired] == ["disk"]


def serving(known: Known) -> dict[str, str]:
    return {row.name: row.path for row in known.runbooks.values() if not row.retired}


def test_r43_a_file_that_is_moved_and_broken_carries_its_runbook_on() -> None:
    known = synced(good("a.yaml", "disk"), good("z.yaml", "net"))
    plan = plan_sync(known, [gone("a.yaml"), bad("b.yaml", "disk"), bad("c.yaml", "disk")], COMMIT, ids())
    assert (plan.retired, [path for _, path in plan.moved]) == ((), ["b.yaml"])
    versions = {each.path: each.serving_version_id for each in plan.rejected}
    assert versions == {"b.yaml": known.runbooks["disk"].current_version_id, "c.yaml": None}
    after = apply(known, plan)
    mended = plan_sync(after, [good("b.yaml", "disk", "2")], COMMIT, ids())
    assert [(each.name, each.path, each.is_new) for each in mended.runbooks] == [("disk", "b.yaml", False)]
    assert [row.name for row in plan_sync(after, [gone("b.yaml")], COMMIT, ids()).retired] == ["disk"]
    sound = [gone("a.yaml"), bad("b.yaml", "disk"), good("c.yaml", "disk", "2")]
    assert serving(apply(known, plan_sync(known, sound, COMMIT, ids())))["disk"] == "c.yaml"
    reused = [good("a.yaml", "new"), bad("b.yaml", "disk")]
    assert serving(apply(known, plan_sync(known, reused, COMMIT, ids())))["disk"] == "b.yaml"


def test_r43_a_file_that_is_gone_waits_for_those_that_may_be_it() -> None:
    known = synced(good("a.yaml", "disk"), good("z.yaml", "net"))
    brought = [bad("b.yaml"), skipped("c.yaml"), bad("d.yaml", "never-served"), bad("e.yaml", "net")]
    plan = plan_sync(known, [gone("a.yaml"), *brought], COMMIT, ids())
    rows = {row.path: row for row in plan.files}
    assert (plan.retired, plan.moved, rows["a.yaml"].is_awaited) == ((), (), True)
    assert rows["a.yaml"].may_be_at == ("b.yaml", "c.yaml", "d.yaml")
    told = next(each for each in plan.rejected if each.path == "a.yaml")
    assert (told.place.code, told.serving_version_id) == (
        "perhaps_moved", known.runbooks["disk"].current_version_id,
    )  # fmt: skip
    assert "b.yaml, c.yaml, d.yaml may be it" in (rows["a.yaml"].error_reason or "")
    known = apply(known, plan)
    both = [gone("a.yaml"), *brought]
    assert plan_sync(known, both, "d" * 40, ids()) == Plan()
    # it is one of them, wherever it lies by now
    found = [gone("a.yaml"), gone("b.yaml"), bad("x.yaml"), *brought[2:]]
    known = apply(known, plan_sync(known, found, COMMIT, ids()))
    assert known.files["a.yaml"].may_be_at == ("c.yaml", "d.yaml", "x.yaml")
    itself = plan_sync(known, [gone("a.yaml"), good("x.yaml", "disk", "2")], COMMIT, ids())
    assert serving(apply(known, itself))["disk"] == "x.yaml"
    # all of them say that they are something else, or go
    plain = [gone("a.yaml"), good("x.yaml", "other"), gone("c.yaml"), gone("d.yaml")]
    plan = plan_sync(known, plain, COMMIT, ids())
    assert [row.name for row in plan.retired] == ["disk"]
    assert apply(known, plan).files["a.yaml"].state == "retired"


def test_a_deletion_alone_retires_whatever_was_broken_before() -> None:
    known = synced(good("a.yaml", "disk"), bad("b.yaml"), skipped("c.yaml"), good("z.yaml", "net"))
    plan = plan_sync(known, [gone("a.yaml"), bad("b.yaml"), good("n.yaml", "new")], COMMIT, ids())
    assert ([row.name for row in plan.retired], plan.moved) == (["disk"], ())


def test_a_name_change_retires_the_old_runbook() -> None:
    known = synced(good("a.yaml", "old"))
    plan = plan_sync(known, [good("a.yaml", "new")], COMMIT, ids())
    assert [row.name for row in plan.retired] == ["old"]
    assert [change.name for change in plan.runbooks] == ["new"]


def test_a_file_that_takes_a_taken_name_keeps_what_it_served() -> None:
    known = synced(good("a.yaml", "x"), good("b.yaml", "y"))
    plan = plan_sync(known, [good("b.yaml", "x", "2")], COMMIT, ids())
    (rejected,) = plan.rejected
    assert (rejected.path, rejected.place.code, rejected.place.line) == ("b.yaml", "duplicate_name", 3)
    assert rejected.serving_version_id == known.runbooks["y"].current_version_id
    assert (plan.retired, plan.runbooks) == ((), ())


def test_of_two_new_files_with_one_name_the_first_path_has_it() -> None:
    plan = plan_sync(Known(), [good("b.yaml", "x"), good("a.yaml", "x", "2")], COMMIT, ids())
    assert [change.path for change in plan.runbooks] == ["a.yaml"]
    assert [rejected.path for rejected in plan.rejected] == ["b.yaml"]


def test_a_bad_or_skipped_file_keeps_its_name_against_a_newcomer() -> None:
    for broken in (bad("a.yaml"), skipped("a.yaml")):
        known = synced(good("a.yaml", "x"))
        plan = plan_sync(known, [broken, good("b.yaml", "x", "2")], COMMIT, ids())
        assert (plan.runbooks, plan.retired) == ((), ())
        rows = {row.path: row for row in plan.files}
        assert rows["a.yaml"].serving_version_id == known.runbooks["x"].current_version_id
        assert rows["b.yaml"].state == "stale_invalid"


def test_a_policy_comes_stays_and_goes() -> None:
    item = Found(
        "policy.json",
        "policy",
        blob("p"),
        JudgedFile("policy.json", "policy", digest("p"), b"", policy=Policy()),
    )
    plan = plan_sync(Known(), [item], COMMIT, ids())
    assert (plan.policy, plan.policy_sha256, plan.policy_changes) == (Policy(), digest("p"), True)
    assert not plan_sync(Known(policy=digest("p")), [item], COMMIT, ids()).policy_changes
    wrong = Found("policy.json", "policy", blob("q"), bad("policy.json").judged)
    kept = plan_sync(Known(policy=digest("p")), [wrong], COMMIT, ids())
    assert (kept.policy_changes, kept.policy_sha256) == (False, digest("p"))
    left = plan_sync(Known(policy=digest("p")), [Found("policy.json", "policy", None)], COMMIT, ids())
    assert (left.policy_changes, left.policy_sha256, left.policy) == (True, None, None)


def test_flags_say_what_switches() -> None:
    flags = Flags(flags={"edit": Flag(enabled=False), "retry": Flag(enabled=True)})
    item = Found(
        "flags.json", "flags", blob("f"), JudgedFile("flags.json", "flags", digest("f"), b"", flags=flags)
    )
    plan = plan_sync(Known(flags={"alerts": False}), [item], COMMIT, ids())
    assert plan.flags == {"alerts": (False, True), "edit": (True, False)}


PATHS = ["a.yaml", "b.yaml", "c.yaml", "d.yaml"]
NAMES = ["x", "y", "z"]
CONTENT = st.one_of(
    st.none(),
    st.sampled_from(["bad", "skipped", "bad x", "bad y", "bad w"]),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["1", "2"])),
)


def found_of(path: str, content: object) -> Found:
    if content is None:
        return gone(path)
    if content == "skipped":
        return skipped(path)
    if isinstance(content, str):
        return bad(path, content.removeprefix("bad").strip())
    assert isinstance(content, tuple)
    return good(path, content[0], content[1])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(PATHS, CONTENT)), min_size=1, max_size=6))
def test_i9_the_rows_equal_one_commits_tree(trees: list[dict[str, object]]) -> None:
    """After every commit: each file of the tree is served at its content, or marked with its last good
    version and a reason; no name is carried twice; syncing the same again is nothing; and no name that served
    stops serving while a file that can't serve may be its own, moved (R43).
    """
    new_id = ids()
    known, before = Known(), dict.fromkeys(PATHS)
    may_be: dict[str, set[str]] = {}
    for number, tree in enumerate(trees):
        found = [found_of(path, content) for path, content in tree.items()]
        plan = plan_sync(known, found, f"{number:040x}", new_id)
        counted = totals_of(known).after(known, plan)
        served, known = serving(known), apply(known, plan)
        assert counted == totals_of(known), "what a plan touches says how the totals change"
        active = [row for row in known.runbooks.values() if not row.retired]
        assert len({row.path for row in active}) == len(active)
        for path, content in tree.items():
            check_file(known.files.get(path), content, active)
        for row in active:
            assert tree[row.path] is not None or known.files[row.path].may_be_at, "it serves from nothing"
        check_nothing_lost(served, serving(known), before, tree, may_be)
        assert plan_sync(known, found, "f" * 40, new_id) == Plan()
        before = dict(tree)


def check_nothing_lost(
    served: dict[str, str],
    serves: dict[str, str],
    before: dict[str, object],
    tree: dict[str, object],
    may_be: dict[str, set[str]],
) -> None:
    """By the trees alone; `may_be` has, of names whose file went, the paths that were unclear since."""
    taken = served.keys() | {content[0] for content in tree.values() if isinstance(content, tuple)}
    for name, path in served.items():
        unclear = {each for each, content in tree.items() if says_no_other(content, name, taken)}
        new = {each for each in unclear if tree[each] != before[each]}
        if tree[path] is not None:
            left = set[str]() if isinstance(tree[path], tuple) else {path}
        elif name in may_be:
            moved_on = any(tree[each] is None for each in may_be[name])
            left = (may_be[name] & unclear) | (new if moved_on else set())
        else:
            left = new
        claims = any(isinstance(content, tuple) and content[0] == name for content in tree.values())
        says = [each for each, content in tree.items() if content == f"bad {name}"]
        free = [each for each in says if tree[path] is None or each not in served.values()]
        goes_on = bool(left) or claims or bool(free)
        may_be.pop(name, None)
        if tree[path] is None and serves.get(name) == path:
            may_be[name] = left.union(says)
        assert name in serves or not goes_on
        assert name not in serves or goes_on or tree[path] is not None, "it was deleted and serves on"


def says_no_other(content: object, name: str, taken: Set[str]) -> bool:
    if not isinstance(content, str):
        return False
    said = content.removeprefix("bad").strip() if content.startswith("bad") else ""
    return said in {"", name} or said not in taken


def check_file(row: FileRow | None, content: object, active: list[RunbookRow]) -> None:
    if content is None:
        assert row is None or row.state == "retired" or row.is_awaited
        return
    assert row is not None
    served = {runbook.current_version_id: runbook for runbook in active}
    if row.state == "ok":
        assert isinstance(content, tuple)
        runbook = served[row.serving_version_id]
        assert (runbook.name, runbook.path) == (content[0], row.path)
        assert runbook.current_sha256 == digest(content[0] + content[1])
        return
    assert row.state == ("skipped" if content == "skipped" else "stale_invalid")
    assert row.error_reason
    if row.serving_version_id is not None:
        assert served[row.serving_version_id].path == row.path
