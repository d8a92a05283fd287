/** What is happening with the newest text, in a place that is always there. */
import { CircleAlert, LoaderCircle } from "lucide-react";
import { useContext, useEffect, useState } from "react";
import { Button } from "@/ui/button";
import { seconds } from "@/ui/time";
import { visible } from "@/ui/visible";
import type { View } from "../session";
import { ImportContext } from "./context";

const SHOWN_AFTER_MS = 300;
const TICK_MS = 100;
const SAID_AFTER_MS = 2_000;

export function LiveStatus({ view }: { view: View }) {
  const waited = useWaited(view.live.phase === "asking" ? view.live.since : null);
  return (
    <span className="push meta small live-status" role="status">
      {waited > SHOWN_AFTER_MS ? (
        <span>
          <LoaderCircle className="icon spin" aria-hidden />
          {waited > SAID_AFTER_MS ? `Reading every sentence, ${seconds(waited)}` : "Reading"}
        </span>
      ) : null}
    </span>
  );
}

/** Milliseconds since then, ticking; 0 of null. */
function useWaited(since: number | null): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (since === null) return;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [since]);
  return since === null ? 0 : now - since;
}

/** Why the newest text has no preview, above the one of before. */
export function LiveProblem({ view, again }: { view: View; again: () => void }) {
  const { goToLine } = useContext(ImportContext);
  const { problem, answer } = view.live;
  if (view.refusal) {
    return (
      <div className="notice" role="alert">
        <div className="row">
          <CircleAlert className="icon" aria-hidden />
          <strong>{view.refusal}</strong>
        </div>
      </div>
    );
  }
  if (!problem) return null;
  const retries = problem.status === 0 || problem.status >= 500 || problem.status === 429;
  return (
    <div className="notice" role="alert">
      <div className="row row--one notice__head">
        <CircleAlert className="icon" aria-hidden />
        <strong>{visible(problem.message)}</strong>
        {retries ? (
          <Button className="push" onClick={again}>
            Try now
          </Button>
        ) : null}
      </div>
      {problem.hint ? <p className="dim">{visible(problem.hint)}</p> : null}
      {retries ? <p className="dim">Your text stays here. It is tried again by itself.</p> : null}
      {problem.places.length > 0 ? (
        <ul className="bullets dim">
          {problem.places.slice(0, 20).map((place, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: places have no identity but their order.
            <li key={index}>
              {place.line && !view.isHtml ? (
                <button type="button" className="linkish" onClick={() => goToLine(place.line ?? 1)}>
                  Line {place.line}
                </button>
              ) : null}
              {place.line && !view.isHtml ? ": " : ""}
              {visible(place.message)}
            </li>
          ))}
        </ul>
      ) : null}
      {answer ? <p className="dim">Below is what was read before.</p> : null}
    </div>
  );
}
