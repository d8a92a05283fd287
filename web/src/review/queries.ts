/** What reviewers read: asked once for a head, since a commit never changes what it is. */
import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, take } from "@/api/client";

export type Review = Schemas["ChangeReviewShape"];
export type RunbookChange = Schemas["RunbookChange"];
export type StepChange = Schemas["StepChange"];
export type StepFacts = Schemas["StepFacts"];
export type Outlook = Schemas["Outlook"];
export type FileDiff = Schemas["FileDiffShape"];
export type Pull = Schemas["PullShape"];
export type PullEvent = Schemas["PullEventShape"];
export type Decision = Schemas["DecisionShape"];
export type Source = Schemas["SourceShape"];

const ONCE = { refetchInterval: false, staleTime: 60_000 } as const;

export const reviewQuery = (number: number, head: string) =>
  queryOptions({
    ...ONCE,
    queryKey: ["pulls", "review", number, head],
    queryFn: () => take(api.GET("/api/v1/pulls/{number}/review", { params: { path: { number } } })),
  });

export const diffQuery = (number: number, head: string) =>
  queryOptions({
    ...ONCE,
    queryKey: ["pulls", "diff", number, head],
    queryFn: () => take(api.GET("/api/v1/pulls/{number}/diff", { params: { path: { number } } })),
  });

export const decisionsQuery = (number: number, head: string) =>
  queryOptions({
    ...ONCE,
    queryKey: ["pulls", "decisions", number, head],
    queryFn: () => take(api.GET("/api/v1/pulls/{number}/decisions", { params: { path: { number } } })),
  });

export const sourceQuery = (number: number) =>
  queryOptions({
    ...ONCE,
    queryKey: ["pulls", "source", number],
    retry: false,
    queryFn: () => take(api.GET("/api/v1/pulls/{number}/source", { params: { path: { number } } })),
  });

export const eventsQuery = (number: number) =>
  queryOptions({
    queryKey: ["pulls", "events", number],
    queryFn: () => take(api.GET("/api/v1/pulls/{number}/events", { params: { path: { number } } })),
  });

/** Whether behind this step nothing can be taken back: the line stands above it. */
export function isPointOfNoReturn(change: RunbookChange, step: StepChange): boolean {
  return step.after != null && step.after.number === change.after?.pointOfNoReturn;
}
