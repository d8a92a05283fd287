/** Sentences about the parts of a preview. Pure, so that they are tested as text. */
import type { Difference, Preview, Question, Step } from "./answer";

/** `1 step`, `9 steps`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

type Condition = Record<string, unknown>;

/** When a step runs, as a sentence without its end: `step 4 is answered “yes”`. `orders`: number of each step. */
export function conditionText(when: Condition, orders: ReadonlyMap<string, number>): string {
  if (Array.isArray(when.all)) return joined(when.all, "and", orders);
  if (Array.isArray(when.any)) return joined(when.any, "or", orders);
  if (isCondition(when.not)) return `not: ${conditionText(when.not, orders)}`;
  const order = orders.get(String(when.step));
  const step = order === undefined ? `step ${String(when.step)}` : `step ${order}`;
  if (typeof when.answer === "string") return `${step} is answered “${when.answer}”`;
  if (when.exitCode !== undefined) return `${step} ends with exit ${exitCodes(when.exitCode)}`;
  if (typeof when.output === "string") return `the output of ${step} matches ${when.output}`;
  return when.skipped ? `${step} is skipped` : `after ${step}`;
}

function isCondition(value: unknown): value is Condition {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function joined(parts: unknown[], word: string, orders: ReadonlyMap<string, number>): string {
  return parts
    .filter(isCondition)
    .map((part) => conditionText(part, orders))
    .join(` ${word} `);
}

function exitCodes(codes: unknown): string {
  return Array.isArray(codes) ? codes.join(" or ") : String(codes);
}

/** How a step is undone. */
export function rollbackText(rollback: Step["rollback"]): string | null {
  if (!rollback) return null;
  if (typeof rollback.command === "string") return `Rollback: ${rollback.command}`;
  return "No rollback";
}

/** Why a command has lines that the source shows at other steps. */
export function repeatsText(steps: number): string {
  const from = steps === 1 ? "a step above sets" : `${steps} steps above set`;
  return `Begins with what ${from}: each step runs in a shell of its own`;
}

/** Who looked at the command; the honest label where one key is missing. */
export function keysText(step: Step): string | null {
  const { keys } = step;
  if (!keys) return null;
  const said = `${keys.given} of ${keys.of} keys`;
  if (keys.advisor && keys.advisor !== keys.scanner)
    return `${said}: the scanner says ${keys.scanner}, the advisor ${keys.advisor}`;
  if (keys.given >= keys.of) return said;
  if (step.unknown && keys.scanner === "safe")
    return keys.missing
      ? `${said}: the scanner says safe; ${withoutKeys(keys.missing)}`
      : `${said}: the scanner says safe`;
  if (step.unknown) return `${keys.given} of ${keys.of} keys: the scanner can't tell`;
  return `${keys.given === 1 ? "1 key was" : `${keys.given} keys were`} enough: the scanner decides`;
}

/** `one key: the advisor did not answer in time` without its beginning. */
export function withoutKeys(missing: string): string {
  return missing.replace(/^one key: /, "");
}

/** Whether a second key would turn an unknown into a safe. */
export function lacksKey(step: Step): boolean {
  return Boolean(step.unknown && step.keys && step.keys.given < step.keys.of && step.keys.scanner === "safe");
}

/** The path of the document and what comes with it. */
export function pullContents(preview: Pick<Preview, "name">): { file: string; rest: string } {
  return { file: `${preview.name}.yaml`, rest: ", its decision log and the classification table" };
}

/** What was answered, in its own words. */
export function answerText(
  question: Question,
  given: { option?: string | null; value?: string | null },
): string {
  if (given.value) return given.value;
  return question.options.find((option) => option.id === given.option)?.label ?? given.option ?? "";
}

/** A name that a variable may have, made of what was written; empty where nothing is left. */
export function variableName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "")
    .slice(0, 63);
}

/** How often a model read a text otherwise than the rules did. */
export function differText(differences: readonly Difference[], notListed = 0): string {
  if (differences.length === 0) return "The rules and a model read this text alike.";
  const taken = differences.some((item) => item.taken) ? ", and what you took of the model" : "";
  const of =
    notListed > 0 ? ` The first ${differences.length} are listed here, and ${notListed} more are not.` : "";
  return `A model read ${count(differences.length + notListed, "passage")} differently. The runbook is what the rules read${taken}.${of}`;
}

/** A reason as one sentence, whether it ends as one already or not. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
