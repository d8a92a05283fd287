/**
 * One import from the first paste to the pull request: the text, the answers and corrections of its author, and
 * what the server makes of it. Knows nothing of React or of the editor.
 */
import type { AnswerGiven, Overrides, Preview, PreviewRequest, VariableChange } from "./answer";
import { merged } from "./answer";
import { chosenOnly, type Draft, dropDraft, keepDraft, withoutSecrets } from "./draft";
import { type Ask, type Live, LiveParser } from "./live-parser";
import { byteLength, type Incoming, NotTaken, tooLarge } from "./paste";

const ANSWERS_MAX = 200;
const TAKEN_MAX = 100;

export interface View {
  isEmpty: boolean;
  answers: Readonly<Record<string, AnswerGiven>>;
  overrides: Overrides;
  /** Pasted as HTML, and not edited since: the editor shows what was read from it. */
  isHtml: boolean;
  /** Secrets that a restored draft stands without. */
  secretsLeftOut: number;
  /** Why the newest text was not even asked about. */
  refusal: string | null;
  /** A text that was discarded and can be brought back. */
  canBringBack: boolean;
  live: Live<PreviewRequest, Preview>;
}

interface Kept {
  text: string;
  format: Incoming["format"];
  html: string | null;
  answers: Record<string, AnswerGiven>;
  overrides: Overrides;
  taken: string[];
}

const EMPTY: Kept = { text: "", format: undefined, html: null, answers: {}, overrides: {}, taken: [] };

export class ImportSession {
  private kept: Kept = EMPTY;
  private discarded: Kept | null = null;
  private secretsLeftOut = 0;
  private refusal: string | null = null;
  private view: View;
  private readonly parser: LiveParser<PreviewRequest, Preview>;
  private readonly listeners = new Set<() => void>();
  private seen: Preview | null = null;
  /** Whose draft it is; null while nobody is signed in. */
  owner: string | null = null;

  private readonly keepsDraft: boolean;

  /** `keepsDraft`: whether the text outlives the page as the draft of this tab. */
  constructor(ask: Ask<PreviewRequest, Preview>, keepsDraft = true) {
    this.keepsDraft = keepsDraft;
    this.parser = new LiveParser(async (request, signal, early) =>
      merged(this.seen, await ask(request, signal, (answer) => early(merged(this.seen, answer)))),
    );
    this.view = this.made();
    this.parser.subscribe(() => this.heard());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): View => this.view;

  /** What the pull request would be asked for; null while the text on screen has not been read. */
  proposal(): PreviewRequest | null {
    const { phase, problem, answered, answer } = this.view.live;
    if (phase !== "settled" || problem || !answered) return null;
    // What was taken of a reading that is gone is not proposed: nobody sees it in the preview.
    const seen = answer?.reading?.differences.filter((item) => item.taken).map((item) => item.id) ?? [];
    return { ...answered, taken: seen };
  }

  text(): string {
    return this.kept.text;
  }

  /** The editor's text changed under somebody's hands. */
  typed(text: string, atOnce: boolean): void {
    if (text === this.kept.text && this.kept.html === null) return;
    this.keep({
      ...this.kept,
      text,
      html: null,
      format: this.kept.html === null ? this.kept.format : "markdown",
    });
    this.ask(atOnce);
  }

  /** A whole new text; answers and corrections of the one before are about something else. */
  replaced(incoming: Incoming, shown: string): void {
    const html = incoming.format === "html" ? incoming.text : null;
    this.secretsLeftOut = 0;
    this.keep({ ...EMPTY, text: shown, html, format: html === null ? incoming.format : undefined });
    this.ask(true);
  }

  /** What was read from the pasted HTML is in the editor now; it is still the HTML that is sent. */
  shownFromHtml(text: string): void {
    this.kept = { ...this.kept, text };
    this.tell();
  }

  restored(draft: Draft): void {
    this.secretsLeftOut = draft.secrets;
    this.keep({ ...EMPTY, text: draft.text, answers: draft.answers });
    this.ask(true);
  }

  /** Answers a question; null takes the answer back. */
  answer(question: string, given: AnswerGiven | null): void {
    const answers = Object.fromEntries(
      Object.entries(this.kept.answers)
        .filter(([id]) => id !== question)
        .slice(-ANSWERS_MAX),
    );
    if (given) answers[question] = given;
    this.keep({ ...this.kept, answers });
    this.ask(true);
  }

  /** Takes the model's reading of a difference, or leaves it. */
  take(difference: string, wanted: boolean): void {
    const others = this.kept.taken.filter((id) => id !== difference).slice(1 - TAKEN_MAX);
    this.keep({ ...this.kept, taken: wanted ? [...others, difference] : others });
    this.ask(true);
  }

  correct(change: Overrides): void {
    const overrides = { ...this.kept.overrides, ...change };
    this.keep({ ...this.kept, overrides });
    this.ask(false);
  }

  /** Changes a variable, under the name that it has in the text; an empty change takes changes back. */
  change(found: string, change: VariableChange): void {
    const { [found]: before, ...others } = this.kept.overrides.variables ?? {};
    const now = { ...before, ...change };
    const variables = now.name || now.value ? { ...others, [found]: now } : others;
    this.keep({ ...this.kept, overrides: { ...this.kept.overrides, variables } });
    this.ask(true);
  }

  /** Empties the page; `bringBack` undoes it while the page lives. */
  discard(): void {
    this.discarded = this.kept.text === "" ? null : this.kept;
    this.secretsLeftOut = 0;
    this.keep(EMPTY);
    this.ask(true);
  }

  /** The discarded text, for the editor; null where there is none. */
  bringBack(): string | null {
    const back = this.discarded;
    if (!back) return null;
    this.keep(back);
    this.ask(true);
    return back.text;
  }

  /** A pull request was opened of it: nothing of it is kept here. */
  done(): void {
    this.parser.stop();
    this.kept = EMPTY;
    this.dropDraft();
  }

  /** Asks again, now. */
  again(): void {
    this.ask(true);
  }

  /** Ends what runs; for when the page is left. */
  stop(): void {
    this.parser.stop();
  }

  private request(): PreviewRequest {
    const { text, format, html, answers, overrides, taken } = this.kept;
    return html === null
      ? { text, ...(format ? { format } : {}), answers, overrides, taken }
      : { text: html, format: "html", answers, overrides, taken };
  }

  private keep(kept: Kept): void {
    this.kept = kept;
    if (kept.text !== "" || kept.html !== null) this.discarded = null;
  }

  private ask(atOnce: boolean): void {
    this.refusal = null;
    const request = this.request();
    if (request.text.trim() === "") {
      this.seen = null;
      this.dropDraft();
      this.parser.clear();
      return;
    }
    try {
      tooLarge(byteLength(request.text));
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
      this.refusal = error.message;
      this.parser.clear();
      return;
    }
    if (atOnce) this.parser.now(request);
    else this.parser.later(request);
  }

  private heard(): void {
    const live = this.parser.snapshot();
    if (live.answer !== this.seen && live.answer) this.read(live.answer);
    this.tell();
  }

  private read(answer: Preview): void {
    this.seen = answer;
    if (!this.keepsDraft) return;
    const answers = chosenOnly(this.kept.answers);
    const secrets = answer.masked.length;
    keepDraft({ owner: this.owner, text: withoutSecrets(answer), answers, secrets });
  }

  private dropDraft(): void {
    if (this.keepsDraft) dropDraft();
  }

  private tell(): void {
    this.view = this.made();
    for (const listener of this.listeners) listener();
  }

  private made(): View {
    return {
      isEmpty: this.kept.text.trim() === "" && this.kept.html === null,
      answers: this.kept.answers,
      overrides: this.kept.overrides,
      isHtml: this.kept.html !== null,
      secretsLeftOut: this.secretsLeftOut,
      refusal: this.refusal,
      canBringBack: this.discarded !== null,
      live: this.parser.snapshot(),
    };
  }
}
