/** Bring an event to an execution, at the version that the person saw. */
import { type UseMutationResult, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, once, type Schemas, take } from "@/api/client";
import { asProblem, type Problem } from "@/api/problem";
import { executionQuery, meQuery, queryClient } from "@/api/queries";
import { useIsLost } from "@/shell/live";
import { useSettled } from "@/ui/settled";
import { type Change, changes } from "./changes";
import { mayNotBring } from "./rights";
import type { Execution } from "./steps";

export interface Bodies {
  start: undefined;
  bind: Schemas["BindBody"];
  tick: Schemas["TickBody"];
  approve: Schemas["ApproveBody"];
  refuse: Schemas["ReasonBody"];
  "ask-again": undefined;
  edit: Schemas["EditBody"];
  skip: Schemas["ReasonBody"];
  "done-by-hand": Schemas["NoteBody"];
  report: Schemas["ReportBody"];
  "request-rollback": undefined;
  "decline-rollback": undefined;
  retry: undefined;
  stop: undefined;
  pause: undefined;
  resume: undefined;
  resolve: Schemas["ResolveBody"];
  abort: Schemas["ReasonBody"];
}

export type EventWord = keyof Bodies;

/** One event with its body. */
export type Brought = { [Word in EventWord]: { event: Word; body: Bodies[Word] } }[EventWord];

/** The one place where the path is made of the event's word: the routes differ in their body alone. */
export async function bring(x: Execution, { event, body }: Brought): Promise<Execution> {
  const path = `/api/v1/executions/{execution_id}/${event}` as "/api/v1/executions/{execution_id}/approve";
  return once([path, x.id, x.version, body], (key) =>
    take(
      api.POST(path, {
        params: {
          path: { execution_id: x.id },
          header: { "if-match": `"${x.version}"`, "Idempotency-Key": key },
        },
        body: body as Schemas["ApproveBody"],
      }),
    ),
  );
}

interface Sent {
  brought: Brought;
  /** The execution as the person saw it: the event is brought at its version, and at no other. */
  seen: Execution;
}

export interface Sending {
  done?: () => void;
  /** What a dialog was opened on, where that is what the person decided about. */
  seen?: Execution;
}

export interface Bringing {
  /** Brings an event; does nothing while the page has just changed, or is not live. */
  send: (brought: Brought, sending?: Sending) => void;
  isPending: boolean;
  /** The event that is on its way, for the button that sent it. */
  pending: EventWord | null;
  problem: Problem | null;
  /** Why nothing can be brought now; null where it can. */
  blocked: string | null;
  /** Why the member's role may not bring this event; null where it may. */
  mayNot: (event: EventWord) => string | null;
  /** Whether what is on screen has been there for long enough to be meant by a click. */
  settled: boolean;
  /** What changed while the person decided, where that is why nothing was done. */
  changed: readonly Change[] | null;
  dismiss: () => void;
}

type Mutation = UseMutationResult<Execution, Error, Sent>;

export const NOT_LIVE = "Not live: what you see may be old";

/** What holds what runs takes nothing for granted; the server still refuses it at another version. */
const BRAKES: ReadonlySet<EventWord> = new Set(["pause"]);

/** Events for the execution as it is on screen. A refusal because it moved on shows what changed. */
export function useBring(x: Execution): Bringing {
  const [changed, setChanged] = useState<readonly Change[] | null>(null);
  const { queryKey } = executionQuery(x.id);
  const lost = useIsLost();
  const me = useQuery(meQuery).data;
  const settled = useSettled(`${x.id} ${x.version}`);
  const mutation: Mutation = useMutation({
    mutationFn: ({ brought, seen }: Sent) => bring(seen, brought),
    onMutate: () => setChanged(null),
    onSuccess: (now) => queryClient.setQueryData(queryKey, now),
    onError: async (error, { seen }) => {
      const { status } = asProblem(error);
      if (status !== 409 && status !== 412) return;
      const now = await queryClient.fetchQuery({ ...executionQuery(x.id), staleTime: 0 });
      if (now.version !== seen.version) setChanged(changes(seen, now));
    },
  });
  // What was refused at another version says nothing of what is on screen now.
  const isOfNow = mutation.variables?.seen.version === x.version;
  return {
    send: (brought, { done, seen = x } = {}) => {
      if (!settled || mayNotBring(me, brought.event) || (lost && !BRAKES.has(brought.event))) return;
      mutation.mutate({ brought, seen }, { onSuccess: done });
    },
    isPending: mutation.isPending,
    pending: mutation.isPending ? (mutation.variables?.brought.event ?? null) : null,
    problem: mutation.error && isOfNow ? asProblem(mutation.error) : null,
    blocked: lost ? NOT_LIVE : null,
    mayNot: (event) => mayNotBring(me, event),
    settled,
    changed,
    dismiss: () => {
      mutation.reset();
      setChanged(null);
    },
  };
}

/** What a button that brings an event by itself looks like now. */
export function asButton(bringing: Bringing, event: EventWord) {
  return {
    ready: bringing.settled,
    blocked: bringing.mayNot(event) ?? bringing.blocked,
    busy: bringing.pending === event,
  };
}
