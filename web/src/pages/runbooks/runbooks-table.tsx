/** The table of runbooks; on a phone, a card each. */
import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleQuestionMark, CircleX, RefreshCw } from "lucide-react";
import { stateWord } from "@/ui/execution-states";
import { Profile, Tally, tallyOf } from "@/ui/risk";
import { StatusIcon } from "@/ui/status";
import { Ago } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { type Item, STALE_WORDS, type Sync, staleOf, syncState, TRUST } from "./filter";

const SYNC_ICONS = { synced: CircleCheck, behind: RefreshCw, broken: CircleX, unknown: CircleQuestionMark };

function SyncCell({ item, sync }: { item: Item; sync: Sync | undefined }) {
  const state = syncState(item, sync);
  const Icon = SYNC_ICONS[state.kind];
  return (
    <>
      <span className="row row--tight row--one">
        <Icon className="icon" aria-hidden />
        {state.kind === "broken" ? <strong>{state.word}</strong> : state.word}
      </span>
      <span className="small faint wrap block">
        {state.kind === "synced" ? <code>{state.detail}</code> : visible(state.detail)}
      </span>
    </>
  );
}

function LastRun({ item }: { item: Item }) {
  if (!item.lastRun) {
    return <span className="row row--tight row--one dim">never</span>;
  }
  const state = stateWord(item.lastRun);
  return (
    <>
      <span className="row row--tight row--one">
        <StatusIcon kind={state.kind} />
        <Link to="/executions/$execution" params={{ execution: item.lastRun.id }}>
          <Ago at={item.lastRun.at} />
        </Link>
      </span>
      <span className="small faint block">{state.text}</span>
    </>
  );
}

function Reviewed({ item }: { item: Item }) {
  if (!item.review) return <span className="faint">not said</span>;
  return (
    <>
      <Ago at={item.review.at} />
      <span className="small faint block">{visible(item.review.by)}</span>
    </>
  );
}

function Owners({ item }: { item: Item }) {
  const [first, ...more] = item.owners;
  if (!first) return <span className="faint">none</span>;
  return (
    <span title={item.owners.map(visible).join(", ")}>
      {visible(first)}
      {more.length > 0 ? <span className="faint"> +{more.length}</span> : null}
    </span>
  );
}

function StaleCell({ item }: { item: Item }) {
  const [first, ...more] = staleOf(item);
  if (!first) return <span className="faint">no</span>;
  return (
    <span
      title={staleOf(item)
        .map((one) => visible(one.message))
        .join("\n")}
    >
      {STALE_WORDS[first.code] ?? visible(first.message)}
      {more.length > 0 ? <span className="small faint block">and {more.length} more</span> : null}
    </span>
  );
}

function Row({ item, sync }: { item: Item; sync: Sync | undefined }) {
  return (
    <tr>
      <td>
        <Link className="row-link" to="/runbooks/$runbook" params={{ runbook: item.id }}>
          <strong>{visible(item.title)}</strong>
        </Link>
        <code className="small faint block">{visibleCode(item.name)}</code>
      </td>
      <td className="dim" data-label="Service">
        {visible(item.service ?? "")}
      </td>
      <td data-label="Risk">
        <Profile risks={item.profile} />
        <span className="block">
          <Tally counts={tallyOf(item.profile)} words={false} />
        </span>
      </td>
      <td data-label="Trust level">
        <span className="tag">{TRUST[item.trustLevel] ?? item.trustLevel}</span>
      </td>
      <td data-label="Last run">
        <LastRun item={item} />
      </td>
      <td data-label="Last read" className={item.review ? undefined : "not-phone"}>
        <Reviewed item={item} />
      </td>
      <td data-label="Sync">
        <SyncCell item={item} sync={sync} />
      </td>
      <td data-label="Stale" className={staleOf(item).length > 0 ? undefined : "not-phone"}>
        <StaleCell item={item} />
      </td>
      <td data-label="Owner" className="dim">
        <Owners item={item} />
      </td>
    </tr>
  );
}

const HEADS = [
  "Runbook",
  "Service",
  "Risk, step by step",
  "Trust level",
  "Last run",
  "Last read",
  "Sync",
  "Stale",
  "Owner",
];

export function RunbooksTable({ items, sync }: { items: readonly Item[]; sync: Sync | undefined }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
    <section className="card scroll-x" tabIndex={0} aria-label="All runbooks">
      <table className="table table--list table--runbooks">
        <caption className="sr">
          Runbooks with risk, trust level, last run, last reading, sync state and staleness
        </caption>
        <thead>
          <tr>
            {HEADS.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={item.id} item={item} sync={sync} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
