/** A file as git has it, at the line that is wrong: what a link of the sync page opens for the built-in forge. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useCallback } from "react";
import { CopyButton } from "@/ui/copy";
import { Commit, PageFrame, Result } from "@/ui/page";
import { Status } from "@/ui/status";
import { visible, visibleCode } from "@/ui/visible";
import { contentQuery } from "./queries";

/** Beyond, only what is around the line is shown: a page of a megabyte helps nobody. */
const SHOWN_LINES = 2_000;

/** The lines to show, with the number of the first. Pure. */
export function linesAround(text: string, line: number): { first: number; lines: string[] } {
  const every = text.split("\n");
  if (every.at(-1) === "") every.pop();
  const start = every.length <= SHOWN_LINES ? 0 : Math.max(0, line - SHOWN_LINES / 2);
  return { first: start + 1, lines: every.slice(start, start + SHOWN_LINES) };
}

export function SyncFilePage() {
  const { repository } = useParams({ from: "/app/sync/$repository/file" });
  const search = useSearch({ from: "/app/sync/$repository/file" });
  const path = search.path ?? "";
  const content = useQuery(contentQuery(repository, path));
  const line = Number(search.line) || content.data?.line || 0;
  return (
    <PageFrame
      title={path || "No file"}
      meta={
        <>
          <span>The newest content in git</span>
          {content.data ? (
            <span>
              at <Commit oid={content.data.commit} />
            </span>
          ) : null}
        </>
      }
      action={
        <Link to="/sync" className="btn">
          <ArrowLeft className="icon" aria-hidden /> Back to sync
        </Link>
      }
    >
      <Result query={content} what="the file">
        {(found) => (
          <>
            {found.reason ? (
              <div className="card broken" role="alert">
                <Status kind="attention">
                  {found.line ? `Line ${found.line} keeps it out of service` : "It is not in service"}
                </Status>
                <p>{visible(found.reason)}</p>
                <p className="small dim">
                  Mend it in git; the next sync reads it again. Until then what was in service of it before
                  stays.
                </p>
              </div>
            ) : null}
            <Source text={found.text} line={line} path={found.path} />
          </>
        )}
      </Result>
    </PageFrame>
  );
}

function Source({ text, line, path }: { text: string; line: number; path: string }) {
  const { first, lines } = linesAround(text, line);
  const show = useCallback((row: HTMLElement | null) => row?.scrollIntoView({ block: "center" }), []);
  return (
    <section className="card" aria-label={`Content of ${visible(path)}`}>
      <div className="card__head">
        <h2>{visible(path)}</h2>
        <CopyButton text={text} what="the file" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <pre className="source-lines" tabIndex={0}>
        {lines.map((each, index) => {
          const number = first + index;
          const wrong = number === line;
          return (
            <span
              key={number}
              ref={wrong ? show : undefined}
              className={wrong ? "source-line source-line--wrong" : "source-line"}
              aria-current={wrong ? "location" : undefined}
            >
              <span className="source-line__number" aria-hidden>
                {number}
              </span>
              <code>{visibleCode(each) || " "}</code>
            </span>
          );
        })}
      </pre>
    </section>
  );
}
