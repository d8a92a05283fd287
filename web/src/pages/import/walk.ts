/** Moving over the preview by keyboard: steps, questions, and where the focus goes when a question is answered. */
import type { EditorHandle } from "./handle";
import type { Lit } from "./lit";
import type { ImportSession } from "./session";

/** The next (1), previous (-1) or current-or-first (0) step gets the focus. */
export function focusStep(preview: HTMLElement | null, by: number): void {
  const steps = [...(preview?.querySelectorAll<HTMLElement>("article[data-place]") ?? [])];
  const at = steps.findIndex((step) => step.contains(document.activeElement));
  const next = at < 0 ? 0 : Math.min(steps.length - 1, Math.max(0, at + by));
  reveal(steps[next]);
}

/** The id of the step that has the focus; null where none has. */
export function focusedStep(): string | null {
  const card = document.activeElement?.closest<HTMLElement>("article[data-place]");
  return card?.dataset.place?.replace(/^step:/, "") ?? null;
}

/** When the moved text has been read, the focus stands at the step in its new place, unless it was moved since. */
export function focusAfterMove(session: ImportSession, order: number): void {
  const end = session.subscribe(() => {
    if (session.snapshot().live.phase !== "settled") return;
    end();
    requestAnimationFrame(() => {
      const now = document.activeElement;
      if (now !== null && now !== document.body && !now.closest("article[data-place]")) return;
      reveal(document.querySelector<HTMLElement>(`article[aria-label="Step ${order}"]`));
    });
  });
}

/** The open question after the one that has the focus; after the last the first again. */
export function focusQuestion(preview: HTMLElement | null): void {
  const open = [...(preview?.querySelectorAll<HTMLElement>("[data-question]") ?? [])];
  const at = open.findIndex((question) => question.contains(document.activeElement));
  reveal(open[(at + 1) % open.length]);
}

/** The next passage that a model read differently and that can be taken; after the last the first again. */
export function focusDifference(preview: HTMLElement | null): void {
  const open = [...(preview?.querySelectorAll<HTMLElement>("[data-takes]") ?? [])];
  const at = open.indexOf(document.activeElement as HTMLElement);
  reveal(open[(at + 1) % open.length]);
}

/** When the text has been read again, the focus stands at the same choice, unless it was moved since. */
export function focusAfterTaking(session: ImportSession, difference: string): void {
  focusWhenRead(session, [`[data-takes="${CSS.escape(difference)}"]`]);
}

function reveal(element: HTMLElement | null | undefined): void {
  if (!element) return;
  element.focus({ preventScroll: true });
  (element.closest("[data-place]") ?? element).scrollIntoView({ block: "nearest" });
}

/** When the answer has been read, the focus stands at what took the question's place, unless it was moved since. */
export function focusAfterAnswer(session: ImportSession, question: string): void {
  const name = CSS.escape(question);
  focusWhenRead(session, [`[data-answered="${name}"] button`, `[data-question="${name}"]`]);
}

/** The same for a variable that was changed; `found` is its name in the text. */
export function focusAfterChange(session: ImportSession, found: string): void {
  focusWhenRead(session, [`[data-variable="${CSS.escape(found)}"]`]);
}

function focusWhenRead(session: ImportSession, selectors: readonly string[]): void {
  const end = session.subscribe(() => {
    if (session.snapshot().live.phase !== "settled") return;
    end();
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body && document.activeElement !== null) return;
      const places = selectors.map((selector) => document.querySelector<HTMLElement>(selector));
      places.find((place) => place !== null)?.focus();
    });
  });
}

/** Scrolls the lit card into view where the cursor in the source lights it; hovering never scrolls. */
export function showCard(preview: HTMLElement | null, lit: Lit, editor: EditorHandle | null): void {
  const id = lit.id();
  if (!id || !preview || !editor?.hasFocus() || lit.by !== "cursor") return;
  preview.querySelector(`[data-place="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
}
