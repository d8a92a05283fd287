/** Why this runbook may no longer be what it was, and what to do about each. */
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import type { Schemas } from "@/api/client";
import { visible } from "@/ui/visible";

type Reason = Schemas["StaleReason"];

/** Where one goes about it, where that is a page. */
function Way({ reason }: { reason: Reason }) {
  if (reason.code === "sync_broken") return <Link to="/sync">Look at the sync</Link>;
  if (reason.code === "verdict_waits") return <Link to="/upgrade">Look at the verdicts</Link>;
  return null;
}

/** What stands between backticks is code. */
function Words({ text }: { text: string }) {
  const parts = visible(text).split("`");
  return parts.map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a sentence have no identity but their place.
    index % 2 === 1 ? <code key={index}>{part}</code> : part,
  );
}

export function Stale({ reasons }: { reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null;
  return (
    <section className="card card__body stack" aria-labelledby="stale">
      <h2 id="stale" className="row row--tight">
        <TriangleAlert className="icon" aria-hidden /> Why it may be stale
      </h2>
      <ul className="line-list small">
        {reasons.map((reason) => (
          <li key={reason.code} className="wrap">
            {visible(reason.message)}{" "}
            <span className="dim">
              <Words text={reason.hint} />
            </span>{" "}
            <Way reason={reason} />
          </li>
        ))}
      </ul>
    </section>
  );
}
