/** What policy and flags ask for, in words: pure functions. */
import type { RuleChange, RunbookChange } from "./queries";
import { sideOf } from "./words";

const NAMES: Record<string, string> = {
  governanceMode: "Mode",
  fourEyes: "Four eyes are asked for",
  autoRun: "Safe steps may run by themselves",
  skip: "Steps may be skipped",
  doneByHand: "Steps may be reported as done by hand",
  edit: "Commands may be edited at their gate",
  directPush: "Maintainers may push to the branch",
  maxTimeoutMs: "Milliseconds that a step may take",
  "approvals.minutes": "Minutes that a gate stays open",
  "approvals.quorumSafe": "Members who approve a safe step",
  "approvals.quorumCaution": "Members who approve a caution step",
  "approvals.quorumDangerous": "Members who approve a dangerous step",
  "approvals.roleSafe": "Least role that approves a safe step",
  "approvals.roleCaution": "Least role that approves a caution step",
  "approvals.roleDangerous": "Least role that approves a dangerous step",
};

const VALUES: Record<string, string> = { true: "yes", false: "no" };

export function ruleName(change: RuleChange): string {
  if (change.file === "flags") return `Flag ${change.name}`;
  return NAMES[change.name] ?? change.name.replace(/^rule /, "Rule ");
}

/** A side of it: a rule that is not there has none, a number that nobody says is the server's. */
export function ruleValue(change: RuleChange, side: "before" | "after"): string | null {
  const value = change[side];
  if (value == null) return change.name.startsWith("rule ") ? null : "not said";
  return VALUES[value] ?? value;
}

const NAMED = 8;

/** The steps of a runbook that begin to run without asking, by number and title. */
export function beginning(change: RunbookChange): string {
  const begins = change.steps.map(sideOf).filter((step) => change.beginsAlone.includes(step.number));
  const named = begins.slice(0, NAMED).map((step) => `${step.number} ${step.title}`);
  const more = begins.length > NAMED ? ` and ${begins.length - NAMED} more` : "";
  return named.join(", ") + more;
}

/** `3 steps of 2 runbooks that it does not touch begin to run without asking`. */
export function reachSentence(reached: readonly RunbookChange[]): string {
  const begins = reached.filter((change) => change.beginsAlone.length > 0);
  const steps = begins.reduce((sum, change) => sum + change.beginsAlone.length, 0);
  if (steps === 0 && reached.length > 0)
    return "Fewer steps run by themselves under it, and none that did not";
  if (steps === 0) return "No step in service begins or ends to run by itself under it";
  const runbooks = `${begins.length} ${begins.length === 1 ? "runbook" : "runbooks"}`;
  return `${steps} ${steps === 1 ? "step" : "steps"} of ${runbooks} that it does not touch will run without asking`;
}

/** What a pull request is about, beside its runbooks: `policy.json and flags.json`. */
export function settingsNames(paths: readonly string[]): string {
  return paths.map((path) => path.slice(path.lastIndexOf("/") + 1)).join(" and ");
}
