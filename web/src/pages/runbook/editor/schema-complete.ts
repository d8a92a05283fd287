/**
 * What the published schema of a runbook allows at a place of its text: keys that are not there yet, and values.
 * The place is read from indentation alone, so that it works in a document that is not sound yet. Pure.
 */

export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  patternProperties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
}

export interface Choice {
  label: string;
  kind: "key" | "value";
  /** What the schema says of it. */
  detail: string;
  required: boolean;
  /** What follows a key: a value on its line, a mapping or a list below it. */
  holds: "value" | "mapping" | "list";
}

export interface Choices {
  /** The column at which the word begins that is being written. */
  from: number;
  /** The column of the mapping that a key is written into. */
  column: number;
  choices: Choice[];
}

/** Keys from the outside in; `ITEM` stands for an item of a list. */
export const ITEM = "[]";

interface Parsed {
  /** Columns of the dashes that begin items on this line. */
  dashes: number[];
  /** The column at which what comes behind them begins. */
  column: number;
  key: string | null;
  /** The column behind `key:`, where it has one. */
  behind: number;
}

const LINE = /^( *)((?:- +)*)(?:(-)$)?/;
const KEY = /^(?:"([^"]*)"|'([^']*)'|([^\s#:"'{[&*!|>%@`-][^\s:]*)) *:(?= |$)/;

export function parseLine(line: string): Parsed | null {
  const trimmed = line.trimStart();
  if (trimmed === "" || trimmed.startsWith("#")) return null;
  const [whole = "", indent = "", items = ""] = LINE.exec(line) ?? [];
  const dashes: number[] = [];
  for (let at = indent.length; at < whole.length; at += 1) if (line[at] === "-") dashes.push(at);
  const column = items ? indent.length + items.length : whole.length;
  const found = KEY.exec(line.slice(column));
  const key = found ? (found[1] ?? found[2] ?? found[3] ?? null) : null;
  return { dashes, column, key, behind: column + (found?.[0].length ?? 0) };
}

interface Place {
  path: string[];
  siblings: Set<string>;
}

/** Climbs from a line to what encloses it, by columns. */
class Climb {
  readonly path: string[] = [];
  readonly siblings = new Set<string>();
  private limit: number;
  /** Among the items of a list whose key is still to be found. */
  private inList = false;
  /** Still in the mapping in which it began. */
  private isOwn = true;

  constructor(own: Parsed) {
    this.limit = own.column;
    this.enter(own.dashes);
  }

  get isAtTop(): boolean {
    return this.limit === 0 && !this.inList && !this.isOwn;
  }

  /** One line further up. */
  up(line: Parsed): void {
    if (line.key === null) return;
    if (!this.inList && line.column === this.limit) {
      if (this.isOwn) this.siblings.add(line.key);
      this.enter(line.dashes);
    } else if (this.isParent(line)) {
      this.path.unshift(line.key);
      this.limit = line.column;
      this.inList = false;
      this.isOwn = false;
      this.enter(line.dashes);
    }
  }

  private isParent(line: Parsed): boolean {
    if (this.inList) return line.column <= this.limit && line.dashes.length === 0;
    return line.column < this.limit;
  }

  private enter(dashes: readonly number[]): void {
    for (const dash of [...dashes].reverse()) {
      if (dash >= this.limit) continue;
      this.path.unshift(ITEM);
      this.limit = dash;
      this.inList = true;
      this.isOwn = false;
    }
  }
}

/** Where a key at this column of this line would stand, and which keys stand beside it. */
export function placeAt(lines: readonly string[], at: number, own: Parsed): Place {
  const climb = new Climb(own);
  for (let index = at - 1; index >= 0 && !climb.isAtTop; index -= 1) {
    const line = parseLine(lines[index] ?? "");
    if (line) climb.up(line);
  }
  const siblings = new Set([...climb.siblings, ...below(lines, at, own.column)]);
  return { path: climb.path, siblings };
}

/** The keys of the same mapping further down. */
function below(lines: readonly string[], at: number, column: number): string[] {
  const found: string[] = [];
  for (const text of lines.slice(at + 1)) {
    const line = parseLine(text);
    if (!line) continue;
    const begins = line.dashes[0] ?? line.column;
    if (begins < column) break;
    if (line.dashes.length === 0 && line.column === column && line.key !== null) found.push(line.key);
  }
  return found;
}

function resolved(root: Schema, schema: Schema | undefined): Schema[] {
  if (!schema) return [];
  if (schema.$ref) {
    const target = root.$defs?.[schema.$ref.replace("#/$defs/", "")];
    return resolved(root, target).map((one) => ({
      ...one,
      description: schema.description ?? one.description,
    }));
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (!options) return [schema];
  const told = schema.description ? { description: schema.description } : {};
  // What stands beside the options holds for each of them.
  const { anyOf: _any, oneOf: _one, ...own } = schema;
  const beside = own.properties || own.enum ? [own] : [];
  return [...beside, ...options.flatMap((one) => resolved(root, { ...one, ...told }))];
}

/** What the schema says of the value at a path. */
export function schemaAt(root: Schema, path: readonly string[]): Schema[] {
  let found = resolved(root, root);
  for (const step of path) {
    found = found.flatMap((schema) => {
      if (step === ITEM) return resolved(root, schema.items);
      const named = schema.properties?.[step];
      if (named) return resolved(root, named);
      const extra = Object.values(schema.patternProperties ?? {})[0] ?? schema.additionalProperties;
      return typeof extra === "object" ? resolved(root, extra) : [];
    });
  }
  return found;
}

/** The ids of the steps above the one that is written, whose own id stands first in it. */
function stepIds(above: readonly string[]): string[] {
  return above.flatMap((line) => /^ *- +id: +([a-z][a-z0-9-]*) *$/.exec(line)?.[1] ?? []).slice(0, -1);
}

function refersToSteps(path: readonly string[]): boolean {
  const last = path.at(-1);
  return (last === ITEM && path.at(-2) === "needs") || (last === "step" && path.includes("when"));
}

function values(root: Schema, path: readonly string[], above: readonly string[]): Choice[] {
  const found = schemaAt(root, path);
  const detail = found[0]?.description ?? "";
  const allowed = found.flatMap((schema) => {
    if (schema.enum) return schema.enum.map(String);
    if (schema.const !== undefined) return [String(schema.const)];
    return schema.type === "boolean" ? ["true", "false"] : [];
  });
  const labels = refersToSteps(path) ? stepIds(above) : allowed;
  return [...new Set(labels)].map((label) => ({
    label,
    kind: "value" as const,
    detail,
    required: false,
    holds: "value" as const,
  }));
}

function holdsOf(schema: Schema | undefined): Choice["holds"] {
  if (schema?.type === "array") return "list";
  return schema?.type === "object" ? "mapping" : "value";
}

function keys(root: Schema, path: readonly string[], siblings: ReadonlySet<string>): Choice[] {
  const found = new Map<string, Choice>();
  for (const schema of schemaAt(root, path)) {
    for (const [label, value] of Object.entries(schema.properties ?? {})) {
      if (siblings.has(label) || label.startsWith("$") || found.has(label)) continue;
      const [first] = resolved(root, value);
      const required = schema.required?.includes(label) === true;
      found.set(label, {
        label,
        kind: "key",
        detail: first?.description ?? "",
        required,
        holds: holdsOf(first),
      });
    }
  }
  return [...found.values()].sort((a, b) => Number(b.required) - Number(a.required));
}

/** What may be written at a cursor. `at` counts lines from 0; null where there is nothing to say. */
export function choicesAt(
  root: Schema,
  lines: readonly string[],
  at: number,
  cursor: number,
): Choices | null {
  const written = (lines[at] ?? "").slice(0, cursor);
  if (written.trimStart().startsWith("#")) return null;
  const word = /[\w.-]*$/.exec(written)?.[0] ?? "";
  const from = cursor - word.length;
  const line = parseLine(written) ?? { dashes: [], column: from, key: null, behind: from };
  if (line.key !== null) {
    if (cursor <= line.behind || written.slice(line.behind, from).trim() !== "") return null;
    const { path } = placeAt(lines, at, line);
    return some(from, line.column, values(root, [...path, line.key], lines.slice(0, at)));
  }
  const column = line.dashes.length > 0 && line.column >= written.length ? from : line.column;
  if (from !== column) return null;
  const { path, siblings } = placeAt(lines, at, { ...line, column });
  return some(from, column, [...keys(root, path, siblings), ...values(root, path, lines.slice(0, at))]);
}

function some(from: number, column: number, choices: Choice[]): Choices | null {
  return choices.length > 0 ? { from, column, choices } : null;
}

/** What a choice writes: a key with the line that follows it. */
export function textOf(choice: Choice, column: number): string {
  if (choice.kind === "value") return choice.label;
  const inner = `\n${" ".repeat(column + 2)}`;
  if (choice.holds === "mapping") return `${choice.label}:${inner}`;
  return choice.holds === "list" ? `${choice.label}:${inner}- ` : `${choice.label}: `;
}
