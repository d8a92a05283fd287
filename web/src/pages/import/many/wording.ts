/** The report's order and its sentences. Pure, so that they are tested as text. */
import { count } from "../wording";
import type { ManyView, Row } from "./many-import";

export type Column = "file" | "title" | "steps" | "risk" | "questions" | "code" | "read" | "state";
export type Kind = "ready" | "open" | "left" | "refused" | "unread";

const KINDS: Readonly<Record<Row["outcome"], Kind>> = {
  ready: "ready",
  proposed: "open",
  imported_before: "open",
  left_out: "left",
  refused: "refused",
  unread: "unread",
};

/** What a row counts as in the report. */
export function kindOf(row: Row): Kind {
  return KINDS[row.outcome];
}

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  ready: "to propose",
  open: "proposed or in service",
  left: "left out",
  refused: "not read",
  unread: "not asked yet",
};

/** Counts of the kinds that occur, in order. */
export function kindsOf(rows: readonly Row[]): [Kind, number][] {
  const counts = new Map<Kind, number>();
  for (const row of rows) counts.set(kindOf(row), (counts.get(kindOf(row)) ?? 0) + 1);
  return (Object.keys(KIND_WORDS) as Kind[]).flatMap((kind) => {
    const number = counts.get(kind);
    return number ? [[kind, number] as [Kind, number]] : [];
  });
}

/** What a row is sorted by; the riskiest, longest, most open, least covered come first. */
function rank(row: Row, by: Column): readonly (number | string)[] {
  const tally = row.tally ?? {};
  switch (by) {
    case "file":
      return [row.file];
    case "title":
      return [(row.title ?? "\uffff").toLowerCase()];
    case "steps":
      return [-(row.steps ?? -1)];
    case "risk":
      return [-(tally.dangerous ?? 0), -(tally.unknown ?? 0), -(tally.caution ?? 0), -(row.steps ?? -1)];
    case "questions":
      return [-(row.ambiguities ?? -1)];
    case "code":
      return [-(row.codeLeftOut ?? -1)];
    case "read":
      return [row.coveragePermille ?? 1_001];
    case "state":
      return [Object.keys(KIND_WORDS).indexOf(kindOf(row)) * -1, row.reason ?? ""];
  }
}

/** The rows in the order of a column; within equals the order of the files stays. */
export function sortedRows(rows: readonly Row[], by: Column, isReversed: boolean): Row[] {
  const ranked = rows.map((row) => ({ row, rank: rank(row, by) }));
  ranked.sort(
    (a, b) => (isReversed ? compared(b.rank, a.rank) : compared(a.rank, b.rank)) || a.row.at - b.row.at,
  );
  return ranked.map(({ row }) => row);
}

function compared(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [index, one] of a.entries()) {
    const other = b[index];
    if (other !== undefined && one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

/** `14 documents: 11 to propose, 2 left out, 1 not read`. */
export function summary(rows: readonly Row[]): string {
  const parts = kindsOf(rows).map(([kind, number]) => `${number.toLocaleString("en")} ${KIND_WORDS[kind]}`);
  return `${count(rows.length, "document")}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}

/** What becomes of a document, with why. */
export function stateText(row: Row): string {
  const words: Readonly<Record<Row["outcome"], string>> = {
    ready: "To propose",
    proposed: "In a pull request",
    imported_before: "Imported before",
    left_out: "Left out",
    refused: "Not read",
    unread: "Not asked yet",
  };
  return `${words[row.outcome]}${row.reason ? `: ${row.reason}` : ""}`;
}

/** `Open pull request`, `Open 3 pull requests`. */
export function actionText(pulls: number): string {
  return pulls > 1 ? `Open ${pulls} pull requests` : "Open pull request";
}

/** What is going on, in words for the bar. */
export function progressText(view: ManyView): string {
  const of = `${view.done.toLocaleString("en")} of ${count(view.of, "document")}`;
  if (view.waits !== null) return `${of}. The server is busy; it is asked again in ${view.waits} s`;
  switch (view.phase) {
    case "gathering":
      return `Reading files: ${count(view.done, "document")}`;
    case "reading":
      return `Asking what they would become: ${of}`;
    default:
      return `Opening ${view.pulls > 1 ? "pull requests" : "the pull request"}: ${of}`;
  }
}

/** A pull request by its address: its repository is named where there are several. */
export interface Opened {
  number: number;
  repository?: string | null | undefined;
}

/** The pull requests that this import opened. */
export function openedPulls(rows: readonly Row[]): Opened[] {
  const found = new Map<number, Opened>();
  for (const { outcome, pull, repository } of rows)
    if (outcome === "proposed" && pull) found.set(pull, { number: pull, repository });
  return [...found.values()].sort((a, b) => a.number - b.number);
}

/** What the address of its page says of its repository. */
export function placeOfOpened({ repository }: Pick<Opened, "repository">): { repository?: string } {
  return repository ? { repository } : {};
}
