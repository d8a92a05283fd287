/** The typed client of the controller's API. Same origin, session cookie, CSRF header on every change. */
import createClient, { type Middleware } from "openapi-fetch";
import { observeDate } from "./clock";
import { Problem, problemOf } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

const session: Middleware = {
  onRequest({ request }) {
    request.headers.set("X-Dd0c-Csrf", "1");
    return request;
  },
  onResponse({ response }) {
    observeDate(response.headers.get("Date"), Date.now());
    return undefined;
  },
};

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
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw Problem.unreachable();
  }
  if (!answer.response.ok) throw problemOf(answer.response.status, answer.error);
  return answer.data as T;
}

/** One key for one intention: a click that is sent twice happens once. */
export function idempotencyKey(): string {
  return crypto.randomUUID();
}
