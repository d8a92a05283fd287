/** The events, newest first: new ones come in at the top, older ones by asking. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, take } from "@/api/client";
import { usePages } from "@/api/pages";
import { LoadMore } from "@/ui/load-more";
import { Result } from "@/ui/page";
import { Empty } from "@/ui/states";
import { Event } from "./event";
import { asked, type Filters, isFiltered } from "./filters";

const REFRESH_MS = 5_000;

function useEvents(filters: Filters) {
  const [begun] = useState(() => Date.now());
  const ask = (cursor: { cursor?: string }) =>
    take(api.GET("/api/v1/audit", { params: { query: { ...asked(filters, begun), ...cursor } } }));
  return usePages(["audit", "events", filters, begun], ask, { refreshMs: REFRESH_MS });
}

export function Events({ filters }: { filters: Filters }) {
  const events = useEvents(filters);
  return (
    <Result query={events} what="the audit trail">
      {(items) =>
        items.length === 0 ? (
          <Nothing filtered={isFiltered(filters)} />
        ) : (
          <>
            <ol className="card events" aria-label="Events, newest first">
              {items.map((item) => (
                <Event key={item.id} item={item} filters={filters} />
              ))}
            </ol>
            <LoadMore pages={events} noun="events" />
            {events.hasMore ? null : (
              <p className="faint">
                That is all: the first event{isFiltered(filters) ? " that fits" : ""} is above.
              </p>
            )}
          </>
        )
      }
    </Result>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  return (
    <Empty
      title={filtered ? "No event fits these filters" : "Nothing has happened yet"}
      action={
        filtered ? (
          <Link to="/audit" search={{}} className="btn">
            Show everything
          </Link>
        ) : null
      }
    >
      <p>
        Each approval, edit, command, result, sync and sign-in leaves an event here, and each event names the
        one before it.
      </p>
    </Empty>
  );
}
