/** The typed client of the controller's API. Same origin, session cookie, CSRF header on every change. */
import createClient, { type Middleware } from "openapi-fetch";
import { observeDate } from "./clock";
import { Problem, problemOf } from "./problem";
import type { components, paths } from "./schema";
import { isSessionOver, isStillSignedIn, SESSION_PATH, sessionEnded } from "./standing";

export type Schemas = components["schemas"];

const session: Middleware = {
  async onRequest({ request }) {
    if (!isOfSession(request) && !(await mayGoOut(request))) return refusal();
    request.headers.set("X-Dd0c-Csrf", "1");
    return request;
  },
  onResponse({ request, response }) {
    observeDate(response.headers.get("Date"), Date.now());
    if (response.status === 401 && !isOfSession(request)) sessionEnded();
    // A proxy in between that gave up says nothing of what the controller did.
    if (isChange(request) && response.status >= 500 && !isOurs(response)) throw Problem.unanswered();
    return undefined;
  },
  onError({ request, error }) {
    if (isAbort(error) || !isChange(request)) return undefined;
    return Problem.unanswered();
  },
};

function isOfSession({ url }: Request): boolean {
  return new URL(url).pathname === SESSION_PATH;
}

const PANIC_PATH = "/api/v1/panic";

/** Whether a request is sent. A halt asks nothing first: it may have to go out while nothing else is answered. */
async function mayGoOut(request: Request): Promise<boolean> {
  const isHalt = request.method === "POST" && new URL(request.url).pathname === PANIC_PATH;
  return isHalt ? !isSessionOver() : isStillSignedIn();
}

/** What the controller would answer, without asking it. */
function refusal(): Response {
  const { code, message: detail, hint } = Problem.sessionOver();
  const headers = { "Content-Type": "application/problem+json" };
  return new Response(JSON.stringify({ code, detail, hint }), { status: 401, headers });
}

/** Questions that are too long for an address: they change nothing. */
const QUESTIONS = /\/(classify|parse-preview|runbooks\/check)$/;

function isChange({ method, url }: Request): boolean {
  return method !== "GET" && method !== "HEAD" && !QUESTIONS.test(new URL(url).pathname);
}

/** Whether the controller itself refused: its refusals are problem documents. */
function isOurs(response: Response): boolean {
  return response.headers.get("Content-Type")?.startsWith("application/problem+json") ?? false;
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export const api = createClient<paths>({ baseUrl: "", credentials: "same-origin" });
api.use(session);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer. Throws Problem for a refusal, and where nothing answered. */
export async function take<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    if (isAbort(error) || error instanceof Problem) throw error;
    throw Problem.unreachable();
  }
  if (!answer.response.ok) throw problemOf(answer.response.status, answer.error);
  return answer.data as T;
}

const UNANSWERED_KEPT = 200;
const SERVER_FAULT = 500;
/** Refusals that come before the controller, or we, looked at the key: they say nothing of what was sent before. */
const UNREAD: ReadonlySet<number> = new Set([401, 408, 429]);
const unanswered = new Map<string, string>();
/** What is on its way, by its intention: a second click before the answer waits for that very answer. */
const underWay = new Map<string, Promise<unknown>>();

/**
 * Send an intention under a key of its own. `what` names it whole: the address, the version, the body.
 *
 * While it is on its way, the same again is the same: a double click sends one request. Where no answer came,
 * the server broke, the first call still works, or the key was not looked at (as without a session), the key is kept,
 * so that the same intention sent again happens once. Any other answer ends it: the next click with the same content
 * is a new intention.
 */
export function once<T>(what: readonly unknown[], send: (key: string) => Promise<T>): Promise<T> {
  const intention = JSON.stringify(what);
  const first = underWay.get(intention) as Promise<T> | undefined;
  if (first) return first;
  const sent = sendOnce(intention, send).finally(() => underWay.delete(intention));
  underWay.set(intention, sent);
  return sent;
}

async function sendOnce<T>(intention: string, send: (key: string) => Promise<T>): Promise<T> {
  const key = unanswered.get(intention) ?? crypto.randomUUID();
  unanswered.set(intention, key);
  const [oldest] = unanswered.keys();
  if (unanswered.size > UNANSWERED_KEPT && oldest !== undefined) unanswered.delete(oldest);
  try {
    const done = await send(key);
    unanswered.delete(intention);
    return done;
  } catch (error) {
    if (!mayBeDone(error)) unanswered.delete(intention);
    throw error;
  }
}

/** Whether what was sent under the key, now or before, may have been done, or may still be: it keeps its key. */
function mayBeDone(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  if (UNREAD.has(error.status) || error.status >= SERVER_FAULT) return true;
  return ["unanswered", "request_running"].includes(error.code);
}
