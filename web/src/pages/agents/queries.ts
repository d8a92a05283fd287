/** What the page of agents reads and does beyond the list. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, once, type Schemas, take } from "@/api/client";

export type Agent = Schemas["AgentShape"];
export type MadeEnrollment = Schemas["EnrollmentTokenShape"];

export const enrollmentsQuery = queryOptions({
  queryKey: ["agents", "enrolments"],
  queryFn: () => take(api.GET("/api/v1/agents/enrollment-tokens")),
});

export const enrollmentQuery = (id: string) =>
  queryOptions({
    queryKey: ["agents", "enrolment", id],
    queryFn: () =>
      take(api.GET("/api/v1/agents/enrollment-tokens/{token_id}", { params: { path: { token_id: id } } })),
    refetchInterval: 1_000,
  });

interface Wanted {
  name: string;
  labels: Record<string, string>;
}

export function useMakeEnrollment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, labels }: Wanted) =>
      once(["enrolment", name, labels], (key) =>
        take(
          api.POST("/api/v1/agents/enrollment-tokens", {
            params: { header: { "Idempotency-Key": key } },
            body: { labels, minutes: 60, ...(name ? { name } : {}) },
          }),
        ),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["agents"] }),
  });
}

export function useCancelEnrollment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      take(api.DELETE("/api/v1/agents/enrollment-tokens/{token_id}", { params: { path: { token_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["agents"] }),
  });
}

export function useRevokeAgent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) =>
      once(["revoke", id, reason], (key) =>
        take(
          api.POST("/api/v1/agents/{agent_id}/revoke", {
            params: { path: { agent_id: id }, header: { "Idempotency-Key": key } },
            body: { reason },
          }),
        ),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["agents"] }),
  });
}
