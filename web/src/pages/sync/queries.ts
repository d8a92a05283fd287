/** What the page of sync asks beside the state itself. */
import { queryOptions } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { usePages } from "@/api/pages";

export const useHistory = () =>
  usePages(["sync", "history"], (cursor) =>
    take(api.GET("/api/v1/sync/history", { params: { query: { limit: 20, ...cursor } } })),
  );

export const driftQuery = (repository: string) =>
  queryOptions({
    queryKey: ["sync", "diff", repository],
    refetchInterval: 10_000,
    queryFn: () =>
      take(api.GET("/api/v1/sync/{repository_id}/diff", { params: { path: { repository_id: repository } } })),
  });

export const contentQuery = (repository: string, path: string) =>
  queryOptions({
    queryKey: ["sync", "content", repository, path],
    queryFn: () =>
      take(
        api.GET("/api/v1/sync/{repository_id}/content", {
          params: { path: { repository_id: repository }, query: { path } },
        }),
      ),
  });

export const removalQuery = (repository: string) =>
  queryOptions({
    queryKey: ["sync", "removal", repository],
    queryFn: () =>
      take(
        api.GET("/api/v1/sync/{repository_id}/removal", { params: { path: { repository_id: repository } } }),
      ),
  });
