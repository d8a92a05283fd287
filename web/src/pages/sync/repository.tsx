/** One repository: what git has, what is in service, and every file whose newest content is not. */
import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import type { Schemas } from "@/api/client";
import { CopyButton } from "@/ui/copy";
import { Commit } from "@/ui/page";
import { Status, type StatusKind } from "@/ui/status";
import { Ago } from "@/ui/time";
import { visible } from "@/ui/visible";

type Item = Schemas["RepositorySync"];
type Broken = Schemas["BrokenFile"];

const STATES: Record<Item["state"], { kind: StatusKind; word: string; means: string }> = {
  synced: { kind: "done", word: "Synced", means: "What is in service is what git has." },
  behind: { kind: "running", word: "Behind", means: "Git has a newer commit; it comes with the next sync." },
  broken: { kind: "attention", word: "Broken", means: "What can't be read stays as it last was good." },
  never: { kind: "todo", word: "Never synced", means: "Nothing was read from this repository yet." },
};

const TRIGGERS: Record<string, string> = {
  start: "the product's start",
  poll: "the regular look",
  manual: "a person",
  merge: "a merge",
  push: "a push",
  webhook: "the forge",
};

/** What began a sync, in words; an unknown word as it is. */
export function triggerWords(trigger: string): string {
  return TRIGGERS[trigger] ?? trigger.replaceAll("_", " ");
}

export function Repository({ item }: { item: Item }) {
  const state = STATES[item.state];
  return (
    <section className="card" aria-label={visible(item.name)}>
      <div className="card__head">
        <h2>{visible(item.name)}</h2>
        <strong>
          <Status kind={state.kind}>{state.word}</Status>
        </strong>
        <span className="dim">{state.means}</span>
      </div>
      <div className="truth">
        <Side label={`Git, ${visible(item.branch)}`} oid={item.head}>
          looked at <Ago at={item.fetchedAt} />
        </Side>
        <Side label="In service" oid={item.syncedCommit}>
          since <Ago at={item.syncedAt} />
          {item.trigger ? `, by ${triggerWords(item.trigger)}` : ""}
        </Side>
        <div>
          <span className="label">Files not in service</span>
          <strong>{item.brokenFiles.length === 0 ? "None" : item.brokenFiles.length}</strong>
          <span className="small faint">
            {item.forge === "builtin" ? "built-in forge" : visible(item.forge)}
          </span>
        </div>
      </div>
      {item.error ? (
        <div className="broken" role="alert">
          <strong>
            <Status kind="attention">The last sync failed</Status>
          </strong>
          <p className="dim">{visible(item.error)}</p>
        </div>
      ) : null}
      {item.brokenFiles.map((file) => (
        <BrokenFile key={file.path} file={file} />
      ))}
    </section>
  );
}

function Side({ label, oid, children }: { label: string; oid?: string | null; children: React.ReactNode }) {
  return (
    <div>
      <span className="label">{label}</span>
      <span className="row row--one">
        <Commit oid={oid} />
        {oid ? <CopyButton text={oid} what="commit" /> : null}
      </span>
      <span className="small faint">{children}</span>
    </div>
  );
}

/** `runbooks/a.yaml, line 4, column 7`. */
export function place(file: Pick<Broken, "path" | "line" | "column">): string {
  const line = file.line ? `, line ${file.line}` : "";
  return `${visible(file.path)}${line}${file.line && file.column ? `, column ${file.column}` : ""}`;
}

function BrokenFile({ file }: { file: Broken }) {
  return (
    <div className="broken">
      <div className="row">
        <Status kind="attention">
          <code>{place(file)}</code>
        </Status>
      </div>
      <p>{visible(file.reason)}</p>
      <p className="small dim">
        {file.commit ? (
          <>
            since <Commit oid={file.commit} />,{" "}
          </>
        ) : null}
        <Ago at={file.since} />.{" "}
        {file.runbookId ? (
          <>
            Its last good version stays in service:{" "}
            <Link to="/runbooks/$runbook" params={{ runbook: file.runbookId }}>
              see what runs <ArrowRight className="icon" aria-hidden />
            </Link>
          </>
        ) : (
          "Nothing of it is in service. Mend the file in git; the next sync reads it again."
        )}
      </p>
    </div>
  );
}
