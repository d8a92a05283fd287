/** The named values of a document: read and changed one by one. Pure. */
import { record, shown, valueAt, withValue } from "./lists";
import type { Path } from "./values";
import { editedBy } from "./yaml-edits";

export const VARIABLES: Path = ["spec", "variables"];

export interface VariableFields {
  name: string;
  pattern: string;
  example: string;
  source: string;
  secret: boolean;
}

export function variablesOf(value: unknown): readonly VariableFields[] {
  return (Array.isArray(value) ? value : []).map((each) => {
    const found = record(each);
    const { name, pattern, example, source } = found;
    return {
      name: shown(name),
      pattern: shown(pattern),
      example: shown(example),
      source: shown(source),
      secret: found.secret === true,
    };
  });
}

/** One more at the end, under a name that is free. */
export function withVariable(text: string): string {
  const list = valueAt(text, VARIABLES);
  const known = variablesOf(list);
  const names = new Set(known.map((each) => each.name));
  let number = names.size + 1;
  while (names.has(`value_${number}`)) number += 1;
  const value = { name: `value_${number}` };
  if (!Array.isArray(list)) return withValue(text, VARIABLES, [value]);
  return editedBy(text, [{ kind: "insert", path: [...VARIABLES, known.length], value }]);
}

export function withoutVariable(text: string, index: number): string {
  const count = variablesOf(valueAt(text, VARIABLES)).length;
  return editedBy(text, [{ kind: "remove", path: count === 1 ? VARIABLES : [...VARIABLES, index] }]);
}
