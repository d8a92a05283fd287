/** What a member may bring to an execution: the same permissions by which the routes of the API refuse. */
import type { Schemas } from "@/api/client";
import type { EventWord } from "./bring";

type Permission = Schemas["Permission"];

/** The permission that each event takes. A test holds it against the table of the routes. */
export const NEEDS: Record<EventWord, Permission> = {
  start: "start",
  bind: "respond",
  tick: "respond",
  approve: "approve_caution",
  refuse: "respond",
  "ask-again": "respond",
  edit: "edit",
  skip: "skip",
  "done-by-hand": "respond",
  report: "respond",
  "request-rollback": "respond",
  "decline-rollback": "respond",
  retry: "respond",
  stop: "respond",
  pause: "respond",
  resume: "respond",
  resolve: "respond",
  abort: "abort",
};

const VERBS: Partial<Record<Permission, string>> = {
  start: "start executions",
  edit: "edit commands",
  skip: "skip steps",
  abort: "abort executions",
  approve_caution: "approve",
};

/** Why this member may not bring this event; null where they may. The controller decides again. Pure. */
export function mayNotBring(
  me: Pick<Schemas["Me"], "role" | "permissions"> | undefined,
  event: EventWord,
): string | null {
  if (!me) return "Who you are is not known yet";
  const needed = NEEDS[event];
  if (me.permissions.includes(needed)) return null;
  return `Your role, ${me.role}, may not ${VERBS[needed] ?? "act on executions"}`;
}
