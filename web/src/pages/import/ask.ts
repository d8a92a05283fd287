/** The two calls of the import: what the text would become, and its pull request. */
import { api, once, type Schemas, take } from "@/api/client";
import { Problem, problemOf } from "@/api/problem";
import type { Preview, PreviewRequest } from "./answer";
import { Refused } from "./live-parser";

/** How long nothing is typed before a model is asked to read the text: each time is paid for. */
export const READ_PAUSE_MS = 750;

/** What the rules and the scanner say at once, by `early` where somebody else can be asked; then what all say.
 * Throws Problem; a Refused where the server says when to come back. */
export async function askPreview(
  request: PreviewRequest,
  signal: AbortSignal,
  early: (answer: Preview) => void,
): Promise<Preview> {
  const first = await asked(request, signal, { advice: "now", reading: "kept" });
  const unread = first.reading?.missing === "pending";
  if (!unread && !first.steps.some((step) => step.keys?.noAdvice === "pending")) return first;
  early(first);
  if (unread) await pause(READ_PAUSE_MS, signal);
  return await asked(request, signal, { advice: "wait", reading: "wait" });
}

/** Throws where it is given up meanwhile. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("The text changed.", "AbortError"));
    });
  });
}

interface Patience {
  advice: "now" | "wait";
  reading: "kept" | "wait";
}

async function asked(request: PreviewRequest, signal: AbortSignal, patience: Patience): Promise<Preview> {
  const { data, error, response } = await call(request, signal, patience);
  if (data) return data as Preview;
  const seconds = Number(response.headers.get("Retry-After") ?? "NaN");
  throw new Refused(problemOf(response.status, error), Number.isFinite(seconds) ? seconds : null);
}

async function call(request: PreviewRequest, signal: AbortSignal, patience: Patience) {
  try {
    return await api.POST("/api/v1/runbooks/parse-preview", {
      body: { ...request, yaml: false, ...patience },
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

/** Opens the pull request that joins a newer text with the runbook that is in service. */
export async function proposeNewer(request: PreviewRequest, runbook: string): Promise<Schemas["PullShape"]> {
  const opened = await once(["newer", runbook, request], (key) =>
    take(
      api.POST("/api/v1/runbooks/{runbook}/newer-text", {
        params: { path: { runbook }, header: { "Idempotency-Key": key } },
        body: { ...request, dryRun: false },
      }),
    ),
  );
  if (!opened.pull) throw new Error("a pull request was asked for, and none came");
  return opened.pull;
}
