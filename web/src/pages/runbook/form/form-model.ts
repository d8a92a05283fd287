/** What the form shows of a document, and which changes of its text a field makes. Pure. */
import { entriesOf, isThere, labelsOf, record, shown, withList, without, withValue } from "./lists";
import { type Needs, needsOf, type When, whenOf } from "./relations";
import type { Path } from "./values";
import { type VariableFields, variablesOf } from "./variables";
import { editedBy, NotEditable, valuesOf } from "./yaml-edits";

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
  needs: Needs;
  when: When;
  /** Labels of the agents that may run it, as `role=db`; null where they can't be written in one line. */
  target: readonly string[] | null;
}

export interface Fields {
  title: string;
  service: string;
  owners: readonly string[];
  /** Null where the document has none. */
  notes: string | null;
  target: readonly string[] | null;
  variables: readonly VariableFields[];
  steps: readonly StepFields[];
}

export type Read =
  | { fields: Fields; wrong: null }
  | { fields: null; wrong: { line: number; message: string } };

export const STEPS: Path = ["spec", "steps"];

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
    needs: needsOf(step.needs),
    when: whenOf(step.when),
    target: labelsOf(step.target),
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
        target: labelsOf(record(root.spec).target),
        variables: variablesOf(record(root.spec).variables),
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

/** A text under a key; what is optional and empty goes, with the mapping that would be left empty. */
export function withText(text: string, path: Path, value: string, isNeeded: boolean): string {
  if (value !== "" || isNeeded) return withValue(text, path, value);
  return isThere(text, path) ? without(text, path) : text;
}

/** The owners as they are written in one line. */
export function withOwners(text: string, written: string): string {
  return withList(text, ["metadata", "owners"], entriesOf(written));
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
