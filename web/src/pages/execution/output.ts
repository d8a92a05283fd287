/** The output of an attempt: streamed while it runs, read once where it is over. */
import { useEffect, useMemo, useRef, useState } from "react";
import { Problem, problemOf } from "@/api/problem";
import { isStillSignedIn } from "@/api/standing";
import { useStream } from "@/shell/live";
import { OutputBuffer } from "@/ui/output-buffer";
import type { Attempt } from "./steps";

export interface Output {
  buffer: OutputBuffer;
  live: boolean;
  problem: Problem | null;
  /** Said under it: what was left out, or that there is nothing. */
  note: string | null;
  /** It was over when it was first looked at, and had written nothing. */
  nothing: boolean;
  address: string;
}

function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** `12.3 kB`, by thousands. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

async function readAll(address: string, buffer: OutputBuffer, signal: AbortSignal): Promise<void> {
  if (!(await isStillSignedIn())) throw Problem.sessionOver();
  const response = await fetch(address, { signal, credentials: "same-origin", cache: "no-store" });
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => null));
  const reader = response.body?.getReader();
  if (!reader) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    buffer.append(value, buffer.bytes);
  }
  buffer.finish();
}

function noteOf(attempt: Attempt, live: boolean): string | null {
  const { outputBytes = 0, storedBytes = 0 } = attempt;
  if (!live && outputBytes === 0) return "It wrote nothing.";
  if (!live && outputBytes > storedBytes) {
    return `It wrote ${size(outputBytes)}; ${size(storedBytes)} of it are kept, its beginning and its end.`;
  }
  return null;
}

/** Follow or read the output of this attempt; a new buffer for each attempt. */
export function useOutput(execution: string, attempt: Attempt): Output {
  const address = `/api/v1/executions/${execution}/attempts/${attempt.id}/output`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one buffer an attempt.
  const buffer = useMemo(() => new OutputBuffer(), [attempt.id]);
  const running = !attempt.endedAt;
  const [problem, setProblem] = useState<Problem | null>(null);
  const [ended, setEnded] = useState(false);
  // What began as a stream is followed to its end: the last bytes come after the attempt's end.
  const streams = useRef(running);
  const live = streams.current && !ended;
  const state = useStream(live ? `${address}/stream` : null, {
    onEvent: (event, end) => {
      if (event.event === "end") {
        buffer.finish();
        setEnded(true);
        end();
        return;
      }
      const { data, offset } = JSON.parse(event.data) as { data: string; offset: number };
      buffer.append(bytesOf(data), offset);
    },
  });
  useEffect(() => {
    if (streams.current || buffer.bytes > 0) return;
    const abort = new AbortController();
    readAll(address, buffer, abort.signal).catch((error: unknown) => {
      if (abort.signal.aborted) return;
      setProblem(error instanceof Problem ? error : Problem.unreachable());
    });
    return () => abort.abort();
  }, [address, buffer]);
  const nothing = !streams.current && (attempt.outputBytes ?? 0) === 0;
  const refused = state.kind === "refused" ? state.problem : null;
  return { buffer, live, problem: problem ?? refused, note: noteOf(attempt, live), nothing, address };
}
