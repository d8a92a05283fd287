/**
 * One text, asked about again at each pause in typing. An answer to anything but the newest text is dropped,
 * its request aborted; where nothing answers, it asks again by itself.
 */
import { asProblem, Problem } from "@/api/problem";

export const PAUSE_MS = 250;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 10_000;

export interface Live<Request, Answer> {
  /** `idle`: nothing to ask. `typing`: a pause is awaited. `asking`: the answer is. */
  phase: "idle" | "typing" | "asking" | "settled";
  /** When the running question was asked, on the clock of `Date.now`. */
  since: number;
  /** The newest answer, and what it answers: not always what was asked last. */
  answer: Answer | null;
  answered: Request | null;
  /** Why what was asked last has no answer. */
  problem: Problem | null;
}

/** Asks one question; `early` takes an answer that a better one follows. May throw Problem;
 * `retryAfterSeconds` of it says when to come back. */
export type Ask<Request, Answer> = (
  request: Request,
  signal: AbortSignal,
  early: (answer: Answer) => void,
) => Promise<Answer>;

export class LiveParser<Request, Answer> {
  private live: Live<Request, Answer> = {
    phase: "idle",
    since: 0,
    answer: null,
    answered: null,
    problem: null,
  };
  private turn = 0;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly ask: Ask<Request, Answer>;

  constructor(ask: Ask<Request, Answer>) {
    this.ask = ask;
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Live<Request, Answer> => this.live;

  /** Typed: ask when it pauses. */
  later(request: Request): void {
    this.schedule(request, PAUSE_MS);
    this.set({ phase: "typing" });
  }

  /** Pasted, answered, chosen: ask at once. */
  now(request: Request): void {
    this.stop();
    this.failures = 0;
    void this.run(request);
  }

  /** Nothing is asked any more, and no answer is shown. */
  clear(): void {
    this.stop();
    this.set({ phase: "idle", answer: null, answered: null, problem: null });
  }

  /** Ends timers and requests; the answer stays. */
  stop(): void {
    this.turn += 1;
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = undefined;
  }

  private schedule(request: Request, afterMs: number): void {
    this.stop();
    this.timer = setTimeout(() => void this.run(request), afterMs);
  }

  private async run(request: Request): Promise<void> {
    const turn = this.turn;
    const running = new AbortController();
    this.running = running;
    this.set({ phase: "asking", since: Date.now() });
    try {
      const answer = await this.ask(request, running.signal, (early) => {
        if (turn === this.turn) this.set({ answer: early, answered: request, problem: null });
      });
      if (turn !== this.turn) return;
      this.failures = 0;
      this.set({ phase: "settled", answer, answered: request, problem: null });
    } catch (error) {
      if (turn !== this.turn) return;
      this.failed(request, asProblem(error));
    }
  }

  private failed(request: Request, problem: Problem): void {
    this.set({ phase: "settled", problem });
    const pause = retryPauseMs(problem, this.failures);
    this.failures += 1;
    if (pause === null) return;
    const turn = this.turn;
    this.timer = setTimeout(() => {
      if (turn === this.turn) void this.run(request);
    }, pause);
  }

  private set(change: Partial<Live<Request, Answer>>): void {
    this.live = { ...this.live, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** When to ask again: never for a refusal, which stays one until the text changes. */
export function retryPauseMs(problem: Problem, failures: number): number | null {
  const backOff = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
  if (problem.status === 429 || problem.status === 503) {
    const asked = problem instanceof Refused ? problem.retryAfterSeconds : null;
    return asked === null ? backOff : Math.min(60_000, asked * 1_000);
  }
  return problem.status === 0 || problem.status >= 500 ? backOff : null;
}

/** A refusal that says when to come back. */
export class Refused extends Problem {
  readonly retryAfterSeconds: number | null;

  constructor(problem: Problem, retryAfterSeconds: number | null) {
    super(problem.status, {
      detail: problem.message,
      hint: problem.hint,
      code: problem.code,
      places: [...problem.places],
    });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
