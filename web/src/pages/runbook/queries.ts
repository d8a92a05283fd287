/** What the page of one runbook asks beside the runbook itself. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { usePages } from "@/api/pages";

export const useVersions = (runbook: string) =>
  usePages(["runbooks", "versions", runbook], (cursor) =>
    take(
      api.GET("/api/v1/runbooks/{runbook}/versions", {
        params: { path: { runbook }, query: { limit: 100, ...cursor } },
      }),
    ),
  );

export const changesQuery = (runbook: string, version: string, against: string | undefined) =>
  queryOptions({
    queryKey: ["runbooks", "changes", runbook, version, against ?? ""],
    refetchInterval: false,
    staleTime: 60_000,
    queryFn: () =>
      take(
        api.GET("/api/v1/runbooks/{runbook}/versions/{version}/changes", {
          params: { path: { runbook, version }, query: against ? { against } : {} },
        }),
      ),
  });

export const useRuns = (runbook: string) =>
  usePages(["executions", "of", runbook], (cursor) =>
    take(api.GET("/api/v1/executions", { params: { query: { runbook, limit: 50, ...cursor } } })),
  );

export const yamlQuery = (runbook: string, version: string) =>
  queryOptions({
    queryKey: ["runbooks", "yaml", runbook, version],
    refetchInterval: false,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      take(
        api.GET("/api/v1/runbooks/{runbook}/versions/{version}", {
          params: { path: { runbook, version } },
          parseAs: "text",
        }),
      ),
  });
