import { describe, expect, it } from "vitest";
import { newer } from "@/api/queries";
import { mayNotApprove, typed } from "@/pages/execution/arming";
import { changes } from "@/pages/execution/changes";
import { totals } from "@/pages/execution/ended";
import { voicesOf } from "@/pages/execution/facts";
import { beyondFields, missing, toSend } from "@/pages/execution/filling";
import { neighbour } from "@/pages/execution/keys";
import { heard } from "@/pages/execution/live";
import { shownAttempt } from "@/pages/execution/middle";
import {
  type Attempt,
  currentStep,
  type Execution,
  type Gate,
  nodeState,
  pointOfNoReturn,
  railNote,
  type Step,
} from "@/pages/execution/steps";
import { laneOf, ticks } from "@/pages/execution/timeline";
import { stateWord } from "@/ui/execution-states";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 28, 3, 0, seconds)).toISOString();

function step(id: string, more: Partial<Step> = {}): Step {
  return { id, title: id, command: `run ${id}`, risk: "caution", status: "waiting", ...more } as Step;
}

function attempt(id: string, more: Partial<Attempt> = {}): Attempt {
  return { id, kind: "forward", number: 1, status: "succeeded", ...more } as Attempt;
}

function gate(more: Partial<Gate> = {}): Gate {
  const intent = { command: "run b", agent: { id: "agt", name: "home" }, timeoutMs: 1, maxAttempts: 1 };
  return {
    id: "gat_1",
    step: "b",
    kind: "forward",
    risk: "caution",
    quorum: 1,
    leastRole: "responder",
    lapsed: false,
    intentSha256: "sha256:1",
    intent,
    approvals: [],
    ...more,
  } as Gate;
}

function execution(more: Partial<Execution> = {}): Execution {
  return {
    id: "exe",
    version: 7,
    state: "await_approval",
    cursor: "b",
    steps: [step("a"), step("b"), step("c")],
    variables: [],
    prerequisites: [],
    problems: [],
    actions: [],
    createdAt: at(0),
    updatedAt: at(10),
    startedAt: at(0),
    ...more,
  } as unknown as Execution;
}

describe("a gate arms", () => {
  it("only with exactly the name that is shown", () => {
    expect(typed("db-1", "db")).toEqual({ armed: false, text: "2 characters to go", wrong: false });
    expect(typed("db-1", "db-")).toMatchObject({ text: "1 character to go" });
    expect(typed("db-1", "db-2")).toMatchObject({ armed: false, wrong: true });
    expect(typed("db-1", "db-11")).toMatchObject({ armed: false, wrong: true });
    expect(typed("db-1", "DB-1").armed).toBe(false);
    expect(typed("db-1", "db-1").armed).toBe(true);
    expect(typed("\u{1f600}x", "\u{1f600}")).toMatchObject({ text: "1 character to go" });
  });

  it("only for who may, and says why not", () => {
    const me = {
      id: "mem_1",
      role: "responder",
      permissions: ["read", "respond", "approve_caution"],
    } as const;
    const who = { ...me, permissions: [...me.permissions] };
    expect(mayNotApprove(who, gate())).toBeNull();
    expect(mayNotApprove(who, gate({ risk: "dangerous", leastRole: "approver" }))).toContain("approver");
    expect(mayNotApprove(who, gate({ leastRole: "maintainer" }))).toContain("maintainer");
    expect(mayNotApprove(who, gate({ barred: ["mem_1"] }))).toContain("Four eyes");
    const mine = { member: "mem_1", role: "responder", decision: "approve", source: "web", at: at(1) };
    expect(mayNotApprove(who, gate({ quorum: 2, approvals: [mine] }))).toContain("another person");
    expect(mayNotApprove(undefined, gate())).not.toBeNull();
  });
});

describe("the stream", () => {
  it("asks for the view once a version is higher than the one on screen, and never goes back", () => {
    expect(heard({ version: 0, stale: false }, 8, 7)).toEqual({ version: 8, stale: true });
    expect(heard({ version: 8, stale: true }, 8, 8)).toEqual({ version: 8, stale: false });
    expect(heard({ version: 9, stale: false }, 4, 9)).toEqual({ version: 9, stale: false });
    const old = execution({ version: 3 });
    const fresh = execution({ version: 5 });
    expect(newer(old, fresh)).toEqual(fresh);
    expect(newer(fresh, old)).toBe(fresh);
    expect(newer(undefined, old)).toEqual(old);
  });
});

describe("what changed while one decided", () => {
  it("is said: the command, who spoke, what ended, the state", () => {
    const before = execution({ gate: gate() });
    const intent = { ...gate().intent, command: "run other" } as Gate["intent"];
    const edited = changes(
      before,
      execution({ gate: gate({ id: "gat_2", intentSha256: "sha256:2", intent }) }),
    );
    expect(edited[0]).toMatchObject({ was: "run b", now: "run other" });
    const vote = {
      member: "m",
      email: "ada@x",
      role: "approver",
      decision: "approve",
      source: "web",
      at: at(20),
    };
    const ran = execution({
      state: "executing",
      gate: null,
      steps: [step("a"), step("b", { attempts: [attempt("1", { approvals: [vote] })] }), step("c")],
    });
    expect(changes(before, ran).map((one) => one.text)).toEqual([
      "ada@x approved it.",
      "It was: waits for approval. It is: running.",
    ]);
    expect(changes(before, before)).toHaveLength(1);
  });
});

describe("the rail", () => {
  it("marks where it is, what came of the rest, and where there is no way back", () => {
    const x = execution({ gate: gate() });
    expect(currentStep(x)).toMatchObject({ order: 2 });
    expect(nodeState(step("b"), true)).toBe("now");
    expect(nodeState(step("a", { status: "succeeded" }), false)).toBe("done");
    expect(nodeState(step("a", { status: "skipped_by_branch" }), false)).toBe("skipped");
    expect(nodeState(step("a", { status: "ready", rolledBack: true }), false)).toBe("undone");
    const skipped = step("a", { irreversible: true, status: "skipped_by_branch" });
    expect(pointOfNoReturn([skipped, step("b", { irreversible: true })])).toBe("b");
    expect(railNote(step("m", { status: "done_by_hand", answer: "large" }))).toBe("large");
    expect(stateWord({ state: "manual_intervention", unknown: true }).text).toBe("Fate unknown");
    expect(stateWord({ state: "paused", panic: true }).text).toBe("Halted by panic");
    expect(neighbour(x, null, 1)).toBe("c");
    expect(neighbour(x, "c", 1)).toBe("c");
  });
});

describe("before the first step", () => {
  const variable = (name: string, more = {}) => ({
    name,
    bound: false,
    secret: false,
    pattern: ".*",
    ...more,
  });
  const x = execution({
    state: "preflight",
    variables: [variable("host"), variable("key", { secret: true, bound: true })],
    prerequisites: [{ id: "vpn", text: "On the VPN", ticked: false }],
    problems: [
      { code: "variable_missing", name: "host", text: "" },
      { code: "no_agent", name: "a", text: "No agent" },
    ],
  });

  const mine = (text: string, over: string | null = null) => ({ text, over });

  it("asks for what is missing and sends only what was given", () => {
    expect(missing(x, {}, new Set())).toContain("host");
    expect(missing(x, { host: mine("h") }, new Set())).toContain("prerequisites");
    expect(missing(x, { host: mine("h") }, new Set(["vpn"]))).toBeNull();
    expect(toSend(x, { host: mine("h"), key: mine("no") }, new Set(["vpn"]))).toEqual([
      { event: "bind", body: { name: "host", value: "h" } },
      { event: "tick", body: { prerequisite: "vpn" } },
    ]);
    expect(beyondFields(x).map((one) => one.code)).toEqual(["no_agent"]);
  });
});

describe("a finished execution", () => {
  const vote = {
    member: "m",
    name: "Ada",
    role: "approver",
    decision: "approve",
    source: "web",
    at: at(6),
    askedAt: at(2),
  };
  const ran = attempt("1", {
    askedAt: at(2),
    dispatchedAt: at(6),
    startedAt: at(6),
    endedAt: at(10),
    exitCode: 0,
    approvals: [vote],
  });
  const x = execution({
    state: "completed",
    endedAt: at(20),
    steps: [step("a", { status: "succeeded", attempts: [ran] }), step("b", { status: "skipped" })],
  });

  it("says how long, who, and what", () => {
    expect(totals(x)).toEqual({
      tookMs: 20_000,
      ranMs: 4_000,
      commands: 1,
      waitedMs: 4_000,
      longest: { order: 1, ms: 4_000 },
    });
    expect(voicesOf(x)).toMatchObject([{ who: "Ada", order: 1, refused: false }]);
    expect(shownAttempt(x)?.attempt.id).toBe("1");
    const lane = laneOf(x, x.steps[0] as Step);
    expect(lane.bars.map((bar) => [bar.kind, bar.from, bar.to])).toEqual([
      ["wait", 10, 30],
      ["run", 30, 50],
    ]);
    expect(ticks(20_000).map((tick) => tick.text)).toEqual(["+5 s", "+10 s", "+15 s"]);
    // The end has its own words: what is near would lie under them on a phone.
    expect(ticks(5_500).map((tick) => tick.text)).toEqual(["+1 s", "+2 s", "+3 s", "+4 s"]);
  });
});
