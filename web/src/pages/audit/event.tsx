/** One event: a line that unfolds to all that was recorded. */
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import type { Schemas } from "@/api/client";
import { CopyButton } from "@/ui/copy";
import { Ago, absolute } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { type Filters, withFilter } from "./filters";

type Item = Schemas["AuditItem"];

/** `you@localhost`, `agent home`, `the product: sync`; what has no name is shown as it is. */
export function actorWords(item: Pick<Item, "actor" | "actorName">): string {
  if (item.actorName) return item.actor.startsWith("agent:") ? `agent ${item.actorName}` : item.actorName;
  if (item.actor.startsWith("system:")) return `the product: ${item.actor.slice("system:".length)}`;
  return item.actor;
}

const SHORT = 160;

/** The payload in a line: its plain values, the short ones. */
export function gist(data: Item["data"]): string {
  const parts = Object.entries(data)
    .filter(([, value]) => typeof value !== "object" && String(value).length <= 80 && value !== "")
    .map(([key, value]) => `${key} ${String(value)}`);
  return parts.join(", ").slice(0, SHORT);
}

export function Event({ item, filters }: { item: Item; filters: Filters }) {
  const [open, setOpen] = useState(false);
  const more = useId();
  return (
    <li>
      <button
        type="button"
        className="event"
        aria-expanded={open}
        aria-controls={open ? more : undefined}
        onClick={() => setOpen(!open)}
      >
        <span className="event__seq faint n">#{item.seq}</span>
        <span className="event__when dim">
          <Ago at={item.createdAt} />
        </span>
        <span className="event__what">
          <strong>{visible(item.eventType)}</strong>
        </span>
        <span className="event__who dim">{visible(actorWords(item))}</span>
        <span className="event__data small faint">{visible(gist(item.data))}</span>
        <ChevronRight className="icon" aria-hidden />
      </button>
      {open ? <More id={more} item={item} filters={filters} /> : null}
    </li>
  );
}

function More({ id, item, filters }: { id: string; item: Item; filters: Filters }) {
  const { executionId } = item;
  return (
    <div id={id} className="event__more">
      <dl className="facts">
        <dt>When</dt>
        <dd>{absolute(new Date(item.createdAt))}</dd>
        <dt>By</dt>
        <dd>
          {visible(actorWords(item))} <code className="small faint">{visibleCode(item.actor)}</code>
        </dd>
        {executionId ? (
          <>
            <dt>Execution</dt>
            <dd>
              <Link to="/executions/$execution" params={{ execution: executionId }}>
                <code>{executionId}</code>
              </Link>
            </dd>
          </>
        ) : null}
        <dt>Hash of this link</dt>
        <dd className="row row--one">
          <code className="small">{item.hash}</code>
          <CopyButton text={item.hash} what="hash" />
        </dd>
        {item.sealed ? (
          <>
            <dt>Sealed</dt>
            <dd className="dim">
              There is more, encrypted, that can be erased one day. It is not shown here.
            </dd>
          </>
        ) : null}
      </dl>
      <pre className="cmd lines">{visible(JSON.stringify(item.data, null, 2))}</pre>
      <div className="row small">
        <span className="faint">Show only</span>
        <Link to="/audit" search={withFilter(filters, "type", item.eventType)}>
          {visible(item.eventType)}
        </Link>
        <Link to="/audit" search={withFilter(filters, "actor", item.actor)}>
          {visible(actorWords(item))}
        </Link>
        {executionId ? (
          <Link to="/audit" search={withFilter(filters, "execution", executionId)}>
            this execution
          </Link>
        ) : null}
      </div>
    </div>
  );
}
