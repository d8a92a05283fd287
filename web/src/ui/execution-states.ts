/** The states of an execution in words, the same on every page. */
import type { StatusKind } from "./status";

export interface StateWord {
  kind: StatusKind;
  text: string;
}

const STATES: Record<string, StateWord> = {
  pending: { kind: "todo", text: "Not started" },
  preflight: { kind: "waits", text: "Getting ready" },
  await_approval: { kind: "waits", text: "Waits for approval" },
  await_manual: { kind: "by-hand", text: "Waits for a person" },
  executing: { kind: "running", text: "Running" },
  rolling_back: { kind: "running", text: "Rolling back" },
  rollback_available: { kind: "failed", text: "Failed" },
  paused: { kind: "paused", text: "Paused" },
  manual_intervention: { kind: "attention", text: "Needs a person" },
  completed: { kind: "done", text: "Completed" },
  aborted: { kind: "stopped", text: "Aborted" },
};

const ENDED: ReadonlySet<string> = new Set(["completed", "aborted"]);

/** What is said of an execution in this state. Pure. */
export function stateWord(x: { state: string; panic?: boolean; unknown?: boolean }): StateWord {
  if (x.panic) return { kind: "panic", text: "Halted by panic" };
  if (x.unknown && !ENDED.has(x.state)) return { kind: "unknown", text: "Fate unknown" };
  return STATES[x.state] ?? { kind: "todo", text: x.state.replaceAll("_", " ") };
}
