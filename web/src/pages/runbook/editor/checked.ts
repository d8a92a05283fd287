/** What a check of the text said, at its lines: the verdict behind each command, and what is wrong. */
import { type EditorState, StateEffect, StateField, type Transaction } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";
import type { Schemas } from "@/api/client";
import { type RiskWord, riskClass, riskLabel } from "@/ui/risk";
import { visible } from "@/ui/visible";

export type CheckedStep = Schemas["CheckedStep"];

/** What is wrong at a line; an error where nothing else is said. */
export interface MarkedPlace {
  line?: number | null;
  message: string;
  severity?: string;
}

export interface Marks {
  places: readonly MarkedPlace[];
  steps: readonly CheckedStep[];
}

export const setMarks = StateEffect.define<Marks>();

/** The mark of a checked step. */
export function riskOf(step: CheckedStep): RiskWord {
  if (step.manual) return "manual";
  if (step.unknown && step.risk !== "dangerous") return "unknown";
  return step.risk;
}

/** As the command line shows them: never colour alone. */
const SHAPES: Record<RiskWord, string> = {
  safe: "●",
  caution: "▲",
  dangerous: "◆",
  unknown: "◌",
  manual: "■",
};

class VerdictMark extends WidgetType {
  private readonly step: CheckedStep;

  constructor(step: CheckedStep) {
    super();
    this.step = step;
  }

  override eq(other: VerdictMark): boolean {
    return riskOf(other.step) === riskOf(this.step) && other.step.why === this.step.why;
  }

  override toDOM(): HTMLElement {
    const risk = riskOf(this.step);
    const box = document.createElement("span");
    box.className = `cm-verdict risk ${riskClass(risk)}`;
    const shape = document.createElement("span");
    shape.setAttribute("aria-hidden", "true");
    shape.textContent = SHAPES[risk];
    const why = document.createElement("span");
    why.className = "cm-verdict__why";
    why.textContent = this.step.why ? visible(this.step.why) : "";
    box.append(shape, ` ${riskLabel(risk)} `, why);
    const told = [this.step.reason ?? "", (this.step.ruleIds ?? []).join(", ")];
    box.title = told
      .filter(Boolean)
      .map((text) => visible(text))
      .join("\n");
    return box;
  }
}

/**
 * The marks follow the text while it is edited, until the next check; but a verdict is of the text that was checked. It
 * goes where its line is touched, or one below it up to the next verdict: those are lines of its step.
 */
export const checked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(now, transaction) {
    let marks = transaction.docChanged ? stillTrue(now.map(transaction.changes), transaction) : now;
    for (const effect of transaction.effects) {
      if (effect.is(setMarks)) marks = marksOf(transaction.state, effect.value);
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function stillTrue(marks: DecorationSet, { changes, state }: Transaction): DecorationSet {
  const stale = new Set<number>();
  changes.iterChangedRanges((_from, _to, from, to) => {
    const { from: first, to: end } = state.doc.lineAt(from);
    const last = state.doc.lineAt(to).to;
    let above = -1;
    let isOwn = false;
    for (const at = marks.iter(); at.value; at.next()) {
      if (!at.value.spec.widget || at.from > last) continue;
      isOwn ||= at.from >= first && at.from <= end;
      if (at.from >= first) stale.add(at.from);
      else above = at.from;
    }
    if (!isOwn) stale.add(above);
  });
  return marks.update({ filter: (from, _to, mark) => !mark.spec.widget || !stale.has(from) });
}

function lineOf(state: EditorState, line: number | null | undefined): number {
  return Math.min(Math.max(line ?? 0, 0), state.doc.lines);
}

export function marksOf(state: EditorState, { places, steps }: Marks): DecorationSet {
  const byLine = new Map<number, { texts: string[]; isError: boolean }>();
  for (const place of places) {
    const line = lineOf(state, place.line);
    if (line === 0) continue;
    const known = byLine.get(line) ?? { texts: [], isError: false };
    known.texts.push(visible(place.message));
    byLine.set(line, { texts: known.texts, isError: known.isError || place.severity !== "warn" });
  }
  const marks = [...byLine].map(([line, { texts, isError }]) =>
    Decoration.line({
      class: isError ? "cm-problem" : "cm-warned",
      attributes: { title: texts.join("; ") },
    }).range(state.doc.line(line).from),
  );
  for (const step of steps) {
    const line = lineOf(state, step.line);
    if (line === 0) continue;
    marks.push(Decoration.widget({ widget: new VerdictMark(step), side: 1 }).range(state.doc.line(line).to));
  }
  return Decoration.set(marks, true);
}
