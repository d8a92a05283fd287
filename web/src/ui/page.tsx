/** The common form of a page: heading, and what a query gave, is fetching, or could not give. */
import type { ReactNode } from "react";
import { ErrorBox, Loading } from "./states";
import { useTitle } from "./title";
import { visible } from "./visible";

export function PageFrame({
  title,
  meta,
  action,
  children,
}: {
  title: string;
  meta?: ReactNode;
  /** The one thing to do here, at the right of the title. */
  action?: ReactNode;
  children: ReactNode;
}) {
  useTitle(title);
  return (
    <main id="main" className="page">
      <div className="page-head">
        <div>
          <h1>{visible(title)}</h1>
          {meta ? <div className="meta small">{meta}</div> : null}
        </div>
        {action ? <div className="row">{action}</div> : null}
      </div>
      <div className="stack">{children}</div>
    </main>
  );
}

interface ResultProps<T> {
  query: { data: T | undefined; error: Error | null; refetch: () => unknown };
  what: string;
  children: (data: T) => ReactNode;
}

/** What the query holds, under its error where it could not be read again; without either, reserved space. */
export function Result<T>({ query, what, children }: ResultProps<T>) {
  return (
    <>
      {query.error ? <ErrorBox error={query.error} again={() => void query.refetch()} /> : null}
      {query.data !== undefined ? children(query.data) : null}
      {query.data === undefined && !query.error ? <Loading what={what} /> : null}
    </>
  );
}

/** A table that scrolls in its own box where the window is narrow; or, `stacked`, has one card a row there. */
export function Table({
  caption,
  heads,
  stacked = false,
  children,
}: {
  caption: string;
  heads: readonly string[];
  /** Cells then carry their head as `data-label`. */
  stacked?: boolean;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
    <section className="card scroll-x" tabIndex={0} aria-label={caption}>
      <table className={stacked ? "table table--stacked" : "table"}>
        <caption className="sr">{caption}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

/** What is done on the command line, to copy. */
export function Terminal({ children }: { children: string }) {
  return <pre className="cmd lines">{children}</pre>;
}

/** `waiting approval` of `waiting_approval`. */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}

/** The first ten characters of a commit. */
export function Commit({ oid }: { oid: string | null | undefined }) {
  return oid ? <code title={oid}>{oid.slice(0, 10)}</code> : <span className="faint">none</span>;
}
