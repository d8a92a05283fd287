/** What the browser's tab says: the page, the thing on it, the product. */
import { useEffect } from "react";
import { visible } from "./visible";

/** `Runbook · Clear the cache · dd0c`. Pure. */
export function titleOf(page: string, thing?: string | null): string {
  return [page, thing, "dd0c"]
    .filter((part): part is string => Boolean(part?.trim()))
    .map((part) => visible(part).replace(/\s+/g, " ").trim())
    .join(" · ");
}

/** The title while the caller is on screen; it stands until the next page says its own. */
export function useTitle(page: string, thing?: string | null): void {
  const title = titleOf(page, thing);
  useEffect(() => {
    document.title = title;
  }, [title]);
}
