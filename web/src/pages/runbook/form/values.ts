/** What a change comes to in the values of a document, whatever its text looks like. Pure. */
import type { Edit } from "./yaml-edits";

export type Path = readonly (string | number)[];
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

type Holder = Record<string | number, unknown>;

function holderOf(root: unknown, path: Path): Holder | unknown[] {
  let found: unknown = root;
  for (const part of path.slice(0, -1)) found = (found as Holder | null | undefined)?.[part];
  return (found ?? {}) as Holder | unknown[];
}

/** Keys in the order in which the text has them: a new one behind those it follows. */
function withKey(holder: Holder, key: string, value: unknown, after: readonly string[]): void {
  const entries = Object.entries(holder);
  const before = entries.findLastIndex(([name]) => after.includes(name));
  const at = before < 0 ? entries.length : before + 1;
  for (const [name] of entries) delete holder[name];
  for (const [name, old] of entries.slice(0, at)) holder[name] = old;
  holder[key] = value;
  for (const [name, old] of entries.slice(at)) holder[name] = old;
}

/** The document's value with the change made in it. Changes what it is given. */
export function changedValue(root: unknown, edit: Edit): unknown {
  const holder = holderOf(root, edit.path);
  const last = edit.path.at(-1) ?? "";
  if (edit.kind === "insert") (holder as unknown[]).splice(Number(last), 0, edit.value);
  else if (edit.kind === "swap") {
    const [item] = (holder as unknown[]).splice(Number(last), 1);
    (holder as unknown[]).splice(Number(last) + 1, 0, item);
  } else if (edit.kind === "remove") {
    if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else delete holder[last];
  } else if (Array.isArray(holder) || last in holder) (holder as Holder)[last] = edit.value;
  else withKey(holder, String(last), edit.value, edit.after ?? []);
  return root;
}
