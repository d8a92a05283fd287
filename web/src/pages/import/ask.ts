/** The two calls of the import: what the text would become, and its pull request. */
import { api, once, type Schemas, take } from "@/api/client";
import { Problem, problemOf } from "@/api/problem";
import type { Preview, PreviewRequest } from "./answer";
import { Refused } from "./live-parser";

/** Throws Problem; a Refused where the server says when to come back. */
export async function askPreview(request: PreviewRequest, signal: AbortSignal): Promise<Preview> {
  const { data, error, response } = await call(request, signal);
  if (data) return data as Preview;
  const seconds = Number(response.headers.get("Retry-After") ?? "NaN");
  throw new Refused(problemOf(response.status, error), Number.isFinite(seconds) ? seconds : null);
}

async function call(request: PreviewRequest, signal: AbortSignal) {
  try {
    return await api.POST("/api/v1/runbooks/parse-preview", {
      body: { ...request, yaml: false },
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
