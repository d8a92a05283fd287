/** What a page says of an execution and its steps: pure, from what the controller gave. */
import type { Schemas } from "@/api/client";
import type { NodeState } from "@/ui/rail";
import { type RiskWord, shownRisk } from "@/ui/risk";
import { seconds } from "@/ui/time";

export type Execution = Schemas["ExecutionShape"];
export type Step = Schemas["StepState"];
export type Attempt = Schemas["AttemptShape"];
export type Gate = Schemas["GateShape"];

export function isOver(x: Execution): boolean {
  return x.state === "completed" || x.state === "aborted";
}

/** Before the first step: what is missing is asked for. */
export function isBefore(x: Execution): boolean {
  return x.state === "pending" || x.state === "preflight";
}

/** The step that it is at, and its number from 1; none before the start and after the end. */
export function currentStep(x: Execution): { step: Step; order: number } | null {
  if (isOver(x) || isBefore(x)) return null;
  const id = x.gate?.step ?? x.cursor;
  const index = x.steps.findIndex((step) => step.id === id);
  const step = x.steps[index];
  return step ? { step, order: index + 1 } : null;
}

const ENDED: Partial<Record<string, NodeState>> = {
  succeeded: "done",
  failed: "failed",
  failed_accepted: "failed",
  skipped: "skipped",
  skipped_by_branch: "skipped",
  done_by_hand: "by-hand",
};

export function nodeState(step: Step, isCurrent: boolean): NodeState {
  if (isCurrent) return "now";
  if (step.rolledBack && step.status !== "succeeded") return "undone";
  return ENDED[step.status] ?? "todo";
}

/** Whether the step is behind: it ended, one way or another. */
export function isBehind(step: Step): boolean {
  return step.status in ENDED;
}

export function riskOf(step: Step): RiskWord {
  return shownRisk({ command: step.command, risk: step.risk, unknown: step.unknown });
}

export function gateRisk(gate: Gate): RiskWord {
  return shownRisk({ command: gate.intent?.command ?? "?", risk: gate.risk, unknown: gate.unknown });
}

/** The risk of a step as it is asked about now: at its gate that of what would run, a rollback's too. */
export function riskAt(x: Execution, step: Step): RiskWord {
  return x.gate?.step === step.id ? gateRisk(x.gate) : riskOf(step);
}

export function lastAttempt(step: Step): Attempt | undefined {
  return step.attempts?.at(-1);
}

/** Milliseconds that an attempt ran; null while it runs or where it never did. */
export function ranMs(attempt: Attempt): number | null {
  if (!attempt.startedAt || !attempt.endedAt) return null;
  return Math.max(0, Date.parse(attempt.endedAt) - Date.parse(attempt.startedAt));
}

/** `exit 0`, `signal 15`, `refused: expired`, `lost`. */
export function resultText(attempt: Attempt): string {
  if (attempt.refusal) return `refused: ${attempt.refusal.replaceAll("_", " ").toLowerCase()}`;
  if (attempt.signal != null) return `signal ${attempt.signal}`;
  if (attempt.exitCode != null) return `exit ${attempt.exitCode}`;
  return attempt.status.replaceAll("_", " ");
}

/** Who approved an attempt: `ada`, `ada and kim`; by itself where policy did. */
export function approvedBy(attempt: Attempt): string {
  const names = attempt.approvals?.map(personOf) ?? [];
  if (names.length > 0) return names.join(" and ");
  return attempt.kind === "manual" ? "by hand" : "ran by itself";
}

export function personOf(approval: { name?: string | null; email?: string | null; member: string }): string {
  return approval.name || approval.email || approval.member;
}

/** What stands under a step in the rail, behind the risk. */
export function railNote(step: Step): string {
  const attempt = lastAttempt(step);
  if (step.status === "skipped_by_branch") return "not needed";
  if (step.status === "skipped") return "skipped";
  if (step.answer) return step.answer;
  if (step.status === "done_by_hand") return "done by hand";
  if (!attempt || !isBehind(step)) return step.rolledBack ? "rolled back" : "";
  const ran = ranMs(attempt);
  const parts = [shortName(approvedBy(attempt))];
  if (attempt.exitCode) parts.push(`exit ${attempt.exitCode}`);
  if (ran !== null && attempt.kind !== "manual") parts.push(seconds(ran));
  // What belongs together is not broken: `0.7 s` stays on one line.
  return parts.map((part) => part.replaceAll(" ", "\u00a0")).join(" · ");
}

/** `you` of `you@localhost`: enough where the whole name stands beside it. */
function shortName(who: string): string {
  return who.replaceAll(/@[^ ]+/g, "");
}

/** The first step that nothing takes back and that may still run or has run: the line is drawn before it. */
export function pointOfNoReturn(steps: readonly Step[]): string | null {
  const found = steps.find(
    (step) => step.irreversible && step.status !== "skipped" && step.status !== "skipped_by_branch",
  );
  return found?.id ?? null;
}

/** `01:41`: when a step ended, counted from the start. */
export function sinceStart(x: Execution, at: string | null | undefined): number | null {
  if (!x.startedAt || !at) return null;
  return Math.max(0, Date.parse(at) - Date.parse(x.startedAt));
}

/** When the last thing happened to a step. */
export function endedAt(step: Step): string | null {
  return lastAttempt(step)?.endedAt ?? null;
}
