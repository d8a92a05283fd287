import { describe, expect, it } from "vitest";
import { alertsOf, prerequisitesOf, questionsOf, variablesOf } from "@/pages/pull/document-parts";
import { inReadingOrder } from "@/pages/pull/files-tab";
import { plain } from "@/pages/pull/plain";
import { coverageSentence, sourceRows } from "@/pages/pull/source-lines";
import { keysOf } from "@/pages/runbook/steps";
import { changeSentence } from "@/pages/runbook/versions";
import { unlisted } from "@/pages/runbooks/broken-files";
import { choices, type Item, matches, type Sync, syncState } from "@/pages/runbooks/filter";
import { changedMiddle, parsePatch } from "@/review/diff";
import type { FileDiff, RunbookChange, Source, StepChange, StepFacts } from "@/review/queries";
import {
  aloneSentence,
  formerRisk,
  isTouched,
  keysLabel,
  MERGE_RULES,
  returnSentence,
  simulatedWith,
  tagsOf,
  undoWord,
  waitsBecause,
  waitsSentence,
} from "@/review/words";

const scanned = { risk: "safe", why: "Only reads.", ruleIds: [], spans: [], resources: [] };

function facts(more: Partial<StepFacts> = {}): StepFacts {
  return {
    number: 1,
    id: "look",
    title: "Look",
    command: "df -h",
    answers: [],
    risk: "caution",
    shown: "unknown",
    scanner: { ...scanned, reversibility: "not_needed", scannerVersion: "1", knowledgeVersion: "1" },
    merge: { rule: 4, risk: "caution", reason: "one key", keys: 1 },
    needs: [],
    secrets: [],
    timeoutMs: 60_000,
    retries: 0,
    runsByItself: false,
    waitsBecause: ["risk_not_safe"],
    approvals: 1,
    approver: "responder",
    ...more,
  } as StepFacts;
}

function step(more: Partial<StepChange> = {}): StepChange {
  return { change: "same", moved: false, fields: [], after: facts(), ...more };
}

function change(steps: StepChange[], more: Partial<RunbookChange> = {}): RunbookChange {
  const side = { steps: 1, waits: 1, runsByItself: 0, trustLevel: 1, governance: "strict" as const };
  return {
    path: "runbooks/a.yaml",
    name: "a",
    title: "A",
    change: "changed",
    before: { ...side, profile: ["unknown"] },
    after: { ...side, profile: ["unknown"] },
    steps,
    fields: [],
    beginsAlone: [],
    looser: [],
    endsAlone: [],
    newVerbs: [],
    newResources: [],
    newTargets: [],
    newPrivileges: [],
    places: [],
    ...more,
  };
}

describe("the words of a review", () => {
  it("names the missing key, and does not where both looked", () => {
    expect(keysLabel(facts())).toBe("scanner says safe · 1 of 2 keys");
    const both = facts({ merge: { rule: 5, risk: "safe", reason: "both", keys: 2 } });
    expect(keysLabel(both)).toBeNull();
    expect(keysLabel(facts({ scanner: null, merge: null }))).toBeNull();
    const row = { found: { scanner: "caution", rule: 2, keys: 1, spans: [] } } as never;
    expect(keysOf(row)).toBe("scanner says caution · 1 of 2 keys");
  });

  it("tells added, changed, moved and removed steps, and what was safer before", () => {
    expect(tagsOf(step({ change: "changed", moved: true, was: 4 }))).toEqual(["Changed", "Moved from 4"]);
    expect(isTouched(step())).toBe(false);
    expect(isTouched(step({ moved: true, was: 2 }))).toBe(true);
    const raised = step({
      change: "changed",
      before: facts({ shown: "safe" }),
      after: facts({ shown: "dangerous" }),
    });
    expect(formerRisk(raised)).toBe("safe");
    expect(formerRisk(step())).toBeNull();
  });

  it("says what begins to run without asking", () => {
    const alone = facts({ number: 9, runsByItself: true });
    const side = {
      steps: 9,
      waits: 8,
      runsByItself: 1,
      profile: [],
      trustLevel: 2,
      governance: "audit" as const,
    };
    const found = change([step({ change: "added", after: alone })], { after: side, beginsAlone: [9] });
    expect(aloneSentence(found)).toBe("Step 9 will run without asking");
    expect(aloneSentence(change([step()]))).toBe("Every step waits for a person");
    expect(aloneSentence(change([step()], { after: side, endsAlone: [2] }))).toBe("Fewer than before");
    expect(aloneSentence(change([], { after: null, change: "retired" }))).toContain("Nothing");
    expect(simulatedWith({ ...side, policyCommit: "b41f0e2aaaaa" })).toBe(
      "policy b41f0e2, trust level 2, audit mode",
    );
  });

  it("says what waits and where nothing can be taken back", () => {
    const added = step({ change: "added", after: facts({ number: 2 }) });
    expect(waitsSentence(change([step(), added]))).toBe("Step 2 is new; each at its own gate");
    const last = facts({ number: 3, title: "Delete it", confirm: "db-1" });
    const side = {
      steps: 3,
      waits: 3,
      runsByItself: 0,
      profile: [],
      trustLevel: 1,
      governance: "strict" as const,
    };
    const found = change([step({ after: last })], { after: { ...side, pointOfNoReturn: 3 } });
    expect(returnSentence(found)).toBe("Delete it, typed");
    expect(returnSentence(change([step()]))).toBe("Nothing of it is dangerous");
  });

  it("has words for rollbacks and hindrances", () => {
    expect(undoWord(facts())).toBe("None given");
    expect(undoWord(facts({ rollback: "true" }))).toBe("A command");
    expect(undoWord(facts({ rollbackImpossible: "gone" }))).toBe("Not possible");
    expect(undoWord(facts({ command: null }))).toBe("");
    expect(waitsBecause(["risk_not_safe", "new_word"])).toBe("it is not safe by both keys, new word");
    expect(MERGE_RULES).toHaveLength(5);
  });

  it("counts what a version changed", () => {
    expect(changeSentence(change([step(), step({ change: "added" }), step({ moved: true })]))).toBe(
      "Steps: 1 added, 1 moved",
    );
    expect(changeSentence(change([step()]))).toBe("The steps are the same");
  });
});

describe("a diff", () => {
  it("has both numberings, gaps and the note of a missing newline", () => {
    const patch =
      "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -3,2 +3,2 @@ spec:\n same\n-old\n+new\n\\ No newline at end of file\n";
    expect(parsePatch(patch)).toEqual([
      { kind: "gap", text: "spec:", old: null, new: null },
      { kind: "same", text: "same", old: 3, new: 3 },
      { kind: "removed", text: "old", old: 4, new: null },
      { kind: "added", text: "new", old: null, new: 4 },
      { kind: "note", text: "No newline at end of file", old: null, new: null },
    ]);
    expect(parsePatch("--- a/x\n+++ b/x\n")).toEqual([]);
  });

  it("keeps a line that looks like a header as content", () => {
    const lines = parsePatch("@@ -1 +1 @@\n--- a\n+++ b\n");
    expect(lines.map((line) => [line.kind, line.text])).toEqual([
      ["gap", ""],
      ["removed", "-- a"],
      ["added", "++ b"],
    ]);
  });

  it("marks the words in the middle that differ", () => {
    const [before, after] = changedMiddle("scale it --to=0 now", "scale it --to=1 now");
    expect(before.filter((piece) => piece.changed).map((piece) => piece.text)).toEqual(["--to=0"]);
    expect(after.map((piece) => piece.text).join("")).toBe("scale it --to=1 now");
    expect(changedMiddle("", "all new")[1]).toEqual([{ text: "all new", changed: true }]);
    expect(
      changedMiddle("a a a", "a a")[0]
        .map((piece) => piece.text)
        .join(""),
    ).toBe("a a a");
  });

  it("puts runbooks before settings before the rest", () => {
    const file = (path: string) => ({ path, status: "added", additions: 1, deletions: 0 }) as FileDiff;
    const files = [file("decisions/a.json"), file("policy.json"), file("runbooks/b.yaml")];
    expect(inReadingOrder(files).map((one) => one.path)).toEqual([
      "runbooks/b.yaml",
      "policy.json",
      "decisions/a.json",
    ]);
  });
});

describe("the source", () => {
  const source = {
    text: "# Disk\n\ndf -h\nbye",
    lines: [
      { line: 1, endLine: 1, fate: "title", detail: "" },
      { line: 4, endLine: 99, fate: "ignored", detail: "a greeting" },
    ],
    steps: [{ id: "look", title: "Look", line: 3, endLine: 3 }],
    sentences: 3,
    accounted: 3,
    byFate: { step: 1, title: 1, ignored: 1 },
  } as unknown as Source;

  it("says of each line what became of it", () => {
    expect(sourceRows(source).map((row) => [row.kind, row.fate])).toEqual([
      ["kept", "title"],
      ["none", null],
      ["step", "step 1, Look"],
      ["ignored", "left out: a greeting"],
    ]);
    expect(coverageSentence(source)).toBe("3 of 3 sentences: 1 step, 1 title, 1 ignored");
    expect(coverageSentence({ ...source, sentences: null })).toBeNull();
  });
});

describe("texts from outside", () => {
  it("reads entities and leaves everything else as it is", () => {
    expect(plain("a &#96;b&#96; &#64;&#8288;c &amp; &nope; &#9999999;")).toBe("a `b` @c & &nope; &#9999999;");
    expect(plain("&#60;script&#62;")).toBe("<script>");
  });

  it("reads a document of any form", () => {
    const document = {
      spec: {
        alerts: [{ labels: { alertname: "X", severity: ["a", "b"], ns: { pattern: "p.*" } } }],
        variables: [{ name: "host", example: "db-1", source: "alert.labels.pod" }, "nonsense"],
        prerequisites: [{ text: "Be on the VPN" }],
        ambiguities: [{ question: "Which?", text: "the host" }],
      },
    };
    expect(alertsOf(document)).toEqual(["any: alertname = X, severity = a or b, ns = /p.*/"]);
    expect(variablesOf(document)[0]).toEqual({ name: "host", note: "e.g. db-1, from alert.labels.pod" });
    expect(prerequisitesOf(document)).toEqual(["Be on the VPN"]);
    expect(questionsOf(document)).toEqual([{ question: "Which?", text: "the host" }]);
    for (const odd of [null, undefined, 7, [], { spec: { alerts: 1, variables: {} } }]) {
      expect([alertsOf(odd), variablesOf(odd)]).toEqual([[], []]);
    }
  });
});

describe("the list of runbooks", () => {
  const item = {
    id: "rbk_1",
    name: "disk-full",
    title: "A disk is full",
    service: "hosts",
    path: "runbooks/disk.yaml",
    state: "ok",
    commit: "c".repeat(40),
    owners: ["@acme/sre"],
    profile: ["unknown", "dangerous"],
    repository: { id: "rpo_1", name: "runbooks" },
  } as unknown as Item;
  const sync = (state: string) => ({ items: [{ id: "rpo_1", state, brokenFiles: [] }] }) as unknown as Sync;

  it("filters by what its address says", () => {
    expect(matches(item, { q: "disk sre" }, undefined)).toBe(true);
    expect(matches(item, { q: "disk ops" }, undefined)).toBe(false);
    expect(matches(item, { risk: "dangerous", owner: "@acme/sre", service: "hosts" }, undefined)).toBe(true);
    expect(matches(item, { service: "other" }, undefined)).toBe(false);
    expect(matches(item, { run: "never" }, undefined)).toBe(true);
    expect(matches(item, { sync: "not" }, sync("synced"))).toBe(false);
    expect(matches(item, { sync: "not" }, sync("behind"))).toBe(true);
    expect(choices([item, item], (one) => [one.service])).toEqual(["hosts"]);
  });

  it("says how far git and what serves agree", () => {
    expect(syncState(item, sync("synced"))).toEqual({ kind: "synced", word: "Synced", detail: "ccccccc" });
    expect(syncState(item, sync("behind")).word).toBe("Behind");
    const broken = {
      ...item,
      state: "stale_invalid",
      error: { line: 41, reason: "unknown key timout" },
    } as Item;
    expect(syncState(broken, sync("synced")).detail).toBe("line 41: unknown key timout");
    expect(syncState(item, undefined).kind).toBe("unknown");
  });

  it("does not say of a runbook what is wrong with another file of its repository", () => {
    const broken = (more: Record<string, unknown>) =>
      ({
        items: [{ id: "rpo_1", state: "broken", brokenFiles: [], head: "a", syncedCommit: "a", ...more }],
      }) as unknown as Sync;
    expect(syncState(item, broken({ broken: 1 }))).toEqual({
      kind: "synced",
      word: "Synced",
      detail: "ccccccc",
    });
    expect(syncState(item, broken({ broken: 1, head: "b" })).word).toBe("Behind");
    expect(syncState(item, broken({ error: "no route to it" }))).toEqual({
      kind: "broken",
      word: "Not synced",
      detail: "no route to it",
    });
  });

  it("shows broken files that no row stands for", () => {
    const file = { path: "runbooks/new.yaml", line: 3, reason: "unknown key" };
    const known = { path: "runbooks/disk.yaml", reason: "unknown key" };
    const found = unlisted(
      { items: [{ id: "rpo_1", name: "runbooks", brokenFiles: [file, known] }] } as unknown as Sync,
      [item],
    );
    expect(found).toEqual([
      { repository: "runbooks", path: "runbooks/new.yaml", line: 3, reason: "unknown key" },
    ]);
  });
});
