/**
 * Changes of a YAML text that leave every other byte of it as it stands: comments, order, quotes, blank lines.
 *
 * The `yaml` package finds the places and writes the values; what it wrote is read again, and a change that
 * came to anything else than what was asked is refused. Pure.
 */
import {
  Composer,
  CST,
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  Parser,
  Scalar,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { changedValue, type Path, type Value } from "./values";

export type Edit =
  /** Replace a value, or add its key behind the last one of `after` that is there. */
  | { kind: "set"; path: Path; value: Value; after?: readonly string[] }
  /** Take out a key or an item, with the comment that stands right above an item. */
  | { kind: "remove"; path: Path }
  /** Put an item before the one at the end of the path; the list's length appends. */
  | { kind: "insert"; path: Path; value: Value }
  /** Exchange an item with the one behind it, each with the comment right above it. */
  | { kind: "swap"; path: Path };

/** The text is no YAML, or the change can't be made in it without touching more. */
export class NotEditable extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

export interface Source {
  text: string;
  document: Document.Parsed<ParsedNode>;
  tokens: CST.Token[];
}

const WRITING = { lineWidth: 0, flowCollectionPadding: false, indent: 2 } as const;

/** Raises NotEditable with the line of the first error. */
export function parsed(text: string): Source {
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const documents = [...new Composer({ keepSourceTokens: true }).compose(tokens, true, text.length)];
  const [document, second] = documents;
  const error = document?.errors[0];
  if (error) throw new NotEditable(error.message, lines.linePos(error.pos[0]).line);
  if (second) throw new NotEditable("a file is one document", lines.linePos(second.range[0]).line);
  return { text, document: document as Source["document"], tokens };
}

/** What was read last: the form asks for the same text again at each key. */
const read = new Map<string, unknown>();
const READ_MAX = 4;

/** The values of a text, for reading only. Raises NotEditable. */
export function valuesOf(text: string): unknown {
  if (read.has(text)) return read.get(text);
  const values: unknown = parsed(text).document?.toJS();
  const oldest = read.keys().next().value;
  if (read.size >= READ_MAX && oldest !== undefined) read.delete(oldest);
  read.set(text, values);
  return values;
}

/** The text with one change made. Raises NotEditable; the text it was given stays good. */
export function edited(text: string, edit: Edit): string {
  const wanted = JSON.stringify(changedValue(structuredClone(valuesOf(text)), edit));
  // The tidier way first: blank lines behind a value are nearly always none of its own.
  for (const tidy of [true, false]) {
    const found = changed(parsed(text), edit, tidy);
    if (jsonOf(found) === wanted) return found;
  }
  throw new NotEditable("this change can't be made without touching what stands around it", 1);
}

/** `edits` one after the other. */
export function editedBy(text: string, edits: readonly Edit[]): string {
  return edits.reduce(edited, text);
}

function jsonOf(text: string): string | null {
  try {
    return JSON.stringify(valuesOf(text));
  } catch (error) {
    if (error instanceof NotEditable) return null;
    throw error;
  }
}

function changed(source: Source, edit: Edit, tidy: boolean): string {
  if (edit.kind === "set") return set(source, edit, tidy);
  if (edit.kind === "remove") return removed(source, edit.path, tidy);
  if (edit.kind === "insert") return inserted(source, edit, tidy);
  return swapped(source, edit.path, tidy);
}

function nodeAt(source: Source, path: Path): Node | null {
  const found: unknown = path.length === 0 ? source.document.contents : source.document.getIn(path, true);
  return isScalar(found) || isCollection(found) ? found : null;
}

function parentOf(source: Source, path: Path): YAMLMap | YAMLSeq {
  const parent = nodeAt(source, path.slice(0, -1));
  if (isMap(parent) || isSeq(parent)) return parent;
  throw new NotEditable(`there is nothing at ${path.slice(0, -1).join(".")}`, 1);
}

function rangeOf(node: Node): [number, number] {
  if (!node.range) throw new NotEditable("it has no place in the text", 1);
  return [node.range[0], node.range[1]];
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

function columnOf(text: string, at: number): number {
  return at - lineStart(text, at);
}

/** Where the lines of what ends at `end` are over; tidy: without the blank lines and comments behind it. */
function lineEnd(text: string, end: number, tidy: boolean): number {
  let at = end;
  if (tidy) while (at > 0 && /\s/.test(text[at - 1] ?? "")) at -= 1;
  else if (text[at - 1] === "\n") return at;
  const next = text.indexOf("\n", at);
  return next < 0 ? text.length : next + 1;
}

function spliced(text: string, from: number, to: number, put: string): string {
  return text.slice(0, from) + put + text.slice(to);
}

/** Whole lines put at a place that may be behind a last line without an end. */
function linesPut(text: string, at: number, lines: string): string {
  return at > 0 && text[at - 1] !== "\n" ? `${text.slice(0, at)}\n${lines}` : spliced(text, at, at, lines);
}

/** A value as lines that begin at a column, the first one excepted. */
function written(value: unknown, column: number): string {
  return stringify(value, WRITING).replace(/\n(?=[^\n])/g, `\n${" ".repeat(column)}`);
}

function inFlow(source: Source, path: Path): boolean {
  return path.some((_, index) => {
    const node = nodeAt(source, path.slice(0, index));
    return isCollection(node) && node.flow === true;
  });
}

/** The collection in brackets written again where it stands. */
function rewritten(source: Source, node: Node): string {
  const [from, to] = rangeOf(node);
  // Comments before and behind the brackets stand where they are.
  node.comment = null;
  node.commentBefore = null;
  return spliced(source.text, from, to, stringify(node, WRITING).trimEnd());
}

function set(source: Source, edit: Edit & { kind: "set" }, tidy: boolean): string {
  const node = nodeAt(source, edit.path);
  if (
    isScalar(node) &&
    typeof edit.value === "string" &&
    node.srcToken &&
    rangeOf(node)[0] < rangeOf(node)[1]
  )
    return withScalar(source, edit.path, node, edit.value);
  if (node) return withNode(source, edit, node);
  const parent = parentOf(source, edit.path);
  const key = edit.path.at(-1);
  if (!isMap(parent) || typeof key !== "string") throw new NotEditable(`there is no item ${key}`, 1);
  if (parent.flow || parent.items.length === 0) {
    parent.set(source.document.createNode(key), source.document.createNode(edit.value));
    return rewritten(source, parent);
  }
  const column = columnOf(source.text, rangeOf(keyOf(parent.items[0]))[0]);
  const before = parent.items.findLast((pair) => edit.after?.includes(nameOf(pair))) ?? parent.items.at(-1);
  const at = lineEnd(source.text, endOf(before), tidy);
  return linesPut(source.text, at, `${" ".repeat(column)}${written({ [key]: edit.value }, column)}`);
}

/** A key without a value gets one; anything else is taken out and put in again. */
function withNode(source: Source, edit: Edit & { kind: "set" }, node: Node): string {
  const [from, to] = rangeOf(node);
  if (from < to) return edited(edited(source.text, { kind: "remove", path: edit.path }), edit);
  const column = columnOf(source.text, lineStart(source.text, from));
  return spliced(source.text, from, to, ` ${written(edit.value, column).trimEnd()}`);
}

function keyOf(pair: Pair | undefined): Node {
  const key = pair?.key;
  if (isScalar(key) || isCollection(key)) return key;
  throw new NotEditable("a key has no place in the text", 1);
}

function nameOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : "";
}

function endOf(pair: Pair | undefined): number {
  const value = pair?.value;
  return rangeOf(isScalar(value) || isCollection(value) ? value : keyOf(pair))[1];
}

/** Other quotes only where the old ones no longer do; text of several lines becomes a literal block. */
function styleOf(old: Scalar, value: string): Scalar.Type {
  if (value.includes("\n")) return Scalar.BLOCK_LITERAL;
  const quoted = old.type === Scalar.QUOTE_DOUBLE || old.type === Scalar.QUOTE_SINGLE;
  if (quoted && old.value !== "" && old.type) return old.type as Scalar.Type;
  const plain = stringify(value, { ...WRITING, compat: "yaml-1.1" });
  if (plain.startsWith('"') || value === "") return Scalar.QUOTE_DOUBLE;
  return plain.startsWith("'") ? Scalar.QUOTE_SINGLE : Scalar.PLAIN;
}

function withScalar(source: Source, path: Path, node: Scalar, value: string): string {
  const token = node.srcToken;
  if (!token) throw new NotEditable("it has no place in the text", 1);
  const flow = inFlow(source, path);
  const type = flow && value.includes("\n") ? Scalar.QUOTE_DOUBLE : styleOf(node, value);
  CST.setScalarValue(token, value, { type, inFlow: flow, afterKey: !flow });
  return source.tokens.map((one) => CST.stringify(one)).join("");
}

function removed(source: Source, path: Path, tidy: boolean): string {
  const parent = parentOf(source, path);
  const last = path.at(-1);
  if (parent.flow) {
    parent.delete(last);
    return rewritten(source, parent);
  }
  if (isSeq(parent)) {
    const [from, to] = itemAt(source, parent, Number(last), tidy);
    return spliced(source.text, from, to, "");
  }
  const index = parent.items.findIndex((pair) => nameOf(pair) === last);
  const pair = parent.items[index];
  if (!pair) throw new NotEditable(`there is no ${last}`, 1);
  const from = rangeOf(keyOf(pair))[0];
  const next = parent.items[index + 1];
  // The first key behind a dash leaves the dash to the next one.
  if (next && source.text.slice(lineStart(source.text, from), from).trim() !== "")
    return spliced(source.text, from, rangeOf(keyOf(next))[0], "");
  return spliced(source.text, lineStart(source.text, from), lineEnd(source.text, endOf(pair), tidy), "");
}

/** The lines of an item, with the comment right above it. */
function itemAt(source: Source, list: YAMLSeq, index: number, tidy: boolean): [number, number] {
  const item = list.items[index];
  if (!(isScalar(item) || isCollection(item))) throw new NotEditable(`there is no item ${index}`, 1);
  const { text } = source;
  const [content, end] = rangeOf(item);
  const dash = rangeOf(list)[0];
  const indent = text.slice(lineStart(text, dash), dash);
  let from = lineStart(text, text.lastIndexOf(`${indent}-`, content));
  while (from > 0) {
    const above = lineStart(text, from - 1);
    if (!text.slice(above, from).trimStart().startsWith("#")) break;
    from = above;
  }
  return [from, lineEnd(text, end, tidy)];
}

function inserted(source: Source, edit: Edit & { kind: "insert" }, tidy: boolean): string {
  const parent = parentOf(source, edit.path);
  const index = Number(edit.path.at(-1));
  if (!isSeq(parent)) throw new NotEditable("there is no list", 1);
  const { text } = source;
  if (parent.items.length === 0 && typeof edit.value === "object") {
    const [from, to] = rangeOf(parent);
    const indent = (/^ */.exec(text.slice(lineStart(text, from)))?.[0].length ?? 0) + 2;
    const lines = written(edit.value, indent + 2).trimEnd();
    return spliced(text, from, to, `\n${" ".repeat(indent)}- ${lines}`);
  }
  if (parent.flow || parent.items.length === 0) {
    parent.items.splice(index, 0, source.document.createNode(edit.value));
    return rewritten(source, parent);
  }
  const column = columnOf(text, rangeOf(parent)[0]);
  const at = index > 0 ? itemAt(source, parent, index - 1, tidy)[1] : itemAt(source, parent, 0, tidy)[0];
  return linesPut(text, at, `${" ".repeat(column)}- ${written(edit.value, column + 2)}`);
}

/** What stands between the two stays between them. */
function swapped(source: Source, path: Path, tidy: boolean): string {
  const list = parentOf(source, path);
  const index = Number(path.at(-1));
  if (!isSeq(list)) throw new NotEditable("there is no list", 1);
  if (list.flow) {
    const [item] = list.items.splice(index, 1);
    list.items.splice(index + 1, 0, item);
    return rewritten(source, list);
  }
  const { text } = source;
  const [from, to] = itemAt(source, list, index, tidy);
  const [next, end] = itemAt(source, list, index + 1, tidy);
  const last = text.slice(next, end);
  const first = text.slice(from, to);
  const isWhole = last.endsWith("\n");
  const between = text.slice(to, next);
  const moved = isWhole ? last + between + first : `${last}\n${between}${first.replace(/\n$/, "")}`;
  return spliced(text, from, end, moved);
}
