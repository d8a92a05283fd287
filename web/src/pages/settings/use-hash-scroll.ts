/** An address with a hash leads to that part, also where the part comes in later than the page. */
import { useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";

export function useHashScroll(ready: boolean): void {
  const hash = useRouterState({ select: (state) => state.location.hash });
  useEffect(() => {
    if (!ready || !hash) return;
    document.getElementById(hash)?.scrollIntoView({ block: "start" });
  }, [ready, hash]);
}
