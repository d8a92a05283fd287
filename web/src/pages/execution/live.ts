/** An execution, live: its stored events wake the page, and what it shows is always the controller's own view. */
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { asProblem } from "@/api/problem";
import { executionQuery, queryClient, REFRESH_MS } from "@/api/queries";
import type { StreamState } from "@/api/stream";
import { useStream } from "@/shell/live";
import { type Execution, isOver } from "./steps";

/** How often the page asks on its own while the stream is live: outputs grow without a stored event. */
const BESIDE_STREAM_MS = 10_000;

export interface Followed {
  query: UseQueryResult<Execution>;
  stream: StreamState;
}

/** What the stream has said, folded: the highest version, and whether it needs to be looked at. */
export interface Position {
  version: number;
  stale: boolean;
}

/** An event of this version came while `shown` was on screen. Repeated and late ones change nothing. */
export function heard(position: Position, version: number, shown: number): Position {
  const highest = Math.max(position.version, version);
  return { version: highest, stale: highest > shown };
}

/** An ended execution that somebody may still roll back: the one thing about it that can change. */
function mayBeUndone(x: Execution): boolean {
  return x.undoable > 0 && !x.undoneById;
}

/** Something on the page can't be judged now: it passes by itself. */
export function waitsForJudgement(x: Execution): boolean {
  return Boolean(x.gate?.notJudged) || x.steps.some((step) => step.notJudged);
}

export function useExecution(id: string): Followed {
  const position = useRef<Position>({ version: 0, stale: false });
  const live = useRef(false);
  const query = useQuery({
    ...executionQuery(id),
    // What was read a moment ago on another page may be old by now, and an ended one has no stream to say so.
    refetchOnMount: "always",
    refetchInterval: ({ state }) => {
      if (state.data && isOver(state.data)) return mayBeUndone(state.data) ? BESIDE_STREAM_MS : false;
      if (state.error && asProblem(state.error).status === 404) return false;
      // No stored event says that a command can be judged again.
      return live.current && !(state.data && waitsForJudgement(state.data)) ? BESIDE_STREAM_MS : REFRESH_MS;
    },
  });
  const shown = query.data;
  const open = shown !== undefined && !isOver(shown);
  const stream = useStream(open ? `/api/v1/executions/${id}/events` : null, {
    after: String(shown?.version ?? 0),
    onEvent: (event) => {
      const now = queryClient.getQueryData<Execution>(executionQuery(id).queryKey);
      position.current = heard(position.current, Number(event.id), now?.version ?? 0);
      if (position.current.stale)
        void queryClient.invalidateQueries({ queryKey: executionQuery(id).queryKey });
    },
  });
  live.current = stream.kind === "live";
  return { query, stream };
}
