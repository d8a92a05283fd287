/**
 * The text that is being worked on, kept across a reload in this tab.
 *
 * A browser writes session storage to its disk to restore tabs, so a secret must never be in it. Therefore only a
 * text that the server has read is kept, with each secret that it found replaced by the variable that stands for it
 * (`${password}`); what was typed since is not kept until it, too, has been read. Of answers only the ids of options
 * are kept: what somebody wrote of their own, and every correction, lasts as long as the page. The draft belongs to
 * one person: it is removed when a pull request is opened of it, when it is discarded, and when somebody else is
 * signed in.
 */
import type { AnswerGiven, Preview } from "./answer";
import { Points } from "./points";

const KEY = "dd0c-import-draft";
const MAX_CHARACTERS = 256 * 1024;

export interface Draft {
  /** The member's id; null of a draft that was made signed out. */
  owner: string | null;
  text: string;
  /** The chosen options; never a value. */
  answers: Record<string, { option: string }>;
  /** How many secrets were left out. */
  secrets: number;
}

/** What the server read, with each masked secret replaced by what stands for it. */
export function withoutSecrets(preview: Pick<Preview, "sourceText" | "masked">): string {
  const points = new Points(preview.sourceText);
  let text = "";
  let at = 0;
  for (const span of [...preview.masked].sort((a, b) => a.start - b.start)) {
    const range = points.range(span);
    if (!range || range.from < at) continue;
    text += preview.sourceText.slice(at, range.from) + span.now;
    at = range.to;
  }
  return text + preview.sourceText.slice(at);
}

/** The answers that are an option's id. */
export function chosenOnly(answers: Readonly<Record<string, AnswerGiven>>): Draft["answers"] {
  return Object.fromEntries(
    Object.entries(answers).flatMap(([id, { option }]) => (option ? [[id, { option }]] : [])),
  );
}

export function keepDraft(draft: Draft): void {
  if (draft.text.length > MAX_CHARACTERS) {
    dropDraft();
    return;
  }
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // Storage is refused or full: the draft then lasts as long as the page.
    dropDraft();
  }
}

export function dropDraft(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Storage is refused: nothing was kept in it either.
  }
}

/** The draft of this person, or one that was made signed out; a stranger's is removed. */
export function takeDraft(member: string | null): Draft | null {
  const draft = stored();
  if (!draft) return null;
  if (draft.owner === null || draft.owner === member) return draft;
  dropDraft();
  return null;
}

/** Whether a draft made signed out waits: signing in then leads back to it. */
export function hasOpenDraft(): boolean {
  return stored()?.owner === null;
}

function stored(): Draft | null {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return isDraft(found) ? found : null;
  } catch {
    // Refused, or not ours: there is no draft.
    return null;
  }
}

function isDraft(found: unknown): found is Draft {
  if (typeof found !== "object" || found === null) return false;
  const draft = found as Partial<Draft>;
  return (
    typeof draft.text === "string" &&
    (draft.owner === null || typeof draft.owner === "string") &&
    typeof draft.answers === "object" &&
    typeof draft.secrets === "number"
  );
}
