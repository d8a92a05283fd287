/**
 * One import of many documents: what was chosen, what the server says that each would become, and the pull requests.
 * Knows nothing of React. All of it is in this tab's memory: a browser's storage is written to its disk, and the texts
 * may hold secrets.
 */
import { asProblem, Problem } from "@/api/problem";
import { Refused, retryPauseMs } from "../live-parser";
import { NotTaken } from "../paste";
import type { Batch, Batched, BatchRequest } from "./ask";
import { type Gathered, gather, type Picked } from "./gather";

/** Of one pull request: with its decision log and its verdicts it has 50 files. */
export const DOCUMENTS_A_PULL = 48;
/** Few enough that the bar moves, and that other people's texts are read between. */
const LOOKED_AT_ONCE = 8;
const LOOK_MAX_BYTES = 512 * 1024;
/** Of the texts of one request, as JSON: the server takes 2 MiB for the whole. */
const OPEN_MAX_BYTES = 1536 * 1024;
const FILE_MAX_CHARACTERS = 500;
/** Refusals of a request as a whole that may be of one document in it. */
const OF_A_DOCUMENT: ReadonlySet<number> = new Set([400, 413, 422]);
const TRIES = 8;

export interface Row extends Omit<Batched, "outcome"> {
  /** Its number in the order of the files: its address on the page. */
  at: number;
  outcome: Batched["outcome"] | "unread";
}

export interface ManyView {
  /** `gathering`: files are read in the tab. `reading`: the server is asked about each. `opening`: pull requests. */
  phase: "gathering" | "reading" | "report" | "opening";
  /** What the bar shows: so many of `of`, which is 0 where nobody knows yet. */
  done: number;
  of: number;
  rows: readonly Row[];
  /** Files of other kinds, which were left alone. */
  others: number;
  /** Why nothing of what was chosen is taken. */
  refusal: string | null;
  /** Why it stopped in the middle; it may go on. */
  problem: Problem | null;
  /** Seconds after which the server is asked again, because it said so. */
  waits: number | null;
  /** How many pull requests what is ready would be. */
  pulls: number;
}

export interface Calls {
  look: (body: BatchRequest, signal: AbortSignal) => Promise<Batch>;
  open: (body: BatchRequest) => Promise<Batch>;
  /** Waits; throws where it is given up meanwhile. */
  pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export class ManyImport {
  private view: ManyView = {
    phase: "gathering",
    done: 0,
    of: 0,
    rows: [],
    others: 0,
    refusal: null,
    problem: null,
    waits: null,
    pulls: 0,
  };
  private documents: readonly Gathered[] = [];
  private running = new AbortController();
  private readonly listeners = new Set<() => void>();
  private readonly calls: Calls;
  /** Whose import it is: nobody else sees it on this page. */
  readonly owner: string;

  constructor(owner: string, calls: Calls) {
    this.owner = owner;
    this.calls = calls;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): ManyView => this.view;

  /** The document of a row, for its preview; null where it has no text. */
  document(at: number): Gathered | null {
    const found = this.documents[at];
    return found && found.text !== null ? found : null;
  }

  /** Reads the files, then has the server say what each would become. */
  async start(files: () => Promise<readonly Picked[]>): Promise<void> {
    const { signal } = this.running;
    try {
      const found = await gather(await files(), (done) => this.set({ done }), signal);
      if (found.documents.length === 0) throw new NotTaken(NO_DOCUMENT);
      this.documents = found.documents;
      this.set({ rows: found.documents.map(rowOf), others: found.others });
      this.leaveOutCopies();
    } catch (error) {
      if (signal.aborted) {
        this.set({ phase: "report", refusal: STOPPED });
        return;
      }
      const refusal = error instanceof NotTaken ? error.message : "What was chosen could not be read.";
      this.set({ phase: "report", refusal });
      return;
    }
    if (signal.aborted) this.set({ phase: "report" });
    else await this.look();
  }

  /** Has the server say what each would become that it has not said of yet. */
  async look(): Promise<void> {
    this.running = new AbortController();
    await this.each("reading", "unread", LOOKED_AT_ONCE, LOOK_MAX_BYTES, (body) =>
      this.calls.look(body, this.running.signal),
    );
  }

  /** Opens the pull requests of what is ready. */
  async open(): Promise<void> {
    this.running = new AbortController();
    await this.each("opening", "ready", DOCUMENTS_A_PULL, OPEN_MAX_BYTES, this.calls.open);
  }

  /** Ends it where it is; what was said of the documents stays. */
  stop(): void {
    this.running.abort();
  }

  /** A pull request was opened of one document by itself. */
  opened(at: number, pull: number, repository?: string): void {
    this.put([at], [{ outcome: "proposed", pull, repository: repository ?? null }]);
    this.set({ pulls: this.planned() });
  }

  private async each(
    phase: "reading" | "opening",
    outcome: Row["outcome"],
    most: number,
    mostBytes: number,
    send: (body: BatchRequest) => Promise<Batch>,
  ): Promise<void> {
    const places = this.view.rows.filter((row) => row.outcome === outcome).map((row) => row.at);
    this.set({ phase, done: 0, of: places.length, problem: null });
    try {
      for (const chunk of this.chunks(places, most, mostBytes)) {
        this.running.signal.throwIfAborted();
        await this.sent(chunk, phase === "opening", send);
        this.set({ done: this.view.done + chunk.length });
      }
    } catch (error) {
      if (!this.running.signal.aborted) this.set({ problem: asProblem(error) });
    }
    this.set({ phase: "report", waits: null, pulls: this.planned() });
  }

  /** How many pull requests what is ready would be. */
  private planned(): number {
    const ready = this.view.rows.filter((row) => row.outcome === "ready").map((row) => row.at);
    return [...this.chunks(ready, DOCUMENTS_A_PULL, OPEN_MAX_BYTES)].length;
  }

  /** One request. One that is refused as a whole is repeated for each document by itself. */
  private async sent(
    places: readonly number[],
    named: boolean,
    send: (body: BatchRequest) => Promise<Batch>,
  ): Promise<void> {
    try {
      const { documents } = await this.patiently(() => send(this.body(places, named)));
      this.put(places, documents);
    } catch (error) {
      if (!(error instanceof Problem) || !OF_A_DOCUMENT.has(error.status)) throw error;
      if (places.length === 1) {
        this.put(places, [{ outcome: "refused", reason: error.message }]);
        return;
      }
      for (const place of places) await this.sent([place], named, send);
    }
  }

  /** Asks again where the server says that it has no time now, or that the first call still works. */
  private async patiently(send: () => Promise<Batch>): Promise<Batch> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await send();
      } catch (error) {
        const problem = asProblem(error);
        const isBusy = problem instanceof Refused || [429, 503].includes(problem.status);
        const pause = isBusy && failures < TRIES ? retryPauseMs(problem, failures) : null;
        if (pause === null) throw error;
        this.set({ waits: Math.ceil(pause / 1_000) });
        await this.calls.pause(pause, this.running.signal);
        this.set({ waits: null });
      }
    }
  }

  private *chunks(places: readonly number[], most: number, mostBytes: number): Generator<number[]> {
    let chunk: number[] = [];
    let bytes = 0;
    for (const place of places) {
      const length = new TextEncoder().encode(JSON.stringify(this.documents[place]?.text ?? "")).length;
      if (chunk.length > 0 && (chunk.length === most || bytes + length > mostBytes)) {
        yield chunk;
        chunk = [];
        bytes = 0;
      }
      chunk.push(place);
      bytes += length;
    }
    if (chunk.length > 0) yield chunk;
  }

  private body(places: readonly number[], named: boolean): BatchRequest {
    const own = new Set(places);
    const { rows } = this.view;
    return {
      documents: places.map((place) => {
        const document = this.documents[place];
        const name = named ? rows[place]?.name : null;
        return {
          file: document?.file.slice(-FILE_MAX_CHARACTERS) ?? "",
          text: document?.text ?? "",
          ...(document?.format ? { format: document.format } : {}),
          ...(name ? { name } : {}),
        };
      }),
      dryRun: !named,
      withoutCommands: false,
      avoid: rows.flatMap((row) => (row.name && !own.has(row.at) ? [row.name] : [])).sort(),
    };
  }

  /** The same text in two places is asked about once. */
  private leaveOutCopies(): void {
    const first = new Map<string, string>();
    for (const row of this.view.rows) {
      const text = this.documents[row.at]?.text;
      if (text === null || text === undefined) continue;
      const earlier = first.get(text);
      if (earlier === undefined) first.set(text, row.file);
      else this.put([row.at], [{ outcome: "left_out", reason: `it is the same text as ${earlier}` }]);
    }
  }

  private put(places: readonly number[], found: readonly Partial<Row>[]): void {
    const said = new Map(places.map((place, index) => [place, found[index]]));
    this.set({
      rows: this.view.rows.map((row) => {
        const more = said.get(row.at);
        return more ? { ...row, ...more, at: row.at, file: row.file } : row;
      }),
    });
  }

  private set(change: Partial<ManyView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener();
  }
}

const STOPPED = "It was stopped before all files were read.";
const NO_DOCUMENT =
  "There is no document in it. Markdown, reStructuredText, AsciiDoc, HTML, text and Confluence's storage format are read.";

function rowOf(document: Gathered, at: number): Row {
  const { file, problem } = document;
  return problem === null
    ? { at, file, sha256: "", outcome: "unread" }
    : { at, file, sha256: "", outcome: "refused", reason: problem };
}
