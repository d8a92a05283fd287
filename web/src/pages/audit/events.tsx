/** The events, newest first: new ones come in at the top, older ones by asking. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, take } from "@/api/client";
import { Button } from "@/ui/button";
import { Empty, ErrorBox, Loading } from "@/ui/states";
import { Event } from "./event";
import { asked, type Filters, isFiltered } from "./filters";

/** Up to so many pages are asked again for what is new; beyond, a person asks. */
const LIVE_PAGES = 2;

function useEvents(filters: Filters) {
  const [begun] = useState(() => Date.now());
  return useInfiniteQuery({
    queryKey: ["audit", "events", filters, begun],
    queryFn: ({ pageParam }) =>
      take(
        api.GET("/api/v1/audit", {
          params: { query: { ...asked(filters, begun), ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > LIVE_PAGES ? false : 5_000),
  });
}

export function Events({ filters }: { filters: Filters }) {
  const events = useEvents(filters);
  if (events.error && !events.data) {
    return <ErrorBox error={events.error} again={() => void events.refetch()} />;
  }
  if (!events.data) return <Loading what="the audit trail" lines={12} />;
  const items = events.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Nothing filtered={isFiltered(filters)} />;
  const stands = events.data.pages.length > LIVE_PAGES;
  return (
    <>
      <ol className="card events" aria-label="Events, newest first">
        {items.map((item) => (
          <Event key={item.id} item={item} filters={filters} />
        ))}
      </ol>
      <div className="row">
        {events.hasNextPage ? (
          <Button busy={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
            {events.isFetchingNextPage ? "Loading older events…" : "Load older events"}
          </Button>
        ) : (
          <span className="faint">
            That is all: the first event{isFiltered(filters) ? " that fits" : ""} is above.
          </span>
        )}
        {stands ? (
          <Button look="quiet" onClick={() => void events.refetch()}>
            Look for new events
          </Button>
        ) : null}
        <span className="faint small push">{items.length} shown</span>
      </div>
    </>
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
