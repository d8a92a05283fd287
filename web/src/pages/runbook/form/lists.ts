/** Lists, labels and marks of a document, changed entry by entry: what stays keeps its place and its comments. Pure. */
import type { Path, Value } from "./values";
import { type Edit, editedBy, valuesOf } from "./yaml-edits";

/** The order of the format, so that a new key stands where a reader looks for it. */
const STEP_KEYS = ["id", "title", "needs", "when", "risk", "confirm", "env", "command", "manual", "answers"];
const STEP_END = [...STEP_KEYS, "expect", "rollback", "timeout", "idempotent", "retries"];
const SPEC_START = ["source", "trustLevel", "governance", "alerts", "prerequisites"];
const BEHIND: Record<string, readonly string[]> = {
  needs: ["id", "title"],
  when: ["id", "title", "needs"],
  confirm: ["id", "title", "needs", "when", "risk"],
  expect: STEP_KEYS,
  rollback: [...STEP_KEYS, "expect"],
  target: [...SPEC_START, ...STEP_END],
  variables: [...SPEC_START, "target"],
  service: ["name", "title"],
  owners: ["name", "title", "service"],
  pattern: ["name"],
  example: ["name", "pattern"],
  secret: ["name", "pattern", "example"],
};

export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

export function shown(value: unknown): string {
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}

export function valueAt(text: string, path: Path): unknown {
  return path.reduce<unknown>(
    (found, part) => (found as Record<string | number, unknown> | null | undefined)?.[part],
    valuesOf(text),
  );
}

export function isThere(text: string, path: Path): boolean {
  return valueAt(text, path) !== undefined;
}

/** A value under a key; what holds it is made where it is missing. */
export function withValue(text: string, path: Path, value: Value): string {
  const parent = path.slice(0, -1);
  if (parent.length > 0 && !isThere(text, parent))
    return withValue(text, parent, { [String(path.at(-1))]: value });
  return editedBy(text, [{ kind: "set", path, value, after: BEHIND[String(path.at(-1))] ?? [] }]);
}

/** Without a key, and without the mapping that would be left empty. */
export function without(text: string, path: Path): string {
  if (!isThere(text, path)) return text;
  const parent = path.slice(0, -1);
  const holder = valueAt(text, parent);
  const isLast = !Array.isArray(holder) && Object.keys(record(holder)).length === 1;
  return editedBy(text, [{ kind: "remove", path: isLast ? parent : path }]);
}

/** What is written in one line, entry by entry: between commas and blanks. */
export function entriesOf(written: string): string[] {
  return written.split(/[\s,]+/).filter(Boolean);
}

/** A list with the entries that are wanted; a list of none is taken out, or kept as `[]`. */
export function withList(
  text: string,
  path: Path,
  wanted: readonly string[],
  ofNone: "out" | "kept" = "out",
): string {
  const found = valueAt(text, path);
  if (wanted.length === 0) {
    if (ofNone === "kept") return withValue(text, path, []);
    return found === undefined ? text : editedBy(text, [{ kind: "remove", path }]);
  }
  if (!Array.isArray(found)) return withValue(text, path, wanted);
  const read = found.map(shown);
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

/** `role=db`, as labels are written in one line; null where one of them can't be. */
export function labelsOf(value: unknown): readonly string[] | null {
  const labels = Object.entries(record(record(value).labels)).map(([key, word]) => `${key}=${shown(word)}`);
  return labels.every((label) => entriesOf(label).length === 1) ? labels : null;
}

/** The labels of the target at a path: key by key. Without any there is no target. */
export function withLabels(text: string, path: Path, wanted: readonly string[]): string {
  const pairs = wanted.map((entry) => {
    const [key = "", ...rest] = entry.split("=");
    return [key, rest.join("=")] as const;
  });
  const labels: Path = [...path, "labels"];
  if (pairs.length === 0) return without(text, labels);
  const read = record(valueAt(text, labels));
  if (Object.keys(read).length === 0) return withValue(text, labels, Object.fromEntries(pairs));
  const kept = new Set(pairs.map(([key]) => key));
  const edits: Edit[] = [];
  for (const [key, value] of new Map(pairs))
    if (!(key in read) || shown(read[key]) !== value)
      edits.push({ kind: "set", path: [...labels, key], value });
  for (const key of Object.keys(read))
    if (!kept.has(key)) edits.push({ kind: "remove", path: [...labels, key] });
  return editedBy(text, edits);
}

/** A key that is true, or is not there. */
export function withMark(text: string, path: Path, isOn: boolean): string {
  return isOn ? withValue(text, path, true) : without(text, path);
}
