/** What the condition of a step (`when` of the document) says of each step that it reads. Pure. */

type Json = Record<string, unknown>;

export interface Condition {
  /** The step that it reads. */
  from: string;
  /** What must be true of that step alone; null where only the whole condition says. */
  words: string | null;
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function childrenOf(when: Json): Json[] {
  if (isRecord(when.not)) return [when.not];
  const group = when.all ?? when.any;
  return Array.isArray(group) ? group.filter(isRecord) : [];
}

function readBy(when: Json): string[] {
  if (typeof when.step === "string") return [when.step];
  return [...new Set(childrenOf(when).flatMap(readBy))];
}

function atomWords(atom: Json): string {
  if (atom.skipped === true) return "skipped";
  if (atom.answer !== undefined) return `“${String(atom.answer)}”`;
  if (atom.output !== undefined) return `output matches ${String(atom.output)}`;
  const codes = Array.isArray(atom.exitCode) ? atom.exitCode : [atom.exitCode];
  return `exit ${codes.map(String).join(" or ")}`;
}

/** The words of a condition that reads one step alone. */
function words(when: Json): string {
  if (typeof when.step === "string") return atomWords(when);
  const parts = childrenOf(when).map((child) =>
    childrenOf(child).length > 1 ? `(${words(child)})` : words(child),
  );
  if (isRecord(when.not)) return `not ${parts.join("")}`;
  return parts.join(when.all ? " and " : " or ");
}

/** Both must hold; where one of them is not said, neither is the whole. */
function joined(before: string | null | undefined, said: string | null): string | null {
  if (before === undefined) return said;
  return before !== null && said !== null ? `${before} and ${said}` : null;
}

/** One entry for each step that the condition reads, in the order in which it names them. */
export function conditionsOf(when: unknown): Condition[] {
  if (!isRecord(when)) return [];
  // Each part of `all` must hold, so what it says of its own step is true by itself; of no other group it is.
  const parts = Array.isArray(when.all) ? childrenOf(when) : [when];
  const found = new Map<string, string | null>();
  for (const part of parts) {
    const read = readBy(part);
    const said = read.length === 1 ? words(part) : null;
    for (const from of read) found.set(from, joined(found.get(from), said));
  }
  return [...found].map(([from, said]) => ({ from, words: said }));
}

/** The raw condition of each step of a document, by step id. */
export function rawConditions(document: unknown): Map<string, unknown> {
  const spec = isRecord(document) ? document.spec : null;
  const steps = isRecord(spec) && Array.isArray(spec.steps) ? spec.steps.filter(isRecord) : [];
  return new Map(
    steps.flatMap((step) => (typeof step.id === "string" && step.when ? [[step.id, step.when]] : [])),
  );
}
