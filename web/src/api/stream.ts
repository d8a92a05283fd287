/**
 * Server-sent events over fetch: resumed by the last id, tried again with growing pauses, and never left
 * open by a page that nobody looks at (a browser has few connections to one host).
 */
import { createParser } from "eventsource-parser";
import { Problem, problemOf } from "./problem";
import { isStillSignedIn } from "./standing";

export interface StreamEvent {
  /** The id to resume behind; empty where the server gave none. */
  id: string;
  event: string;
  data: string;
}

export type StreamState =
  | { kind: "connecting" }
  | { kind: "live" }
  /** Nothing comes; `nextTryAt` in the browser's own milliseconds. */
  | { kind: "lost"; since: number; nextTryAt: number }
  /** The server refused for good: no such thing, or no right to see it. */
  | { kind: "refused"; problem: Problem }
  | { kind: "ended" };

interface Handlers {
  onEvent: (event: StreamEvent) => void;
  onState: (state: StreamState) => void;
  /** The last id that the page has already; empty for all from the beginning. */
  after?: string;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** The server says something every 15 s; silence of this length is a dead connection. */
const SILENCE_MS = 40_000;

/** How long to wait before try `tries` (from 1): half a second, doubling, at most ten seconds. */
export function pauseMs(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, tries - 1));
}

/** Refusals that are none for good: who signs in again sees on. */
const MAY_PASS: ReadonlySet<number> = new Set([401, 408, 429]);

/** Whether trying again can't help. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && !MAY_PASS.has(status);
}

export class EventStream {
  private readonly url: string;
  private readonly handlers: Handlers;
  private lastId: string;
  private abort: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;
  private lostSince: number | null = null;
  private over = false;

  constructor(url: string, handlers: Handlers) {
    this.url = url;
    this.handlers = handlers;
    this.lastId = handlers.after ?? "";
  }

  start(): void {
    document.addEventListener("visibilitychange", this.onVisibility);
    if (document.visibilityState === "visible") this.connect();
  }

  /** Close for good. */
  stop(): void {
    this.over = true;
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.disconnect();
  }

  /** Try at once, where it is waiting to. */
  retry = (): void => {
    if (this.lostSince !== null && !this.over) this.connect();
  };

  /** What there was is all: says so, and closes. */
  end(): void {
    this.stop();
    this.handlers.onState({ kind: "ended" });
  }

  private onVisibility = (): void => {
    if (this.over) return;
    if (document.visibilityState === "hidden") this.disconnect();
    else if (!this.abort) this.connect();
  };

  private disconnect(): void {
    clearTimeout(this.timer);
    this.abort?.abort();
    this.abort = null;
  }

  private connect(): void {
    this.disconnect();
    const abort = new AbortController();
    this.abort = abort;
    if (this.lostSince === null) this.handlers.onState({ kind: "connecting" });
    void this.read(abort.signal).then(
      () => this.closed(abort),
      (error: unknown) => this.closed(abort, error),
    );
  }

  /** The connection is gone: opened again at once where the server closed it, after a pause otherwise. */
  private closed(abort: AbortController, error?: unknown): void {
    if (this.abort !== abort || this.over) return;
    this.abort = null;
    if (error instanceof Problem && isFinal(error.status)) {
      this.stop();
      this.handlers.onState({ kind: "refused", problem: error });
      return;
    }
    this.tries = error === undefined ? 1 : this.tries + 1;
    const pause = pauseMs(this.tries);
    if (error !== undefined) {
      this.lostSince ??= Date.now();
      this.handlers.onState({ kind: "lost", since: this.lostSince, nextTryAt: Date.now() + pause });
    }
    this.timer = setTimeout(() => this.connect(), pause);
  }

  private async read(signal: AbortSignal): Promise<void> {
    if (!(await isStillSignedIn())) throw Problem.sessionOver();
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (this.lastId) headers["Last-Event-ID"] = this.lastId;
    const response = await fetch(this.url, {
      headers,
      signal,
      credentials: "same-origin",
      cache: "no-store",
    });
    if (!response.ok) throw problemOf(response.status, await response.json().catch(() => null));
    if (!response.body) throw Problem.unreachable();
    this.tries = 0;
    this.lostSince = null;
    this.handlers.onState({ kind: "live" });
    const parser = createParser({
      onEvent: (message) => {
        if (this.over) return;
        if (message.id) this.lastId = message.id;
        this.handlers.onEvent({
          id: message.id ?? "",
          event: message.event ?? "message",
          data: message.data,
        });
      },
    });
    await this.pump(response.body.pipeThrough(new TextDecoderStream()).getReader(), parser.feed);
  }

  private async pump(
    reader: ReadableStreamDefaultReader<string>,
    feed: (text: string) => void,
  ): Promise<void> {
    for (;;) {
      let silence: ReturnType<typeof setTimeout> | undefined;
      const quiet = new Promise<never>((_, reject) => {
        silence = setTimeout(() => reject(Problem.unreachable()), SILENCE_MS);
      });
      try {
        const { done, value } = await Promise.race([reader.read(), quiet]);
        if (done) return;
        feed(value);
      } finally {
        clearTimeout(silence);
      }
    }
  }
}
