/** Empty, loading and failed: every page has the three, and each says what to do next. */
import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { asProblem } from "@/api/problem";
import { Button } from "./button";
import { visible } from "./visible";

/** What went wrong, where, and what to do next. */
export function ErrorBox({ error, again }: { error: unknown; again?: () => void }) {
  const problem = asProblem(error);
  return (
    <div className="notice" role="alert">
      <div className="row">
        <CircleAlert className="icon" aria-hidden />
        <strong>{visible(problem.message)}</strong>
        {again ? (
          <Button className="push" onClick={again}>
            Try again
          </Button>
        ) : null}
      </div>
      {problem.hint ? <p className="dim">{visible(problem.hint)}</p> : null}
      {problem.places.length > 0 ? (
        <ul className="bullets dim">
          {problem.places.slice(0, 20).map((place, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: places have no identity but their order.
            <li key={index}>
              {place.line ? `Line ${place.line}: ` : ""}
              {visible(place.message)}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

/** Space reserved for what is being fetched; says so after a moment, to screen readers at once. */
export function Loading({ what, lines = 4 }: { what: string; lines?: number }) {
  return (
    <div className="stack" role="status" aria-label={`Loading ${what}`}>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: equal bars.
        <div key={index} className="skeleton h-5" />
      ))}
      <span className="small faint">Loading {what}…</span>
    </div>
  );
}

/** Nothing there yet: what this place is for, and the next step. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <section className="card">
      <div className="card__body stack empty-state">
        <h2 className="title-l">{title}</h2>
        <div className="dim">{children}</div>
        {action ? <div className="row">{action}</div> : null}
      </div>
    </section>
  );
}
