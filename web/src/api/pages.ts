/** A list that is longer than one answer: page by page, live at its head, never left out in silence. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { REFRESH_MS } from "./queries";

/** Up to so many pages are asked again for what is new; beyond, a person asks. */
const LIVE_PAGES = 2;

export interface Page<T> {
  items: readonly T[];
  nextCursor?: string | null;
}

export interface Pages<T> {
  /** All items that were loaded, or undefined before the first answer. */
  data: readonly T[] | undefined;
  error: Error | null;
  refetch: () => unknown;
  /** Whether the list goes on behind what is shown. */
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
  /** Whether so much is shown that it is not asked again by itself. */
  stands: boolean;
}

export interface Options {
  refreshMs?: number;
}

/** The list under this key; `ask` brings the page behind a cursor, or the first one. */
export function usePages<T>(
  queryKey: readonly unknown[],
  ask: (cursor: { cursor?: string }) => Promise<Page<T>>,
  { refreshMs = REFRESH_MS }: Options = {},
): Pages<T> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => ask(pageParam ? { cursor: pageParam } : {}),
    initialPageParam: "",
    getNextPageParam: (page: Page<T>) => page.nextCursor ?? undefined,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > LIVE_PAGES ? false : refreshMs),
  });
  return {
    data: query.data?.pages.flatMap((page) => page.items),
    error: query.error,
    refetch: query.refetch,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    stands: (query.data?.pages.length ?? 0) > LIVE_PAGES,
  };
}
