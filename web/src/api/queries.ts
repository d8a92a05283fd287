/** What pages read: one query a resource, asked again every few seconds while it is on screen. */
import { QueryClient, queryOptions, replaceEqualDeep } from "@tanstack/react-query";
import { api, type Schemas, take } from "./client";
import { Problem } from "./problem";
import { signedInAs } from "./standing";

/** How often what is on screen is asked for again. */
export const REFRESH_MS = 3_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (count, error) =>
        count < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
      refetchOnWindowFocus: true,
      refetchInterval: REFRESH_MS,
      // Asked even where the browser believes to be offline: the page then says that it is not live.
      networkMode: "always",
    },
    mutations: { retry: false },
  },
});

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async () => {
    const me = await take(api.GET("/api/v1/me"));
    if (!signedInAs(me.id)) throw Problem.sessionOver();
    return me;
  },
  staleTime: 30_000,
});

/** Who is signed in, if anybody: for those who only ask, and for whom "nobody" is an answer. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: 0,
  queryFn: async () => {
    const session = await take(api.GET("/api/v1/session"));
    if (session.me && signedInAs(session.me.id)) queryClient.setQueryData(meQuery.queryKey, session.me);
    return session;
  },
});

export const panicQuery = queryOptions({
  queryKey: ["panic"],
  // It is the page's pulse, too: its first lost answer counts.
  retry: false,
  queryFn: () => take(api.GET("/api/v1/panic")),
});

export const runbooksQuery = queryOptions({
  queryKey: ["runbooks", "list"],
  queryFn: () => take(api.GET("/api/v1/runbooks", { params: { query: { limit: 100 } } })),
});

export const runbookQuery = (runbook: string) =>
  queryOptions({
    queryKey: ["runbooks", "one", runbook],
    queryFn: () => take(api.GET("/api/v1/runbooks/{runbook}", { params: { path: { runbook } } })),
  });

/** The newest, for finding one again. */
export const executionsQuery = queryOptions({
  queryKey: ["executions", "list"],
  queryFn: () => take(api.GET("/api/v1/executions", { params: { query: { limit: 100 } } })),
});

/** Those that are not at their end, however old: a hundred newer ones never hide one that waits. */
export const openExecutionsQuery = queryOptions({
  queryKey: ["executions", "open"],
  queryFn: () => take(api.GET("/api/v1/executions", { params: { query: { state: "open", limit: 100 } } })),
});

type Execution = Schemas["ExecutionShape"];

/** The newer of what is shown and what came: an answer that overtook another one never takes the page back. */
export function newer(before: unknown, now: unknown): unknown {
  const shown = before as Execution | undefined;
  return shown && shown.version > (now as Execution).version ? shown : replaceEqualDeep(before, now);
}

export const executionQuery = (id: string) =>
  queryOptions({
    queryKey: ["executions", "one", id],
    structuralSharing: newer,
    queryFn: () =>
      take(api.GET("/api/v1/executions/{execution_id}", { params: { path: { execution_id: id } } })),
  });

type PullsAsked = { state: "open" | "merged" | "closed"; limit: number };

/** The repositories that the API named when it last asked which: they are asked at once then. */
let several: readonly string[] = [];

async function pullsOf(
  asked: PullsAsked,
  repositories: readonly string[],
): Promise<Schemas["Page_PullItem_"]> {
  const pages = await Promise.all(
    repositories.map((repository) =>
      take(api.GET("/api/v1/pulls", { params: { query: { ...asked, repository } } })),
    ),
  );
  const more = pages.find((page) => page.nextCursor)?.nextCursor ?? null;
  return { items: pages.flatMap((page) => page.items), nextCursor: more };
}

/** Of every repository, one after the other: where there are several the API asks which. */
async function pullsEverywhere(asked: PullsAsked): Promise<Schemas["Page_PullItem_"]> {
  if (several.length > 0) {
    try {
      return await pullsOf(asked, several);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      several = []; // one of them was removed
    }
  }
  try {
    return await take(api.GET("/api/v1/pulls", { params: { query: asked } }));
  } catch (error) {
    if (!(error instanceof Problem) || error.candidates.length === 0) throw error;
    several = error.candidates;
    return await pullsOf(asked, several);
  }
}

export const pullsQuery = queryOptions({
  queryKey: ["pulls", "list"],
  queryFn: () => pullsEverywhere({ state: "open", limit: 100 }),
});

const PULL_STATES = ["merged", "open", "closed"] as const;

/** Whether there has ever been one, whatever became of it. */
export const anyPullQuery = queryOptions({
  queryKey: ["pulls", "any"],
  queryFn: async () => {
    for (const state of PULL_STATES) {
      if ((await pullsEverywhere({ state, limit: 1 })).items.length > 0) return true;
    }
    return false;
  },
});

export const pullQuery = (number: number, repository: string | undefined) =>
  queryOptions({
    queryKey: ["pulls", "one", repository ?? "", number],
    queryFn: () =>
      take(
        api.GET("/api/v1/pulls/{number}", {
          params: { path: { number }, query: repository ? { repository } : {} },
        }),
      ),
  });

/** What the address of a pull request's page says of its repository: nothing where there is one only. */
export function placeOf(pull: Pick<Schemas["PullItem"], "repository" | "url">): { repository?: string } {
  return pull.url.includes("?repository=") ? { repository: pull.repository } : {};
}

export const agentsQuery = queryOptions({
  queryKey: ["agents", "list"],
  queryFn: () => take(api.GET("/api/v1/agents")),
});

export const syncQuery = queryOptions({
  queryKey: ["sync"],
  queryFn: () => take(api.GET("/api/v1/sync")),
});

export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: () => take(api.GET("/api/v1/members", { params: { query: { limit: 200 } } })),
});
