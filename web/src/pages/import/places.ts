/** Where each part of the preview stands in the source, in the editor's own counting. Pure. */
import type { Difference, Preview, Question } from "./answer";
import { asksIfTyped } from "./code";
import { Points, type Range } from "./points";

/** One part of the preview with its places in the source; they are lit together. */
export interface Place {
  /** `step:drain`, `prerequisite:vpn`, `question:q1`, `variable:pod`, `code:c1`. */
  id: string;
  kind: "step" | "prerequisite" | "question" | "variable" | "code";
  ranges: readonly Range[];
}

export type MarkKind = "mask" | "repair" | "aside" | "ask";

/** A word about a place of the source that stands in the source itself. */
export interface Mark extends Range {
  kind: MarkKind;
  /** What the chip says; empty where there is only the underline. */
  text: string;
  /** Of a mask or a repair: what is read there instead. */
  now?: string;
}

/** What the editor shows of an answer. */
export interface Findings {
  places: readonly Place[];
  marks: readonly Mark[];
}

export const NOTHING_FOUND: Findings = { places: [], marks: [] };

/** Places and marks of an answer about `preview.sourceText`. */
export function findingsOf(preview: Preview): Findings {
  const points = new Points(preview.sourceText);
  return { places: placesOf(preview, points), marks: marksOf(preview, points) };
}

function placesOf(preview: Preview, points: Points): Place[] {
  const place = (
    kind: Place["kind"],
    id: string,
    spans: readonly ({ start: number; end: number } | null)[],
  ) => ({
    id: `${kind}:${id}`,
    kind,
    ranges: spans.map((span) => points.range(span)).filter((range) => range !== null),
  });
  return [
    ...preview.steps.map((step) => place("step", step.id, step.spans)),
    ...preview.prerequisites.map((item) => place("prerequisite", item.id, item.spans)),
    ...[...preview.ambiguities, ...preview.answered]
      .filter((item) => !asksIfTyped(item))
      .map((item) => place("question", item.id, [item.span ?? item.phrase ?? null])),
    ...preview.codeLeftOut
      .filter((item) => item.said !== "typed")
      .map((item) => place("code", item.id, [item.span])),
    ...preview.variables.map((item) => place("variable", item.name, item.spans)),
  ].filter((found) => found.ranges.length > 0);
}

/** The words that are asked about: of each question, and of each piece of code that is in no step. */
function asked(preview: Preview): { span: Question["span"]; question: string }[] {
  const words = preview.ambiguities.filter((item) => !asksIfTyped(item));
  const code = preview.codeLeftOut.filter((item) => item.asked && !item.said);
  return [
    ...words.map((item) => ({ span: item.phrase ?? item.span, question: item.question })),
    ...code.map(({ span }) => ({ span, question: "Does somebody type this? It is in no step." })),
  ];
}

function marksOf(preview: Preview, points: Points): Mark[] {
  const marks: Mark[] = [];
  const add = (kind: MarkKind, span: { start: number; end: number } | null, text: string, now?: string) => {
    const range = points.range(span);
    if (range) marks.push({ ...range, kind, text, now });
  };
  for (const item of preview.masked) {
    add("mask", item, item.now === "***" ? "masked" : `masked, now ${item.now}`, item.now);
  }
  for (const item of preview.repairs) {
    add("repair", item, item.kind ? `repaired ${item.kind}` : "repaired", item.now);
  }
  const dropped = new Set(
    preview.coverage.items.filter((item) => item.fate === "ignored").map((item) => item.start),
  );
  for (const item of preview.setAside) {
    // Headings and explanations are dimmed only; a chip stands where something was left out.
    add("aside", item, dropped.has(item.start) ? `set aside: ${item.reason}` : "");
  }
  for (const { span, question } of asked(preview)) add("ask", span ?? null, question);
  return marks.sort((a, b) => a.from - b.from || b.to - a.to);
}

/** The id of the place that a position of the source belongs to: the narrowest one around it. */
export function placeAt(places: readonly Place[], at: number): string | null {
  let best: { id: string; width: number } | null = null;
  for (const place of places) {
    for (const range of place.ranges) {
      if (at < range.from || at > range.to) continue;
      const width = range.to - range.from;
      if (!best || width < best.width) best = { id: place.id, width };
    }
  }
  return best?.id ?? null;
}

/** Open questions of a step; those of no step that is shown come under null, and those about code in no step nowhere. */
export function questionsByStep(preview: Preview): Map<string | null, Question[]> {
  const steps = new Set(preview.steps.map((step) => step.id));
  const found = new Map<string | null, Question[]>();
  for (const item of [...preview.ambiguities, ...preview.answered]) {
    if (asksIfTyped(item)) continue;
    const step = item.step && steps.has(item.step) ? item.step : null;
    found.set(step, [...(found.get(step) ?? []), item]);
  }
  return found;
}

/** Where a model read otherwise, by the step that it stands with; those above the first come under null. */
export function differencesByStep(preview: Preview): Map<string | null, Difference[]> {
  const steps = new Set(preview.steps.map((step) => step.id));
  const found = new Map<string | null, Difference[]>();
  for (const item of preview.reading?.differences ?? []) {
    const step = item.step && steps.has(item.step) ? item.step : null;
    found.set(step, [...(found.get(step) ?? []), item]);
  }
  return found;
}

/** The line of a link from the source's edge at `y` to a card's node at (`x`, `to`), in the gutter's pixels. */
export function linkPath(y: number, to: number, x: number, gutter = 56): string {
  const bend = Math.min(gutter, x);
  return `M0 ${round(y)}C${bend * 0.6} ${round(y)} ${bend * 0.35} ${round(to)} ${bend} ${round(to)}H${round(x)}`;
}

function round(value: number): number {
  return Math.round(value * 2) / 2;
}
