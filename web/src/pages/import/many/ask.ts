/** The one call of an import of many documents: what they would become, or their pull request. */
import { api, once, type Schemas, take } from "@/api/client";
import { Problem, problemOf } from "@/api/problem";
import { Refused } from "../live-parser";

export type BatchRequest = Schemas["BatchRequest"];
export type Batch = Schemas["BatchShape"];
export type Batched = Schemas["BatchedShape"];

/** What each would become; nothing is kept. Throws Problem; a Refused where the server says when to come back. */
export async function askBatch(body: BatchRequest, signal: AbortSignal): Promise<Batch> {
  try {
    const { data, error, response } = await api.POST("/api/v1/runbooks/batch", {
      body: { ...body, dryRun: true },
      signal,
    });
    if (data) return data;
    const seconds = Number(response.headers.get("Retry-After") ?? "NaN");
    throw new Refused(problemOf(response.status, error), Number.isFinite(seconds) ? seconds : null);
  } catch (error) {
    // It only asked, so that nothing can have happened where no answer came.
    if (error instanceof Problem && error.code === "unanswered") throw Problem.unreachable();
    throw error;
  }
}

/** Opens the pull request of those that are ready; the same again after a lost answer opens one. */
export function openBatch(body: BatchRequest): Promise<Batch> {
  return once(["batch", body], (key) =>
    take(
      api.POST("/api/v1/runbooks/batch", {
        params: { header: { "Idempotency-Key": key } },
        body: { ...body, dryRun: false },
      }),
    ),
  );
}
