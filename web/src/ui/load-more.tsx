/** Under a list that goes on: how much is shown, and the way to the rest. */
import type { Pages } from "@/api/pages";
import { Button } from "./button";

export function LoadMore<T>({ pages, noun }: { pages: Pages<T>; noun: string }) {
  const shown = pages.data?.length ?? 0;
  if (!pages.hasMore && !pages.stands) return null;
  return (
    <div className="row">
      {pages.hasMore ? (
        <Button busy={pages.isLoadingMore} onClick={pages.loadMore}>
          {pages.isLoadingMore ? `Loading older ${noun}…` : `Load older ${noun}`}
        </Button>
      ) : null}
      {pages.stands ? (
        <Button look="quiet" onClick={() => void pages.refetch()}>
          Look for new {noun}
        </Button>
      ) : null}
      <span className="faint small push">
        {shown} {pages.hasMore ? "shown, there are more" : "shown, that is all"}
      </span>
    </div>
  );
}
