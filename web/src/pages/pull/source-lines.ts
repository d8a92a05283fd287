/** The source line by line with what became of each. Pure. */
import type { Source } from "@/review/queries";

export interface SourceRow {
  number: number;
  text: string;
  /** Said where a part begins: `→ step 2, Remove old logs`, `note`, `left out: a heading`. */
  fate: string | null;
  kind: "step" | "kept" | "ignored" | "none";
}

export function sourceRows(source: Source): SourceRow[] {
  const rows: SourceRow[] = source.text.split("\n").map((text, index) => ({
    number: index + 1,
    text,
    fate: null,
    kind: "none",
  }));
  const mark = (line: number, end: number, fate: string, kind: SourceRow["kind"]) => {
    for (let at = line; at <= Math.min(end, rows.length); at++) {
      const row = rows[at - 1];
      if (!row) continue;
      row.kind = kind;
      if (at === line) row.fate = fate;
    }
  };
  for (const part of source.lines ?? []) {
    const kind = part.fate === "ignored" ? "ignored" : part.fate === "step" ? "step" : "kept";
    const said = part.fate === "ignored" ? `left out: ${part.detail}` : part.fate.replaceAll("_", " ");
    mark(part.line, part.endLine, said, kind);
  }
  (source.steps ?? []).forEach((step, index) => {
    mark(step.line, step.endLine, `step ${index + 1}, ${step.title}`, "step");
  });
  return rows;
}

/** `24 of 24 sentences: 12 step, 8 note, 4 ignored`. */
export function coverageSentence(source: Source): string | null {
  if (source.sentences == null || source.accounted == null) return null;
  const fates = Object.entries(source.byFate ?? {})
    .sort(([, a], [, b]) => b - a)
    .map(([fate, count]) => `${count} ${fate.replaceAll("_", " ")}`);
  return `${source.accounted} of ${source.sentences} sentences: ${fates.join(", ")}`;
}
