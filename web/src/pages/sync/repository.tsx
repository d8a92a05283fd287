/** One repository: what git has, what is in service, and every file whose newest content is not. */
import { Link } from "@tanstack/react-router";
import { ArrowRight, ExternalLink } from "lucide-react";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Commit } from "@/ui/page";
import { Status, type StatusKind } from "@/ui/status";
import { Ago } from "@/ui/time";
import { visible } from "@/ui/visible";
import { DriftView } from "./drift";
import { MakeBadge, RemoveRepository } from "./repositories";
import { DirectPush, LetGo } from "./repository-settings";

type Item = Schemas["RepositorySync"];
type Broken = Schemas["BrokenFile"];

const STATES: Record<Item["state"], { kind: StatusKind; word: string }> = {
  synced: { kind: "done", word: "Synced" },
  behind: { kind: "running", word: "Behind" },
  broken: { kind: "attention", word: "Broken" },
  never: { kind: "todo", word: "Never synced" },
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

/** What the repository's `policy.json` does for the tenant, in a sentence; null where it does nothing. */
export function policyWords({ policy }: Pick<Item, "policy">): string | null {
  if (policy.role === "source") return "The policy source: only its policy.json may allow something.";
  if (!policy.inForce) return null;
  const asks = policy.asks.length > 0 ? policy.asks.map(visible).join(", ") : "nothing more than others do";
  return `Not the policy source: its policy.json only asks for more (${asks}).`;
}

/** The branch, the folder and the environment of it, in a line; null where it is the usual one. */
export function whereWords({ prefix, environment }: Pick<Item, "prefix" | "environment">): string | null {
  const parts = [environment && `for ${visible(environment)}`, prefix && `only ${visible(prefix)}/`];
  return parts.filter(Boolean).join(", ") || null;
}

interface RepositoryProps {
  item: Item;
  permissions: readonly string[];
  /** The file that a link on the forge names. */
  path?: string | undefined;
}

export function Repository({ item, permissions, path }: RepositoryProps) {
  const state = STATES[item.state];
  const [differs, setDiffers] = useState(false);
  const [removing, setRemoving] = useState(false);
  const policy = policyWords(item);
  const where = whereWords(item);
  const owner = permissions.includes("raise_trust");
  // The sentence of a failure stands in its own box below.
  const says = item.error ? "What was synced before stays in service." : visible(item.says);
  return (
    <section className="card" aria-label={visible(item.name)}>
      <div className="card__head">
        <h2>{visible(item.name)}</h2>
        <strong>
          <Status kind={state.kind}>{state.word}</Status>
        </strong>
        {where ? <span className="dim">{where}</span> : null}
        <span className="dim">{says}</span>
        <Button className="push" aria-expanded={differs} onClick={() => setDiffers(!differs)}>
          What differs
        </Button>
      </div>
      <div className="truth">
        <Side label={`Git, ${visible(item.branch)}`} oid={item.head}>
          looked at <Ago at={item.fetchedAt} />
          {item.behindSince ? (
            <>
              , ahead since <Ago at={item.behindSince} />
            </>
          ) : null}
        </Side>
        <Side label="In service" oid={item.syncedCommit}>
          since <Ago at={item.syncedAt} />
          {item.trigger ? `, by ${triggerWords(item.trigger)}` : ""}
        </Side>
        <div>
          <span className="label">Files not in service</span>
          <strong>{item.broken === 0 ? "None" : item.broken}</strong>
          <span className="small faint">
            {item.runbooks === 1 ? "1 runbook" : `${item.runbooks} runbooks`} in service,{" "}
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
      <LetGo item={item} owner={owner} />
      {item.brokenFiles.map((file) => (
        <BrokenFile key={file.path} file={file} repository={item} current={file.path === path} />
      ))}
      {differs ? <DriftView repository={item.id} /> : null}
      {policy ? <p className="small faint broken">{policy}</p> : null}
      {permissions.includes("repositories") ? (
        <div className="broken">
          <div className="row repository-acts">
            <MakeBadge id={item.id} has={item.hasBadge} />
            <DirectPush item={item} owner={owner} />
            {owner ? (
              <Button look="quiet" className="push" onClick={() => setRemoving(true)}>
                Remove…
              </Button>
            ) : null}
          </div>
        </div>
      ) : null}
      {removing ? (
        <RemoveRepository id={item.id} name={item.name} onClose={() => setRemoving(false)} />
      ) : null}
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

/** Whether there is a page of the line: of a file that is not read we keep no content. */
export function canOpen(file: Broken, repository: Item): boolean {
  return repository.forge === "builtin" ? file.state !== "skipped" : !!file.link?.startsWith("https://");
}

/** The line as git has it: on the forge, or on a page of ours. */
export function LineLink({ file, repository, look }: { file: Broken; repository: Item; look?: string }) {
  if (!canOpen(file, repository)) return null;
  const words = file.line ? `Open line ${file.line}` : "Open the file";
  if (repository.forge === "builtin") {
    const search = { path: file.path, ...(file.line ? { line: String(file.line) } : {}) };
    return (
      <Link
        to="/sync/$repository/file"
        params={{ repository: repository.id }}
        search={search}
        className={look}
      >
        {words}
      </Link>
    );
  }
  return (
    <a href={file.link ?? undefined} target="_blank" rel="noreferrer" className={look}>
      {words} on the forge <ExternalLink className="icon" aria-hidden />
    </a>
  );
}

const intoView = (row: HTMLElement | null) => row?.scrollIntoView({ block: "center" });

function BrokenFile({ file, repository, current }: { file: Broken; repository: Item; current: boolean }) {
  return (
    <div
      className={current ? "broken broken--current" : "broken"}
      aria-current={current ? "location" : undefined}
      ref={current ? intoView : undefined}
    >
      <div className="row">
        <Status kind="attention">
          <code>{place(file)}</code>
        </Status>
        <span className="push">
          <LineLink file={file} repository={repository} />
        </span>
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
