/** What is filled in before the first step: sent one after another, and never over what somebody else put there. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem, Problem } from "@/api/problem";
import { executionQuery, queryClient } from "@/api/queries";
import { type Brought, bring } from "./bring";
import { type Change, changes, filledIn } from "./changes";
import type { Execution } from "./steps";

export interface Value {
  text: string;
  /** What stood there when this was begun; null where nothing did. */
  over: string | null;
}

export type Values = Readonly<Record<string, Value>>;

/** What was filled in for a variable; a name that every object has, as `constructor`, is nothing of its own. */
export function filled(values: Values, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** What has to be sent for what was filled in and ticked. Pure. */
export function toSend(x: Execution, values: Values, ticked: ReadonlySet<string>): Brought[] {
  const binds = x.variables
    .filter((one) => !one.secret && (filled(values, one.name)?.text ?? one.value ?? "") !== (one.value ?? ""))
    .map(
      (one): Brought => ({
        event: "bind",
        body: { name: one.name, value: filled(values, one.name)?.text ?? "" },
      }),
    );
  const ticks = x.prerequisites
    .filter((one) => !one.ticked && ticked.has(one.id))
    .map((one): Brought => ({ event: "tick", body: { prerequisite: one.id } }));
  return [...binds, ...ticks];
}

/** The names of variables that somebody else set while they were being filled in here. Pure. */
export function overtaken(x: Execution, values: Values): string[] {
  return x.variables
    .filter((one) => {
      const mine = filled(values, one.name);
      const theirs = one.value ?? null;
      return mine !== undefined && theirs !== mine.over && theirs !== mine.text;
    })
    .map((one) => one.name);
}

/** What still hinders the start: values, ticks, and what the check found beyond them. Pure. */
export function missing(x: Execution, values: Values, ticked: ReadonlySet<string>): string | null {
  const [contested] = overtaken(x, values);
  if (contested) return `Choose which value ${contested} has first`;
  const empty = x.variables.filter((one) => !one.secret && !one.bound && !filled(values, one.name)?.text);
  const open = x.prerequisites.filter((one) => !one.ticked && !ticked.has(one.id));
  if (empty.length > 0) return `Fill in ${empty.map((one) => one.name).join(", ")} first`;
  if (open.length > 0) return "Tick the prerequisites first, once they are met";
  return null;
}

/** Problems that no field of this page shows already. */
export function beyondFields(x: Execution): Execution["problems"] {
  return x.problems.filter((one) => one.code !== "variable_missing" && one.code !== "prerequisite_open");
}

/** What makes the controller look again where nothing is left to fill in: the same value, or the same tick. Pure. */
export function again(x: Execution): Brought[] {
  const bound = x.variables.find((one) => !one.secret && one.bound && one.value != null);
  if (bound) return [{ event: "bind", body: { name: bound.name, value: bound.value ?? "" } }];
  const [ticked] = x.prerequisites;
  if (ticked) return [{ event: "tick", body: { prerequisite: ticked.id } }];
  return [
    { event: "pause", body: undefined },
    { event: "resume", body: undefined },
  ];
}

/** Somebody else filled in something in between: what is left is not sent, and the person looks again. */
export class Overtaken extends Problem {
  readonly changes: readonly Change[];

  constructor(before: Execution, now: Execution) {
    super(409, { code: "overtaken", detail: "Somebody else changed it while you filled it in." });
    this.changes = changes(before, now);
  }
}

function sameOrThrow(before: Execution, now: Execution): void {
  if (before.state !== now.state || filledIn(before, now).length > 0) throw new Overtaken(before, now);
}

const TRIES = 6;

/**
 * Bring a value or a tick, at a later version where nothing but the preflight's own look moved it.
 * Throws Overtaken where a person changed a value, a tick or the state in between.
 */
export async function bringAnyway(x: Execution, brought: Brought): Promise<Execution> {
  let seen = x;
  for (let tries = 1; ; tries += 1) {
    try {
      return await bring(seen, brought);
    } catch (error) {
      if (tries >= TRIES || asProblem(error).code !== "version_conflict") throw error;
      const now = await queryClient.fetchQuery({ ...executionQuery(x.id), staleTime: 0 });
      sameOrThrow(seen, now);
      seen = now;
    }
  }
}

const LOOKED_MS = 2_000;
const LOOK_EVERY_MS = 100;

/**
 * The execution once the preflight has looked at what was just brought: its answer is an event of its own, and
 * the next value would meet a version that has moved on.
 */
async function lookedAt(x: Execution): Promise<Execution> {
  const until = Date.now() + LOOKED_MS;
  let seen = x;
  while (seen.version <= x.version && seen.state === "preflight" && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    seen = await queryClient.fetchQuery({ ...executionQuery(x.id), staleTime: 0 });
  }
  return seen;
}

/** The first of what is left to send goes at what the page showed; each other at the answer before it. */
async function sendAll(x: Execution, all: readonly Brought[]): Promise<Record<string, string>> {
  let now = x;
  const wrong: Record<string, string> = {};
  for (const [index, one] of all.entries()) {
    try {
      const answer = await bringAnyway(now, one);
      now = await lookedAt(answer);
      queryClient.setQueryData(executionQuery(x.id).queryKey, now);
      if (index + 1 < all.length) sameOrThrow(answer, now);
    } catch (error) {
      const problem = asProblem(error);
      if (one.event !== "bind" || problem.status !== 422) throw error;
      wrong[one.body.name] = problem.message;
    }
  }
  return wrong;
}

/** Send all that was filled in; `refused` has what was wrong with a value, by the variable's name. */
export function useSendAll(x: Execution) {
  const [refused, setRefused] = useState<Record<string, string>>({});
  const sending = useMutation({
    mutationFn: (all: readonly Brought[]) => sendAll(x, all),
    onSuccess: setRefused,
    onSettled: () => queryClient.invalidateQueries({ queryKey: executionQuery(x.id).queryKey }),
  });
  return { sending, refused };
}
