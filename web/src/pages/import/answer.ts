/** What the import is asked and answers, under the names that the page uses. */
import { replaceEqualDeep } from "@tanstack/react-query";
import type { Schemas } from "@/api/client";
import type { Format } from "./paste";

/** A shape without its "and anything else". */
type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };
/** Lists are always sent, empty ones too; the API's description calls those optional that have a default. */
type Sent<T, K extends keyof Known<T>> = Omit<Known<T>, K> & { [P in K]-?: NonNullable<Known<T>[P]> };

export type Step = Sent<Schemas["PreviewStep"], "spans" | "openQuestions">;
export type Variable = Sent<Schemas["PreviewVariable"], "spans">;
export type Prerequisite = Sent<Schemas["PrerequisiteShape"], "spans">;
export type Question = Sent<Schemas["Ambiguity"], "options">;
export type Answered = Sent<Schemas["Answered"], "options">;
export type Difference = Known<Schemas["DifferenceShape"]>;
export type CodePiece = Known<Schemas["CodeLeftOutShape"]>;
export type CoverageItem = Schemas["CoverageItemShape"];

type Parts = "steps" | "variables" | "prerequisites" | "ambiguities" | "answered" | "codeLeftOut";

export type Preview = Omit<
  Sent<Schemas["PreviewShape"], "alerts" | "repairs" | "setAside" | "suspicious" | "unused">,
  Parts
> & {
  steps: Step[];
  variables: Variable[];
  prerequisites: Prerequisite[];
  ambiguities: Question[];
  answered: Answered[];
  codeLeftOut: CodePiece[];
};
/** The answer to a question as it is sent: an offered option or a value. */
export type AnswerGiven = Schemas["AnswerShape"];
export type VariableChange = Schemas["VariableChangeShape"];
export type Overrides = Schemas["OverridesShape"];

/** What is asked about. */
export interface PreviewRequest {
  text: string;
  format?: Format;
  answers: Record<string, AnswerGiven>;
  overrides: Overrides;
  /** Differences of which the model's reading is taken, by id. */
  taken: string[];
}

/** The same parts keep their identity, so that only what changed is drawn again. */
export function merged(before: Preview | null, now: Preview): Preview {
  return replaceEqualDeep(before, now);
}

/** Whole percent, 100 only where every sentence is accounted for. */
export function coveragePercent(coverage: { sentences: number; accounted: number }): number {
  if (coverage.sentences === 0) return 100;
  return Math.floor((100 * coverage.accounted) / coverage.sentences);
}

/** The name that a variable has in the text, whatever it is called now: changes are kept under it. */
export function foundName(overrides: Overrides, name: string): string {
  const renamed = Object.entries(overrides.variables ?? {}).find(([, change]) => change.name === name);
  return renamed?.[0] ?? name;
}
