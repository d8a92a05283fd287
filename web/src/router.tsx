/** All addresses of the app. Each page is a chunk of its own; pages behind the sign-in share the shell. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { meQuery, queryClient, sessionQuery } from "@/api/queries";
import { hasOpenDraft } from "@/pages/import/draft";
import { announceSignIn } from "@/pages/signed-out/come-back";
import { Broken, NotFound } from "@/shell/fallbacks";
import { Shell } from "@/shell/shell";
import { Loading } from "@/ui/states";

type Query = Record<string, unknown>;

/** The named search parameters of an address, those that are there, as texts. */
function texts<Name extends string>(...names: Name[]) {
  return (query: Query): { [key in Name]?: string } => {
    const found: { [key in Name]?: string } = {};
    for (const name of names) {
      const value = query[name];
      if (typeof value === "string" || typeof value === "number") found[name] = String(value);
    }
    return found;
  };
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

/** Signed in, or null; a failure is thrown, so that "away" is never taken for "signed out". */
async function member() {
  return (
    queryClient.getQueryData(meQuery.queryKey) ?? (await queryClient.fetchQuery(sessionQuery)).me ?? null
  );
}

const landing = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: texts("signIn"),
  beforeLoad: async () => {
    if (!(await member())) return;
    announceSignIn();
    // Whoever signs in with a text at hand comes back to it.
    throw redirect({ to: hasOpenDraft() ? "/import" : "/runbooks" });
  },
  component: lazyRouteComponent(() => import("@/pages/landing/landing"), "Landing"),
});

const signedOut = createRoute({
  getParentRoute: () => root,
  path: "/signed-out",
  validateSearch: texts("why", "next"),
  component: lazyRouteComponent(() => import("@/pages/signed-out/signed-out"), "SignedOut"),
});

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  beforeLoad: async ({ location }) => {
    if (!(await member()))
      throw redirect({ to: "/signed-out", search: { why: "needed", next: location.href } });
  },
  component: Shell,
});

const runbooks = createRoute({
  getParentRoute: () => app,
  path: "/runbooks",
  validateSearch: texts("q", "risk", "sync", "run", "stale", "owner", "service"),
  component: lazyRouteComponent(() => import("@/pages/runbooks/runbooks-page"), "RunbooksPage"),
});

const importing = createRoute({
  getParentRoute: () => app,
  path: "/import",
  component: lazyRouteComponent(() => import("@/pages/import/import-page"), "ImportPage"),
});

const importingMany = createRoute({
  getParentRoute: () => app,
  path: "/import/many",
  validateSearch: texts("document", "sort", "show"),
  component: lazyRouteComponent(() => import("@/pages/import/many/many-page"), "ManyPage"),
});

const runbook = createRoute({
  getParentRoute: () => app,
  path: "/runbooks/$runbook",
  validateSearch: texts("tab", "view", "version", "against"),
  component: lazyRouteComponent(() => import("@/pages/runbook/runbook-page"), "RunbookPage"),
});

const executions = createRoute({
  getParentRoute: () => app,
  path: "/executions",
  validateSearch: texts("show"),
  component: lazyRouteComponent(() => import("@/pages/executions/executions-page"), "ExecutionsPage"),
});

const execution = createRoute({
  getParentRoute: () => app,
  path: "/executions/$execution",
  component: lazyRouteComponent(() => import("@/pages/execution/execution-page"), "ExecutionPage"),
});

const pulls = createRoute({
  getParentRoute: () => app,
  path: "/pulls",
  validateSearch: texts("state", "repository"),
  component: lazyRouteComponent(() => import("@/pages/pulls/pulls-page"), "PullsPage"),
});

const pull = createRoute({
  getParentRoute: () => app,
  path: "/pulls/$number",
  validateSearch: texts("tab", "about", "repository"),
  component: lazyRouteComponent(() => import("@/pages/pull/pull-page"), "PullPage"),
});

const sync = createRoute({
  getParentRoute: () => app,
  path: "/sync",
  validateSearch: texts("repository", "path", "commit"),
  component: lazyRouteComponent(() => import("@/pages/sync/sync-page"), "SyncPage"),
});

const syncFile = createRoute({
  getParentRoute: () => app,
  path: "/sync/$repository/file",
  validateSearch: texts("path", "line"),
  component: lazyRouteComponent(() => import("@/pages/sync/file-page"), "SyncFilePage"),
});

const upgrade = createRoute({
  getParentRoute: () => app,
  path: "/upgrade",
  validateSearch: texts("by"),
  component: lazyRouteComponent(() => import("@/pages/upgrade/upgrade-page"), "UpgradePage"),
});

const agents = createRoute({
  getParentRoute: () => app,
  path: "/agents",
  validateSearch: texts("add"),
  component: lazyRouteComponent(() => import("@/pages/agents/agents-page"), "AgentsPage"),
});

const audit = createRoute({
  getParentRoute: () => app,
  path: "/audit",
  validateSearch: texts("type", "actor", "execution", "within"),
  component: lazyRouteComponent(() => import("@/pages/audit/audit-page"), "AuditPage"),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/pages/settings/settings-page"), "SettingsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    landing,
    signedOut,
    app.addChildren([
      importing,
      importingMany,
      runbooks,
      runbook,
      executions,
      execution,
      pulls,
      pull,
      sync,
      syncFile,
      upgrade,
      agents,
      audit,
      settings,
    ]),
  ]),
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultPendingComponent: () => (
    <main id="main" className="page">
      <Loading what="the page" />
    </main>
  ),
  defaultErrorComponent: Broken,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
