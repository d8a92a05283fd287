/** What the settings read and change. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, once, type Schemas, take } from "@/api/client";
import { usePages } from "@/api/pages";

export type Me = Schemas["Me"];
export type Member = Schemas["MemberShape"];
export type Token = Schemas["TokenShape"];
export type Role = Schemas["Role"];

/** What each role may do, in a line; the order is from less to more. */
export const ROLES: readonly [role: Role, may: string][] = [
  ["viewer", "reads everything"],
  ["responder", "starts, approves caution, skips, aborts, panics"],
  ["approver", "also approves dangerous, and edits"],
  ["author", "a responder who opens pull requests"],
  ["maintainer", "also merges, manages agents, clears panic"],
  ["owner", "also manages members, tokens and keys"],
];

export const useTokens = () =>
  usePages(["tokens"], (cursor) =>
    take(api.GET("/api/v1/tokens", { params: { query: { limit: 200, ...cursor } } })),
  );

export const useMembers = () =>
  usePages(["members", "pages"], (cursor) =>
    take(api.GET("/api/v1/members", { params: { query: { limit: 200, ...cursor } } })),
  );

export const policyQuery = queryOptions({
  queryKey: ["policy"],
  queryFn: () => take(api.GET("/api/v1/policy")),
});

/** A change of members, told to every page that shows them. */
function useMemberChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["members"] }),
        client.invalidateQueries({ queryKey: ["me"] }),
      ]),
  });
}

const at = (id: string) => ({ path: { member_id: id } });

export const useAddMember = () =>
  useMemberChange((body: { email: string; role: Role }) =>
    once(["member", body], (key) =>
      take(
        api.POST("/api/v1/members", {
          body: { displayName: "", ...body },
          headers: { "Idempotency-Key": key },
        }),
      ),
    ),
  );

export const useChangeRole = () =>
  useMemberChange(({ id, role }: { id: string; role: Role }) =>
    take(api.PUT("/api/v1/members/{member_id}/role", { params: at(id), body: { role } })),
  );

export const useRemoveMember = () =>
  useMemberChange((id: string) => take(api.DELETE("/api/v1/members/{member_id}", { params: at(id) })));

export const useSignInLink = () =>
  useMutation({
    mutationFn: ({ id }: Pick<Member, "id" | "email">) =>
      once(["sign-in link", id], (key) =>
        take(
          api.POST("/api/v1/members/{member_id}/sign-in-link", {
            params: { ...at(id), header: { "Idempotency-Key": key } },
          }),
        ),
      ),
  });

interface WantedToken {
  name: string;
  days: number;
  scopes: Schemas["Permission"][];
}

export function useMakeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: WantedToken) =>
      once(["token", body], (key) =>
        take(api.POST("/api/v1/tokens", { params: { header: { "Idempotency-Key": key } }, body })),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
}

export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      take(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
}

export function useClearPanic() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) => take(api.POST("/api/v1/panic/clear", { body: { reason } })),
    onSettled: () => client.invalidateQueries(),
  });
}
