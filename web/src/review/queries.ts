/** What reviewers read: asked once for a head, since a commit never changes what it is. */
import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, take } from "@/api/client";

export type Review = Schemas["ChangeReviewShape"];
export type RunbookChange = Schemas["RunbookChange"];
export type RuleChange = Schemas["RuleChange"];
export type StepChange = Schemas["StepChange"];
export type StepFacts = Schemas["StepFacts"];
export type Outlook = Schemas["Outlook"];
export type FileDiff = Schemas["FileDiffShape"];
export type Pull = Schemas["PullShape"];
export type PullEvent = Schemas["PullEventShape"];
export type Decision = Schemas["DecisionShape"];
export type Source = Schemas["SourceShape"];

/** Which pull request: its number is of one repository. */
export type PullKey = Pick<Pull, "number" | "repository">;

const at = ({ number, repository }: PullKey) => ({ params: { path: { number }, query: { repository } } });

const ONCE = { refetchInterval: false, staleTime: 60_000 } as const;

export const reviewQuery = (pull: PullKey, head: string) =>
  queryOptions({
    ...ONCE,
    queryKey: ["pulls", "review", pull.repository, pull.number, head],
    queryFn: () => take(api.GET("/api/v1/pulls/{number}/review", at(pull))),
  });

export const diffQuery = (pull: PullKey, head: string) =>
  queryOptions({
    ...ONCE,
    queryKey: ["pulls", "diff", pull.repository, pull.number, head],
    queryFn: () => take(api.GET("/api/v1/pulls/{number}/diff", at(pull))),
  });

export const decisionsQuery = (pull: PullKey, head: string) =>
  queryOptions({
    ...ONCE,
    queryKey: ["pulls", "decisions", pull.repository, pull.number, head],
    queryFn: () => take(api.GET("/api/v1/pulls/{number}/decisions", at(pull))),
  });

export const sourceQuery = (pull: PullKey) =>
  queryOptions({
    ...ONCE,
    queryKey: ["pulls", "source", pull.repository, pull.number],
    retry: false,
    queryFn: () => take(api.GET("/api/v1/pulls/{number}/source", at(pull))),
  });

export const eventsQuery = (pull: PullKey) =>
  queryOptions({
    queryKey: ["pulls", "events", pull.repository, pull.number],
    queryFn: () => take(api.GET("/api/v1/pulls/{number}/events", at(pull))),
  });

/** Whether behind this step nothing can be taken back: the line stands above it. */
export function isPointOfNoReturn(change: RunbookChange, step: StepChange): boolean {
  return step.after != null && step.after.number === change.after?.pointOfNoReturn;
}
