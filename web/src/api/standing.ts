/**
 * Whether who was signed in on this page still is.
 *
 * A browser writes each refused request into its console. So before each request the page asks whether its session
 * lasts, which is an answer and no refusal; once it has ended, nothing is sent until somebody is signed in again.
 */
import type { components } from "./schema";

/** What answers "is somebody signed in?": never refused, and sent as it is. */
export const SESSION_PATH = "/api/v1/session";

/** A page that has just been told who is signed in asks for all that it shows without asking that again. */
const JUST_TOLD_MS = 500;
/** How long a request waits for that answer; then it goes out, and its own answer says. */
const ASK_MS = 2_000;

let member: string | null = null;
let toldAt = Number.NEGATIVE_INFINITY;
let isOver = false;
let asking: Promise<boolean> | null = null;
const listeners = new Set<() => void>();

function set(over: boolean): void {
  if (isOver === over) return;
  isOver = over;
  for (const listener of listeners) listener();
}

/**
 * The page is this member's from now on. False where it is somebody else's already: it is not handed over, with all
 * that was read and typed there, but covered, as where nobody is signed in.
 */
export function signedInAs(id: string): boolean {
  if (member !== null && member !== id) {
    set(true);
    return false;
  }
  if (member === null) toldAt = performance.now();
  member = id;
  set(false);
  return true;
}

/** Something was refused for want of a session. Says nothing on a page that never had one. */
export function sessionEnded(): void {
  if (member !== null) set(true);
}

export function isSessionOver(): boolean {
  return isOver;
}

export function subscribeSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The member behind the cookie; null where there is none, undefined where that could not be learnt. */
async function whoIsThere(): Promise<string | null | undefined> {
  try {
    const signal = AbortSignal.timeout(ASK_MS);
    const response = await fetch(SESSION_PATH, { credentials: "same-origin", cache: "no-store", signal });
    if (!response.ok) return undefined;
    const state = (await response.json()) as components["schemas"]["SessionState"];
    return state.me?.id ?? null;
  } catch {
    // Nothing answers, or not in time: what is asked next says so, where people see it.
    return undefined;
  }
}

async function ask(): Promise<boolean> {
  const who = await whoIsThere();
  if (who === undefined || who === member) return true;
  set(true);
  return false;
}

/** Whether a request may go out: false only where the session is known to have ended. */
export async function isStillSignedIn(): Promise<boolean> {
  if (member === null) return true;
  if (isOver) return false;
  if (performance.now() - toldAt < JUST_TOLD_MS) return true;
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

/** Look whether somebody signed in since: the same member, so that the page goes on; somebody else; nobody yet. */
export async function lookAgain(): Promise<"back" | "other" | "nobody"> {
  const who = await whoIsThere();
  if (!who) return "nobody";
  if (who !== member) return "other";
  set(false);
  return "back";
}
