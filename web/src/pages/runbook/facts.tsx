/** Beside the steps: where it comes from, what starts it, what must hold before. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "@/api/client";
import { stateWord } from "@/ui/execution-states";
import { Ago } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { alertsOf, prerequisitesOf, questionsOf, variablesOf } from "../pull/document-parts";
import { type Sync, syncState } from "../runbooks/filter";
import { Stale } from "./stale";

function List({ title, items, none }: { title: string; items: readonly ReactNode[]; none?: string }) {
  if (items.length === 0 && !none) return null;
  return (
    <section>
      <h2>{title}</h2>
      {items.length === 0 ? <p className="small dim">{none}</p> : null}
      <ul className="line-list small">
        {items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a document have no identity but their order.
          <li key={index} className="wrap">
            {item}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Facts({ item, sync }: { item: Schemas["RunbookShape"]; sync: Sync | undefined }) {
  const state = syncState(item, sync);
  const alerts = alertsOf(item.document).map((text) => <code key={text}>{visibleCode(text)}</code>);
  const questions = questionsOf(item.document);
  return (
    <aside className="stack stack--wide" aria-label="About this runbook">
      <Stale reasons={item.stale ?? []} />
      <section className="card card__body">
        <dl className="facts small">
          <dt>In service</dt>
          <dd>
            {state.word}, <Ago at={item.updatedAt} />
          </dd>
          <dt>Commit</dt>
          <dd>
            <code>{item.commit?.slice(0, 10) ?? "none"}</code>
          </dd>
          <dt>File</dt>
          <dd>
            <code>{visibleCode(item.path)}</code> of <Link to="/sync">{visible(item.repository.name)}</Link>
          </dd>
          <dt>Owners</dt>
          <dd>{item.owners.length > 0 ? item.owners.map(visible).join(", ") : "none named"}</dd>
          <dt>Governance</dt>
          <dd>{item.governance === "strict" ? "strict, by the document" : "what the policy says"}</dd>
          <dt>Last read</dt>
          <dd>
            {item.review ? (
              <>
                <Ago at={item.review.at} /> by {visible(item.review.by)}
              </>
            ) : (
              "the document does not say"
            )}
          </dd>
          <dt>Last run</dt>
          <dd>
            {item.lastRun ? (
              <Link to="/executions/$execution" params={{ execution: item.lastRun.id }}>
                {stateWord(item.lastRun).text}, <Ago at={item.lastRun.at} />
              </Link>
            ) : (
              "never"
            )}
          </dd>
        </dl>
      </section>
      <List
        title="Open questions"
        items={questions.map((one) => (
          <span key={one.question}>
            {visible(one.question)} <span className="dim">“{visible(one.text)}”</span>
          </span>
        ))}
      />
      <List title="Alerts that match" items={alerts} none="None: it is started by hand." />
      <List title="Before you start" items={prerequisitesOf(item.document).map(visible)} />
      <List
        title="Variables"
        items={variablesOf(item.document).map((one) => (
          <span key={one.name}>
            <code>{visibleCode(one.name)}</code> <span className="dim">{visible(one.note)}</span>
          </span>
        ))}
      />
    </aside>
  );
}
