/** Whether what is on screen is the present: every stream of the page says so here, and the strip shows it. */
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { EventStream, type StreamEvent, type StreamState } from "@/api/stream";
import { useNow } from "@/ui/time";

export interface Lost {
  since: number;
  nextTryAt: number;
  retry: () => void;
}

const lost = new Map<object, Lost>();
const listeners = new Set<() => void>();
let worst: Lost | null = null;

function changed(): void {
  worst = [...lost.values()].sort((a, b) => a.since - b.since)[0] ?? null;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Say that a source of what is on screen is lost, or (null) that it is there again. */
export function report(source: object, now: Lost | null): void {
  if (now) lost.set(source, now);
  else lost.delete(source);
  changed();
}

/** What has been lost for longest, if anything is. */
export function useLost(): Lost | null {
  return useSyncExternalStore(subscribe, () => worst);
}

/** One lost answer is not worth a word. */
export const GRACE_MS = 3_000;

/** Whether the page has not been live for a moment: nothing is approved on what may be old. */
export function useIsLost(): boolean {
  const since = useLost()?.since ?? null;
  useNow(1_000, since !== null);
  return since !== null && Date.now() - since >= GRACE_MS;
}

/** Try all that is lost now. */
export function retryLost(): void {
  for (const one of lost.values()) one.retry();
}

interface Options {
  /** The id behind which the stream begins; read once, when it opens. */
  after?: string;
  /** Called for each event; `end` closes the stream for good. */
  onEvent: (event: StreamEvent, end: () => void) => void;
}

/** Follow a stream while the caller is on screen; null: none. Gives its state. */
export function useStream(url: string | null, options: Options): StreamState {
  const [state, setState] = useState<StreamState>({ kind: "connecting" });
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    if (url === null) {
      setState({ kind: "ended" });
      return;
    }
    const key = {};
    const stream = new EventStream(url, {
      after: latest.current.after,
      onEvent: (event) => latest.current.onEvent(event, () => stream.end()),
      onState: (now) => {
        if (now.kind === "lost") {
          report(key, { since: now.since, nextTryAt: now.nextTryAt, retry: stream.retry });
        } else if (now.kind !== "connecting") report(key, null);
        setState(now);
      },
    });
    stream.start();
    return () => {
      stream.stop();
      report(key, null);
    };
  }, [url]);
  return state;
}
