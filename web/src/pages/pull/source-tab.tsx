/** The text that it was made from, secrets masked, and what became of each part. */
import { useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { asProblem } from "@/api/problem";
import { meQuery } from "@/api/queries";
import { type PullKey, type Source, sourceQuery } from "@/review/queries";
import { ErrorBox, Loading } from "@/ui/states";
import { Ago } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { coverageSentence, sourceRows } from "./source-lines";

function Head({ source }: { source: Source }) {
  const coverage = coverageSentence(source);
  return (
    <div className="card__head">
      <h2>Source text</h2>
      <span className="small dim">
        {coverage ?? visible(source.problem ?? "Its coverage is not known.")}
        {source.masked > 0 ? ` · ${source.masked} ${source.masked === 1 ? "secret" : "secrets"} masked` : ""}
      </span>
      <span className="small faint push">
        pasted <Ago at={source.createdAt} /> by {visible(source.createdByEmail ?? source.createdBy)}, read as{" "}
        {visible(source.format)}
      </span>
    </div>
  );
}

function Lines({ source }: { source: Source }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
    <section className="source-lines" tabIndex={0} aria-label="Source text, line by line">
      {sourceRows(source).map((row) => (
        <div key={row.number} className={`source-lines__row source-lines__row--${row.kind}`}>
          <span className="source-lines__number" aria-hidden="true">
            {row.number}
          </span>
          <code className="source-lines__text">{visibleCode(row.text) || "\u00a0"}</code>
          {row.fate ? (
            <span className="source-lines__fate small">
              {row.kind === "step" ? <ArrowRight className="icon" aria-hidden /> : null}
              {visible(row.fate)}
            </span>
          ) : null}
        </div>
      ))}
    </section>
  );
}

export function SourceTab({ pull, kept }: { pull: PullKey; kept: boolean }) {
  const me = useQuery(meQuery);
  const may = me.data?.permissions.includes("propose") ?? false;
  const source = useQuery({ ...sourceQuery(pull), enabled: may && kept });
  if (!kept) {
    return (
      <p className="notice">
        It was not made from a pasted text: somebody edited the document or pushed a branch. What changed is
        in Files.
      </p>
    );
  }
  if (me.data && !may) {
    return (
      <p className="notice">
        The pasted text is for those who write and review runbooks: authors, maintainers and owners. Your role
        is {me.data.role}.
      </p>
    );
  }
  if (source.error) {
    const problem = asProblem(source.error);
    if (problem.code === "no_source" || problem.code === "erased") {
      return (
        <p className="notice">
          {problem.message} {problem.hint ?? ""}
        </p>
      );
    }
    return <ErrorBox error={source.error} again={() => void source.refetch()} />;
  }
  if (!source.data) return <Loading what="the source text" lines={10} />;
  return (
    <div className="card">
      <Head source={source.data} />
      <Lines source={source.data} />
      <p className="card__body small faint wrap">
        SHA-256 <code>{source.data.sha256.replace("sha256:", "")}</code>. Kept sealed under a key of its own.
      </p>
    </div>
  );
}
