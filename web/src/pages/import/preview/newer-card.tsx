/** A text of a runbook that is in service: what it would change there, and the pull request that joins the two. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { api, type Schemas, take } from "@/api/client";
import { Button } from "@/ui/button";
import { ErrorBox } from "@/ui/states";
import { visible, visibleCode } from "@/ui/visible";
import type { PreviewRequest } from "../answer";
import type { View } from "../session";
import { count } from "../wording";

export type Newer = Schemas["ReimportShape"];
/** The runbook that a text is a newer one of, and whether the two differ. */
export interface Known {
  runbook: string;
  saysNothing: boolean;
  conflicts: number;
}

const SHOWN = 12;

interface Props {
  view: View;
  busy: boolean;
  /** Why this member may open no pull request; null where they may. */
  reason: string | null;
  /** Called with what was found, null where nothing is: the page's one main action depends on it. */
  found: (known: Known | "asking" | "taken" | null) => void;
  /** Opens the pull request that puts the new text in the place of the document, edits and all. */
  replace: (request: PreviewRequest) => void;
}

export function NewerCard({ view, busy, reason, found: tell, replace }: Props) {
  const { answer, answered, phase } = view.live;
  const name = answer?.name ?? "";
  const settled = phase === "settled" && answered !== null && reason === null;
  const served = useQuery({
    queryKey: ["runbooks", "named", name],
    queryFn: () => take(api.GET("/api/v1/runbooks", { params: { query: { name, limit: 1 } } })),
    enabled: settled && name !== "",
  });
  const runbook = served.data?.items[0];
  const newer = useQuery({
    queryKey: ["runbooks", "newer", runbook?.id, answered],
    queryFn: () => asked(answered as PreviewRequest, runbook?.id ?? ""),
    enabled: settled && runbook !== undefined,
    gcTime: 0,
    retry: false,
  });
  const found = newer.data;
  const known = settled && runbook && found ? runbook.id : null;
  const conflicts = found?.conflicts.length ?? 0;
  const nothing = found ? saysNothing(found) : false;
  const asking = settled && (served.isLoading || newer.isLoading);
  const refused = settled && runbook !== undefined && newer.isError;
  useEffect(() => {
    const without = asking ? "asking" : refused ? "taken" : null;
    tell(known === null ? without : { runbook: known, saysNothing: nothing, conflicts });
    return () => tell(null);
  }, [tell, known, nothing, asking, refused, conflicts]);
  if (refused) return <ErrorBox error={newer.error} />;
  if (!settled || !runbook || !found) return null;
  return (
    <section className="card" aria-labelledby="newer-h">
      <div className="card__head">
        <h3 id="newer-h">
          This is a newer text of{" "}
          <Link to="/runbooks/$runbook" params={{ runbook: runbook.name }}>
            {runbook.name}
          </Link>
        </h3>
        <span className="faint small">{visible(found.summary)}</span>
      </div>
      <div className="card__body stack">
        <Changes found={found} />
        <Variables found={found} />
        <Beside found={found} />
        <Kept found={found} />
        <Conflicts found={found} />
        <p className="row">
          <span className="small dim">The pull request joins the two: people's edits stay.</span>
          <Button className="push" busy={busy} onClick={() => replace(answered as PreviewRequest)}>
            Replace it as a whole instead
          </Button>
        </p>
      </div>
    </section>
  );
}

/** Whether nothing would change. */
export function saysNothing(found: Newer): boolean {
  const { beside = [], changes, conflicts, variablesAdded, variablesRemoved } = found;
  const all = [beside, changes, conflicts, variablesAdded, variablesRemoved];
  return all.every((items) => items.length === 0);
}

function asked(request: PreviewRequest, runbook: string): Promise<Newer> {
  return take(
    api.POST("/api/v1/runbooks/{runbook}/newer-text", {
      params: { path: { runbook } },
      body: { ...request, dryRun: true },
    }),
  );
}

const WORDS = { added: "Added", removed: "Taken away", changed: "Changed", moved: "Moved" } as const;

function Changes({ found }: { found: Newer }) {
  if (found.changes.length === 0) return null;
  return (
    <ul className="set-aside small" aria-label="What the newer text changes">
      {found.changes.slice(0, SHOWN).map((item) => (
        <li key={`${item.change}.${item.step}`} data-change={item.change}>
          <strong>{WORDS[item.change]}</strong>
          <span className="dim">
            {visible(item.title)}
            <Fields change={item} />
          </span>
        </li>
      ))}
      <More of={found.changes.length} />
    </ul>
  );
}

/** What a changed step says now, and what it will say. */
function Fields({ change }: { change: Newer["changes"][number] }) {
  if (change.change !== "changed") return null;
  return (change.fields ?? []).map((field) => (
    <span key={field.field} className="block newer-field">
      {field.field}: {field.before ? <code>{visibleCode(field.before)}</code> : "nothing"} →{" "}
      {field.after ? <code>{visibleCode(field.after)}</code> : "nothing"}
    </span>
  ));
}

function Variables({ found }: { found: Newer }) {
  const all = [
    ...found.variablesAdded.map((name) => ["Added", name] as const),
    ...found.variablesRemoved.map((name) => ["Taken away", name] as const),
  ];
  if (all.length === 0) return null;
  return (
    <ul className="set-aside small" aria-label="Variables that come or go">
      {all.slice(0, SHOWN).map(([word, name]) => (
        <li key={`${word}.${name}`}>
          <strong>{word}</strong>
          <span className="dim">
            the variable <code>{visibleCode(name)}</code>
          </span>
        </li>
      ))}
      <More of={all.length} />
    </ul>
  );
}

/** Prerequisites, alerts, questions and the like. */
function Beside({ found: { beside = [] } }: { found: Newer }) {
  if (beside.length === 0) return null;
  return (
    <ul className="set-aside small" aria-label="What changes beside the steps">
      {beside.slice(0, SHOWN).map((item) => (
        <li key={`${item.change}.${item.place}`}>
          <strong>{WORDS[item.change]}</strong>
          <span className="dim">
            {visible(item.place)}
            {item.change === "changed" ? (
              <span className="block newer-field">
                {item.before ? <q>{visible(item.before)}</q> : "nothing"} →{" "}
                {item.after ? <q>{visible(item.after)}</q> : "nothing"}
              </span>
            ) : null}
          </span>
        </li>
      ))}
      <More of={beside.length} />
    </ul>
  );
}

/** Edits of people that stay. */
function Kept({ found }: { found: Newer }) {
  if (found.kept.length === 0) return null;
  return (
    <ul className="set-aside small" aria-label="Kept: what a person edited">
      {found.kept.slice(0, SHOWN).map((item) => (
        <li key={`${item.place}.${item.field}.${item.what}`} data-change="kept">
          <strong>Kept</strong>
          <span className="dim">
            what a person {item.what}: {visible(item.place)}
            {item.field ? `, ${visible(item.field)}` : ""}
          </span>
        </li>
      ))}
      <More of={found.kept.length} />
    </ul>
  );
}

function Conflicts({ found }: { found: Newer }) {
  if (found.conflicts.length === 0) return null;
  return (
    <div className="notice stack">
      <p>
        <strong>{count(found.conflicts.length, "conflict")}.</strong> What is in service stands until somebody
        decides; till then a question keeps what it concerns from running by itself.
      </p>
      <ul className="newer-conflicts small">
        {found.conflicts.slice(0, SHOWN).map((item) => (
          <li key={`${item.place}.${item.field}`} data-conflict={item.kind}>
            <strong>{visible(placeText(item))}</strong> Here{" "}
            {item.here ? <code>{visibleCode(item.here)}</code> : "it was taken out"}, the newer text{" "}
            {item.newer ? <code>{visibleCode(item.newer)}</code> : "takes it out"}.{" "}
            <span className="dim">Till then {visible(item.keeps)} can't run by itself.</span>
          </li>
        ))}
        <More of={found.conflicts.length} />
      </ul>
    </div>
  );
}

/** What a conflict is about: `Variable namespace, pattern.` */
export function placeText(item: Pick<Newer["conflicts"][number], "kind" | "place" | "field">): string {
  if (item.kind === "order") return "The order of the steps.";
  const place = item.place.charAt(0).toUpperCase() + item.place.slice(1);
  return item.field === "all of it" ? `${place}.` : `${place}, ${item.field}.`;
}

function More({ of }: { of: number }) {
  return of > SHOWN ? <li className="dim">and {of - SHOWN} more</li> : null;
}
