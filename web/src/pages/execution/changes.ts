/** What happened to an execution between two looks at it, in sentences. Pure. */

import { stateWord } from "@/ui/execution-states";
import { type Execution, personOf } from "./steps";

export interface Change {
  text: string;
  /** A command that is another one now. */
  was?: string;
  now?: string;
}

function titleOf(x: Execution, id: string | null | undefined): string {
  return x.steps.find((step) => step.id === id)?.title ?? "the run";
}

function gateChange(before: Execution, now: Execution): Change[] {
  const old = before.gate;
  const fresh = now.gate;
  if (!old || !fresh || old.id === fresh.id) return [];
  if (old.step !== fresh.step || old.kind !== fresh.kind) {
    return [{ text: `It asks about “${titleOf(now, fresh.step)}” now.` }];
  }
  if (old.intentSha256 === fresh.intentSha256) return [{ text: "It asks again about the same command." }];
  const was = old.intent?.command;
  const command = fresh.intent?.command;
  if (was !== command && was && command) {
    return [{ text: "The command was replaced by another one.", was, now: command }];
  }
  return [{ text: "Where or how the command would run has changed." }];
}

function voices(before: Execution, now: Execution): Change[] {
  const known = new Set(before.gate?.approvals?.map((one) => `${one.member} ${one.at}`));
  const all = [
    ...(now.gate?.approvals ?? []),
    ...now.steps.flatMap((step) => step.attempts ?? []).flatMap((one) => one.approvals ?? []),
  ];
  const since = Date.parse(before.updatedAt);
  const seen = new Set<string>();
  return all
    .filter((one) => {
      const key = `${one.member} ${one.at}`;
      if (known.has(key) || seen.has(key) || Date.parse(one.at) <= since) return false;
      seen.add(key);
      return true;
    })
    .map((one) => ({ text: `${personOf(one)} approved it.` }));
}

function endings(before: Execution, now: Execution): Change[] {
  return now.steps
    .filter((step, index) => before.steps[index]?.status !== step.status && step.status !== "ready")
    .slice(0, 5)
    .map((step) => ({ text: `“${step.title}”: ${step.status.replaceAll("_", " ")}.` }));
}

/** Values and ticks that are not what they were. */
export function filledIn(before: Execution, now: Execution): Change[] {
  const values = now.variables.flatMap((one): Change[] => {
    const was = before.variables.find((other) => other.name === one.name)?.value ?? null;
    const value = one.value ?? null;
    if (was === value) return [];
    if (was === null || value === null) return [{ text: `“${one.name}” is ${value ?? "empty"} now.` }];
    return [{ text: `“${one.name}” has another value now.`, was, now: value }];
  });
  const ticks = now.prerequisites
    .filter((one) => before.prerequisites.find((other) => other.id === one.id)?.ticked !== one.ticked)
    .map((one) => ({ text: `${one.ticked ? "Ticked" : "No longer ticked"}: ${one.text}` }));
  return [...values, ...ticks];
}

/** Sentences, the most telling first; at least one. */
export function changes(before: Execution, now: Execution): Change[] {
  const found: Change[] = [
    ...voices(before, now),
    ...gateChange(before, now),
    ...filledIn(before, now),
    ...endings(before, now),
  ];
  if (before.state !== now.state) {
    found.push({
      text: `It was: ${stateWord(before).text.toLowerCase()}. It is: ${stateWord(now).text.toLowerCase()}.`,
    });
  }
  if (found.length === 0) found.push({ text: "It has moved on; you see it as it is now." });
  return found;
}
