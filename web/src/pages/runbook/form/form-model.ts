/** What the form shows of a document, and which changes of its text a field makes. Pure. */
import type { Path, Value } from "./values";
import { type Edit, editedBy, NotEditable, valuesOf } from "./yaml-edits";

export interface StepFields {
  id: string;
  title: string;
  /** Null where the step has none: a person does it. */
  command: string | null;
  manual: string | null;
  expected: string;
  rollback: string;
  /** Why nothing undoes it; null where the document does not say so. */
  impossible: string | null;
  confirm: string;
}

export interface Fields {
  title: string;
  service: string;
  owners: readonly string[];
  /** Null where the document has none. */
  notes: string | null;
  steps: readonly StepFields[];
}

export type Read =
  | { fields: Fields; wrong: null }
  | { fields: null; wrong: { line: number; message: string } };

/** The order of the format, so that a new key stands where a reader looks for it. */
const STEP_KEYS = ["id", "title", "needs", "when", "risk", "confirm", "env", "command", "manual", "answers"];
const BEHIND: Record<string, readonly string[]> = {
  confirm: ["id", "title", "needs", "when", "risk"],
  expect: STEP_KEYS,
  rollback: [...STEP_KEYS, "expect"],
  service: ["name", "title"],
  owners: ["name", "title", "service"],
};
export const STEPS: Path = ["spec", "steps"];

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function shown(value: unknown): string {
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}

function optional(value: unknown): string | null {
  return value === undefined ? null : shown(value);
}

function stepOf(value: unknown): StepFields {
  const step = record(value);
  const rollback = record(step.rollback);
  return {
    id: shown(step.id),
    title: shown(step.title),
    command: optional(step.command),
    manual: optional(step.manual),
    expected: shown(record(step.expect).text),
    rollback: shown(rollback.command),
    impossible: optional(rollback.impossible),
    confirm: shown(step.confirm),
  };
}

/** The fields of a text, or the line that keeps it from being a form. */
export function readFields(text: string): Read {
  try {
    const root = record(valuesOf(text));
    const steps = record(root.spec).steps;
    if (!Array.isArray(steps))
      return { fields: null, wrong: { line: 1, message: "It has no list of steps under `spec`" } };
    const metadata = record(root.metadata);
    const notes = optional(record(root.spec).notes);
    return {
      fields: {
        title: shown(metadata.title),
        service: shown(metadata.service),
        owners: Array.isArray(metadata.owners) ? metadata.owners.map(shown) : [],
        notes,
        steps: steps.map(stepOf),
      },
      wrong: null,
    };
  } catch (error) {
    if (!(error instanceof NotEditable)) throw error;
    return { fields: null, wrong: { line: error.line, message: error.message.split("\n")[0] ?? "" } };
  }
}

/** `spec.steps[2].command`, as the check names places. */
export function placeName(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text ? `${text}.${part}` : part),
    "",
  );
}

function isThere(text: string, path: Path): boolean {
  return valueAt(text, path) !== undefined;
}

/** A text under a key; what is optional and empty goes, with the mapping that would be left empty. */
export function withText(text: string, path: Path, value: string, isNeeded: boolean): string {
  if (value !== "" || isNeeded) return withValue(text, path, value);
  if (!isThere(text, path)) return text;
  const parent = path.slice(0, -1);
  const left = Object.keys(record(valueAt(text, parent)));
  return editedBy(text, [{ kind: "remove", path: left.length === 1 ? parent : path }]);
}

function valueAt(text: string, path: Path): unknown {
  return path.reduce<unknown>(
    (found, part) => (found as Record<string | number, unknown> | null | undefined)?.[part],
    valuesOf(text),
  );
}

function withValue(text: string, path: Path, value: Value): string {
  const parent = path.slice(0, -1);
  if (parent.length > 0 && !isThere(text, parent))
    return withValue(text, parent, { [String(path.at(-1))]: value });
  return editedBy(text, [{ kind: "set", path, value, after: BEHIND[String(path.at(-1))] ?? [] }]);
}

/** The owners as they are written in one line: those that stay keep their place and their comments. */
export function withOwners(text: string, written: string): string {
  const path: Path = ["metadata", "owners"];
  const wanted = written.split(/[\s,]+/).filter(Boolean);
  const read = readFields(text).fields?.owners ?? [];
  if (wanted.length === 0) return isThere(text, path) ? editedBy(text, [{ kind: "remove", path }]) : text;
  if (read.length === 0 && !isThere(text, path)) return withValue(text, path, wanted);
  let same = 0;
  while (same < read.length && read[same] === wanted[same]) same += 1;
  let tail = 0;
  const shorter = Math.min(read.length, wanted.length) - same;
  while (tail < shorter && read.at(-1 - tail) === wanted.at(-1 - tail)) tail += 1;
  const edits: Edit[] = wanted
    .slice(same, wanted.length - tail)
    .map((value, index) => ({ kind: "insert", path: [...path, same + index], value }));
  // First what is new, then what is gone: the list is never empty in between.
  const gone = same + edits.length;
  for (let count = read.length - tail - same; count > 0; count -= 1)
    edits.push({ kind: "remove", path: [...path, gone] });
  return editedBy(text, edits);
}

/** A new step behind the one at `index`; -1 begins the list. */
export function withStepAfter(text: string, index: number): string {
  const ids = new Set(readFields(text).fields?.steps.map((step) => step.id));
  let number = ids.size + 1;
  while (ids.has(`step-${number}`)) number += 1;
  const value = { id: `step-${number}`, title: "", command: "" };
  return editedBy(text, [{ kind: "insert", path: [...STEPS, index + 1], value }]);
}

export function withoutStep(text: string, index: number): string {
  return editedBy(text, [{ kind: "remove", path: [...STEPS, index] }]);
}

/** The step exchanged with its neighbour: -1 up, 1 down. */
export function withStepMoved(text: string, index: number, by: -1 | 1): string {
  return editedBy(text, [{ kind: "swap", path: [...STEPS, by < 0 ? index - 1 : index] }]);
}
