/** What a review says in words: pure functions, so that the honest labels are tested. */
import type { RiskWord } from "@/ui/risk";
import type { Outlook, RunbookChange, StepChange, StepFacts } from "./queries";

/** The five merge rules, in order; the first that applies decides. */
export const MERGE_RULES: readonly string[] = [
  "Scanner dangerous: dangerous",
  "Scanner caution: caution, or dangerous if the advisor says so",
  "Scanner unknown: caution, or dangerous if the advisor says so",
  "Scanner safe, advisor higher or not asked: what the advisor says, unknown without one",
  "Both safe: safe",
];

/** The side that a step is shown by: as it will be, or as it was where it goes. */
export function sideOf(step: StepChange): StepFacts {
  const side = step.after ?? step.before;
  if (!side) throw new Error("a step of a review has neither side");
  return side;
}

/** Identity of a step in a review: an id may stand on both sides as different steps. */
export function keyOf(step: StepChange): string {
  return `${step.after ? "new" : "old"}-${sideOf(step).id}`;
}

export function tagsOf(step: StepChange): string[] {
  const tags: string[] = [];
  if (step.change === "added") tags.push("Added");
  if (step.change === "removed") tags.push("Removed");
  if (step.change === "changed") tags.push("Changed");
  if (step.moved) tags.push(`Moved from ${step.was}`);
  return tags;
}

export function isTouched(step: StepChange): boolean {
  return step.change !== "same" || step.moved;
}

/** `scanner says safe · 1 of 2 keys`: said where the second key has not looked. */
export function keysLabel(step: StepFacts): string | null {
  if (!step.scanner || !step.merge || step.merge.keys === 2) return null;
  return `scanner says ${step.scanner.risk} · 1 of 2 keys`;
}

/** The risk before, where it was another one. */
export function formerRisk(step: StepChange): RiskWord | null {
  if (!step.before || !step.after || step.before.shown === step.after.shown) return null;
  return step.before.shown;
}

export function undoWord(step: StepFacts): string {
  if (!step.command) return "";
  if (step.rollback) return "A command";
  return step.rollbackImpossible ? "Not possible" : "None given";
}

export function confidence(thousandths: number): string {
  return (thousandths / 1000).toFixed(2);
}

const HINDRANCES: Record<string, string> = {
  manual: "a person does it",
  risk_not_safe: "it is not safe by both keys",
  trust_below_copilot: "the trust level is below 2",
  governance_strict: "governance is strict",
  flag_off: "the flag auto-run is off",
  open_ambiguity: "a question it depends on is open",
  when_reads_output: "its condition reads output",
};

export function waitsBecause(codes: readonly string[]): string {
  return codes.map((code) => HINDRANCES[code] ?? code.replaceAll("_", " ")).join(", ");
}

function numbers(steps: readonly number[]): string {
  if (steps.length === 1) return `Step ${steps[0]}`;
  const shown = steps.slice(0, 3).join(", ");
  return `Steps ${shown}${steps.length > 3 ? ` and ${steps.length - 3} more` : ""}`;
}

/** One sentence under "Runs by itself". */
export function aloneSentence(change: RunbookChange): string {
  const now = (change.after ?? change.before)?.runsByItself ?? 0;
  if (change.beginsAlone.length > 0) {
    const said = `${numbers([...change.beginsAlone])} will run without asking`;
    const more = change.looser.length > 3 ? "; and more, in the check" : "";
    return change.looser.length > 0 ? `${said}: ${change.looser.slice(0, 3).join("; ")}${more}` : said;
  }
  if (!change.after) return "Nothing of it runs any more";
  if (now === 0) return "Every step waits for a person";
  return change.endsAlone.length > 0 ? "Fewer than before" : "The same steps as before";
}

/** One sentence under "Waits for a person". */
export function waitsSentence(change: RunbookChange): string {
  const added = change.steps
    .filter((step) => step.change === "added" && step.after && !step.after.runsByItself)
    .map((step) => sideOf(step).number);
  const by = change.after ?? change.before;
  const manual = by?.profile.filter((risk) => risk === "manual").length ?? 0;
  const said = manual > 0 ? `${manual} of them done by hand` : "each at its own gate";
  if (change.before && added.length > 0)
    return `${numbers(added)} ${added.length > 1 ? "are" : "is"} new; ${said}`;
  return said.charAt(0).toUpperCase() + said.slice(1);
}

/** One sentence under "Point of no return". */
export function returnSentence(change: RunbookChange): string {
  const number = change.after?.pointOfNoReturn;
  if (!change.after) return "Nothing of it runs any more";
  if (number == null) {
    const isTame = !change.after.profile.includes("dangerous");
    return isTame ? "Nothing of it is dangerous" : "Every dangerous step has a rollback";
  }
  const step = change.steps.find((item) => item.after?.number === number)?.after;
  return step ? `${step.title}${step.confirm ? ", typed" : ""}` : "";
}

/** `simulated with policy b41f0e2, trust level 2, audit mode`. */
export function simulatedWith(side: Outlook): string {
  const policy = side.policyCommit ? `policy ${side.policyCommit.slice(0, 7)}` : "the product's own policy";
  return `${policy}, trust level ${side.trustLevel}, ${side.governance} mode`;
}

/** The `count` changes that a reviewer must see first: what runs by itself, then no return, then dangers. Pure. */
export function weightiest(changes: readonly RunbookChange[], count: number): RunbookChange[] {
  const weigh = ({ after, beginsAlone }: RunbookChange): number[] => [
    beginsAlone.length,
    after?.pointOfNoReturn == null ? 0 : 1,
    after?.profile.filter((risk) => risk === "dangerous").length ?? 0,
    after?.profile.length ?? 0,
  ];
  const heavier = (one: RunbookChange, other: RunbookChange): number => {
    const [left, right] = [weigh(one), weigh(other)];
    const at = left.findIndex((value, index) => value !== right[index]);
    return at < 0 ? 0 : (right[at] ?? 0) - (left[at] ?? 0);
  };
  return [...changes].sort(heavier).slice(0, count);
}

export function titleOf(change: RunbookChange): string {
  const words = {
    added: "New runbook",
    changed: "Change",
    retired: "Out of service",
    broken: "Does not load",
  };
  return words[change.change];
}

const FIELDS: Record<string, string> = {
  command: "Command",
  manual: "Instruction",
  title: "Title",
  risk: "Declared risk",
  verdict: "Verdict",
  "runs by itself": "Runs by itself",
  rollback: "Rollback",
  confirm: "Text to type",
  when: "Condition",
  needs: "Comes after",
  timeout: "Timeout",
  target: "Where it runs",
  env: "Secrets it is given",
  trustLevel: "Trust level",
  service: "Service",
  owners: "Owners",
  alerts: "Alerts",
  prerequisites: "Prerequisites",
  variables: "Variables",
  ambiguities: "Open questions",
  governance: "Governance",
};

export function fieldName(field: string): string {
  return FIELDS[field] ?? field;
}
