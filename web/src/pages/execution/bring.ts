/** Bring an event to an execution, at the version that the person saw. */
import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, idempotencyKey, type Schemas, take } from "@/api/client";
import { asProblem, type Problem } from "@/api/problem";
import { executionQuery, queryClient } from "@/api/queries";
import { type Change, changes } from "./changes";
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
  return take(
    api.POST(path, {
      params: {
        path: { execution_id: x.id },
        header: { "if-match": `"${x.version}"`, "Idempotency-Key": idempotencyKey() },
      },
      body: body as Schemas["ApproveBody"],
    }),
  );
}

const TRIES = 6;

/** Bring what means the same at any version: a value, a tick. The preflight's own checks move the version. */
export async function bringAnyway(x: Execution, brought: Brought): Promise<Execution> {
  let seen = x;
  for (let tries = 1; ; tries += 1) {
    try {
      return await bring(seen, brought);
    } catch (error) {
      if (tries >= TRIES || asProblem(error).code !== "version_conflict") throw error;
      seen = await queryClient.fetchQuery({ ...executionQuery(x.id), staleTime: 0 });
      if (seen.state !== x.state) throw error;
    }
  }
}

const LOOKED_MS = 2_000;
const LOOK_EVERY_MS = 100;

/**
 * The execution once the preflight has looked at what was just brought: its answer is an event of its own, and
 * the next value would meet a version that has moved on.
 */
export async function lookedAt(x: Execution): Promise<Execution> {
  const until = Date.now() + LOOKED_MS;
  let seen = x;
  while (seen.version <= x.version && seen.state === "preflight" && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    seen = await queryClient.fetchQuery({ ...executionQuery(x.id), staleTime: 0 });
  }
  return seen;
}

export interface Bringing {
  send: (brought: Brought, done?: () => void) => void;
  isPending: boolean;
  /** The event that is on its way, for the button that sent it. */
  pending: EventWord | null;
  problem: Problem | null;
  /** What changed while the person decided, where that is why nothing was done. */
  changed: readonly Change[] | null;
  dismiss: () => void;
}

type Mutation = UseMutationResult<Execution, Error, Brought>;

/** Events for the execution as it is on screen. A refusal because it moved on shows what changed. */
export function useBring(x: Execution): Bringing {
  const [changed, setChanged] = useState<readonly Change[] | null>(null);
  const { queryKey } = executionQuery(x.id);
  const mutation: Mutation = useMutation({
    mutationFn: (brought: Brought) => bring(x, brought),
    onMutate: () => setChanged(null),
    onSuccess: (now) => queryClient.setQueryData(queryKey, newer(now)),
    onError: async (error) => {
      const { status } = asProblem(error);
      if (status !== 409 && status !== 412) return;
      const now = await queryClient.fetchQuery({ ...executionQuery(x.id), staleTime: 0 });
      if (now.version !== x.version) setChanged(changes(x, now));
    },
  });
  return {
    send: (brought, done) => mutation.mutate(brought, { onSuccess: done }),
    isPending: mutation.isPending,
    pending: mutation.isPending ? (mutation.variables?.event ?? null) : null,
    problem: mutation.error ? asProblem(mutation.error) : null,
    changed,
    dismiss: () => {
      mutation.reset();
      setChanged(null);
    },
  };
}

/** The newer of what is shown and what came: an answer that overtook another one never takes the page back. */
export function newer(now: Execution): (before: Execution | undefined) => Execution {
  return (before) => (before && before.version > now.version ? before : now);
}
