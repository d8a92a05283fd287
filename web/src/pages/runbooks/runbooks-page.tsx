/** All runbooks: what they risk, when they last ran, whether what serves is what git says. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { RefreshCw, X } from "lucide-react";
import { api, take } from "@/api/client";
import { usePages } from "@/api/pages";
import { syncQuery } from "@/api/queries";
import { LoadMore } from "@/ui/load-more";
import { Result } from "@/ui/page";
import { Ago } from "@/ui/time";
import { useTitle } from "@/ui/title";
import { upgradeQuery } from "../upgrade/queries";
import { BrokenFiles } from "./broken-files";
import { EmptyRunbooks } from "./empty-runbooks";
import { type Filter, matches, type Sync } from "./filter";
import { Filters } from "./filters";
import { ImportLink } from "./import-link";
import { RunbooksTable } from "./runbooks-table";

const route = getRouteApi("/app/runbooks");

function Meta({ count, sync }: { count: number; sync: Sync | undefined }) {
  const repositories = sync?.items.length ?? 0;
  const last = sync?.items
    .map((item) => item.syncedAt)
    .filter(Boolean)
    .sort()
    .at(-1);
  return (
    <p className="meta">
      <span>
        {count} {count === 1 ? "runbook" : "runbooks"} in {repositories}{" "}
        {repositories === 1 ? "repository" : "repositories"}
      </span>
      {last ? (
        <span>
          <RefreshCw className="icon" aria-hidden /> Last change synced <Ago at={last} />
        </span>
      ) : null}
    </p>
  );
}

/** After an update: what an owner is asked. */
function Waiting() {
  const found = useQuery(upgradeQuery).data;
  if (!found || found.waiting === 0) return null;
  return (
    <p className="notice notice--line">
      <strong>
        {found.waiting} {found.waiting === 1 ? "verdict waits" : "verdicts wait"} for an owner
      </strong>{" "}
      since the scanner was updated; until then the stricter one holds.{" "}
      <Link to="/upgrade">Look at them</Link>
    </p>
  );
}

export function RunbooksPage() {
  useTitle("Runbooks");
  const filter: Filter = route.useSearch();
  const runbooks = usePages(["runbooks", "pages"], (cursor) =>
    take(api.GET("/api/v1/runbooks", { params: { query: { limit: 100, ...cursor } } })),
  );
  const sync = useQuery(syncQuery);
  const items = runbooks.data ?? [];
  const shown = items.filter((item) => matches(item, filter, sync.data));
  return (
    <main id="main" className="page">
      <div className="page-head">
        <div className="runbooks-head">
          <h1>Runbooks</h1>
          {runbooks.data ? <Meta count={items.length} sync={sync.data} /> : null}
        </div>
        <div className="row">
          <ImportLink />
        </div>
      </div>
      <Result query={runbooks} what="runbooks">
        {() =>
          items.length === 0 ? (
            <EmptyRunbooks />
          ) : (
            <>
              <Waiting />
              <Filters items={items} sync={sync.data} filter={filter} />
              {shown.length > 0 ? (
                <RunbooksTable items={shown} sync={sync.data} />
              ) : (
                <div className="card card__body row">
                  <span>No runbook is like that.</span>
                  <Link className="btn" to="/runbooks" search={{}}>
                    <X className="icon" aria-hidden /> Show all
                  </Link>
                </div>
              )}
              <LoadMore pages={runbooks} noun="runbooks" />
            </>
          )
        }
      </Result>
      <BrokenFiles sync={sync.data} known={items} />
    </main>
  );
}
