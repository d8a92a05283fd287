/** How a step hangs together with others: its id, what it comes after, and its condition. Pure. */
import { isThere, record, shown, valueAt, withList, withValue } from "./lists";
import type { Path, Value } from "./values";
import { type Edit, editedBy } from "./yaml-edits";

const STEPS: Path = ["spec", "steps"];

export const TESTS = ["exitCode", "answer", "output", "skipped"] as const;
export type Test = (typeof TESTS)[number];

/** A condition over one step; the value of exit codes is their list in one line. */
export interface Atom {
  step: string;
  test: Test;
  value: string;
}

export type When =
  | { kind: "always" }
  | ({ kind: "atom" } & Atom)
  /** One of several parts, which is written in the YAML alone. */
  | { kind: "nested"; words: string };

/** Null: the step above; an empty list: nothing, it can begin at once. */
export type Needs = readonly string[] | null;

export function needsOf(value: unknown): Needs {
  return Array.isArray(value) ? value.map(shown) : null;
}

function atomOf(value: unknown): Atom | null {
  const found = record(value);
  const tests = TESTS.filter((test) => test in found);
  const [test] = tests;
  if (typeof found.step !== "string" || Object.keys(found).length !== 2 || !test) return null;
  const tested = found[test];
  const list = Array.isArray(tested) ? tested.map(shown).join(", ") : shown(tested);
  return { step: found.step, test, value: list };
}

export function whenOf(value: unknown): When {
  if (value === undefined) return { kind: "always" };
  const atom = atomOf(value);
  return atom ? { kind: "atom", ...atom } : { kind: "nested", words: wordsOf(value) };
}

const TEST_WORDS: Record<Test, (step: string, value: string) => string> = {
  exitCode: (step, value) => `${step} exits with ${value || "…"}`,
  answer: (step, value) => `the answer of ${step} is ${value || "…"}`,
  output: (step, value) => `the output of ${step} matches ${value || "…"}`,
  skipped: (step) => `${step} was skipped`,
};

/** `look exits with 1 or the answer of ask is yes`. */
export function wordsOf(value: unknown): string {
  const found = record(value);
  for (const [key, word] of [
    ["all", " and "],
    ["any", " or "],
  ] as const)
    if (Array.isArray(found[key])) return found[key].map((each) => inBrackets(each)).join(word);
  if ("not" in found) return `not ${inBrackets(found.not)}`;
  const atom = atomOf(value);
  return atom ? TEST_WORDS[atom.test](atom.step, atom.value) : "…";
}

function inBrackets(value: unknown): string {
  const found = record(value);
  return "all" in found || "any" in found ? `(${wordsOf(value)})` : wordsOf(value);
}

/** What a step comes after, as it is chosen. */
export function withNeeds(text: string, index: number, needs: Needs): string {
  const path = [...STEPS, index, "needs"];
  if (needs !== null) return withList(text, path, needs, "kept");
  return isThere(text, path) ? editedBy(text, [{ kind: "remove", path }]) : text;
}

function testedOf({ test, value }: Atom): Value {
  if (test === "skipped") return true;
  if (test !== "exitCode") return value;
  const codes = value.split(/[\s,]+/).filter(Boolean);
  // What is no number stays as it is written: the check says so at the field.
  return codes.map((code) => (/^\d{1,9}$/.test(code) ? Number(code) : code));
}

/** The condition of a step: null runs it always. Of a present one only what differs is written again. */
export function withWhen(text: string, index: number, atom: Atom | null): string {
  const path = [...STEPS, index, "when"];
  const old = whenOf(valueAt(text, path));
  if (atom === null) return old.kind === "always" ? text : editedBy(text, [{ kind: "remove", path }]);
  const tested = testedOf(atom);
  if (old.kind !== "atom") return withValue(text, path, { step: atom.step, [atom.test]: tested });
  const edits: Edit[] = [];
  if (old.step !== atom.step) edits.push({ kind: "set", path: [...path, "step"], value: atom.step });
  const isSame = old.test === atom.test && JSON.stringify(testedOf(old)) === JSON.stringify(tested);
  if (!isSame) edits.push({ kind: "set", path: [...path, atom.test], value: tested, after: ["step"] });
  if (old.test !== atom.test) edits.push({ kind: "remove", path: [...path, old.test] });
  return editedBy(text, edits);
}

/** The places of a condition that name a step. */
function namedIn(value: unknown, path: Path, id: string): Path[] {
  const found = record(value);
  const inside = ["all", "any"].flatMap((key) =>
    Array.isArray(found[key])
      ? found[key].flatMap((each, index) => namedIn(each, [...path, key, index], id))
      : [],
  );
  const own = found.step === id ? [[...path, "step"]] : [];
  return [...own, ...inside, ...("not" in found ? namedIn(found.not, [...path, "not"], id) : [])];
}

function list(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(record) : [];
}

/** The places of a step that name another one. */
function namedBy(step: Record<string, unknown>, at: number, id: string): Path[] {
  const needs = Array.isArray(step.needs) ? step.needs : [];
  const places = needs.flatMap((name, place) => (name === id ? [[...STEPS, at, "needs", place]] : []));
  return [...places, ...namedIn(step.when, [...STEPS, at, "when"], id)];
}

/** Another id of a step, and of it wherever the document names it: `needs`, `when`, open questions. */
export function withId(text: string, index: number, id: string): string {
  const steps = list(valueAt(text, STEPS));
  const old = shown(steps[index]?.id);
  const places: Path[] = [[...STEPS, index, "id"]];
  if (old !== "" && steps.filter((step) => step.id === old).length === 1) {
    places.push(...steps.flatMap((step, at) => namedBy(step, at, old)));
    const questions = list(valueAt(text, ["spec", "ambiguities"]));
    for (const [at, question] of questions.entries())
      if (question.step === old) places.push(["spec", "ambiguities", at, "step"]);
  }
  return places.reduce((found, path) => withValue(found, path, id), text);
}
