/** The two calls of the import: what the text would become, and its pull request. */
import { api, once, type Schemas, take } from "@/api/client";
import { Problem, problemOf } from "@/api/problem";
import type { Preview, PreviewRequest } from "./answer";
import { Refused } from "./live-parser";

/** What the scanner says at once, by `early` where the advisor is still being asked; then what both say.
 * Throws Problem; a Refused where the server says when to come back. */
export async function askPreview(
  request: PreviewRequest,
  signal: AbortSignal,
  early: (answer: Preview) => void,
): Promise<Preview> {
  const first = await asked(request, signal, "now");
  if (!first.steps.some((step) => step.keys?.noAdvice === "pending")) return first;
  early(first);
  return await asked(request, signal, "wait");
}

async function asked(request: PreviewRequest, signal: AbortSignal, advice: "now" | "wait"): Promise<Preview> {
  const { data, error, response } = await call(request, signal, advice);
  if (data) return data as Preview;
  const seconds = Number(response.headers.get("Retry-After") ?? "NaN");
  throw new Refused(problemOf(response.status, error), Number.isFinite(seconds) ? seconds : null);
}

async function call(request: PreviewRequest, signal: AbortSignal, advice: "now" | "wait") {
  try {
    return await api.POST("/api/v1/runbooks/parse-preview", {
      body: { ...request, yaml: false, advice },
      signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw Problem.unreachable();
  }
}

/** Opens the pull request; the same request after a lost answer opens one. */
export async function propose(request: PreviewRequest): Promise<Schemas["PullShape"]> {
  const opened = await once(["propose", request], (key) =>
    take(api.POST("/api/v1/runbooks", { params: { header: { "Idempotency-Key": key } }, body: request })),
  );
  return opened.pull;
}
