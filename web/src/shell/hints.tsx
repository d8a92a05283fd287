/** Whether what the page shows is the present: the strip says so where it is not. */
import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { useEffect, useRef } from "react";
import { panicQuery, queryClient, REFRESH_MS } from "@/api/queries";
import { Button } from "@/ui/button";
import { clockTime, useNow } from "@/ui/time";
import { GRACE_MS, report, retryLost, useLost } from "./live";

const PULSE = {};

/** The page's pulse: a question every few seconds, whose first lost answer counts. */
function usePulse(): void {
  const pulse = useQuery({ ...panicQuery, refetchInterval: REFRESH_MS, retry: false });
  const { isError, errorUpdatedAt, refetch } = pulse;
  const since = useRef(0);
  useEffect(() => {
    if (!isError) {
      report(PULSE, null);
      since.current = 0;
      return;
    }
    since.current ||= errorUpdatedAt;
    const retry = () => void refetch();
    report(PULSE, { since: since.current, nextTryAt: errorUpdatedAt + REFRESH_MS, retry });
  }, [isError, errorUpdatedAt, refetch]);
}

/** `Not live for 12 s`, after a moment: one lost answer is not worth a word. */
export function LiveBanner() {
  usePulse();
  const loss = useLost();
  const isLost = loss !== null;
  const onExecution = useRouterState({
    select: (state) => state.location.pathname.startsWith("/executions/"),
  });
  useNow(1_000, isLost);
  useEffect(() => {
    if (!isLost) void queryClient.invalidateQueries();
  }, [isLost]);
  if (loss === null || Date.now() - loss.since < GRACE_MS) return null;
  const next = Math.ceil((loss.nextTryAt - Date.now()) / 1000);
  return (
    <div className="banner" role="status">
      <CircleAlert className="icon" aria-hidden />
      <strong className="n">Not live for {Math.round((Date.now() - loss.since) / 1000)} s</strong>
      <span className="dim n">
        You see {clockTime(new Date(loss.since))} UTC.
        {onExecution ? " Approvals are off until the page is live again." : ""}{" "}
        {next > 0 ? `Next try in ${next} s.` : "Trying now…"}
      </span>
      <Button
        className="push"
        onClick={() => {
          retryLost();
          void queryClient.invalidateQueries();
        }}
      >
        Try now
      </Button>
    </div>
  );
}
