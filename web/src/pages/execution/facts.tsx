/** People and facts at the right: what this is about, the values, who said what, and the way out. */
import { Link } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import { PanicHere } from "@/shell/panic";
import { CopyButton } from "@/ui/copy";
import { Commit } from "@/ui/page";
import { Shape } from "@/ui/risk";
import { absolute, clockTime, seconds } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { type Execution, gateRisk, isOver, personOf, riskOf } from "./steps";

function Moment({ at }: { at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={absolute(date)}>
      {clockTime(date)} UTC
    </time>
  );
}

function About({ x }: { x: Execution }) {
  const agents = new Set(
    x.steps
      .flatMap((step) => step.attempts ?? [])
      .map((one) => one.agent?.name)
      .filter(Boolean),
  );
  if (x.gate?.intent?.agent.name) agents.add(x.gate.intent.agent.name);
  return (
    <section>
      <h2>Facts</h2>
      <dl className="facts small">
        {x.runbook.service ? (
          <>
            <dt>Service</dt>
            <dd>{visible(x.runbook.service)}</dd>
          </>
        ) : null}
        <dt>Started</dt>
        <dd>
          {x.startedAt ? <Moment at={x.startedAt} /> : "not yet"} by {visible(x.requester ?? x.requestedBy)}
        </dd>
        <dt>Runbook</dt>
        <dd>
          <Link to="/runbooks/$runbook" params={{ runbook: x.runbook.id }}>
            {visible(x.runbook.name)}
          </Link>{" "}
          at <Commit oid={x.runbook.commit} />
        </dd>
        {agents.size > 0 ? (
          <>
            <dt>{agents.size > 1 ? "Agents" : "Agent"}</dt>
            <dd>{[...agents].map((name) => visible(name ?? "")).join(", ")}</dd>
          </>
        ) : null}
        <dt>Trust</dt>
        <dd>
          level {x.trustLevel}, {x.governance} mode
        </dd>
        {x.parentId ? (
          <>
            <dt>Undoes</dt>
            <dd>
              <Link to="/executions/$execution" params={{ execution: x.parentId }}>
                the execution before
              </Link>
            </dd>
          </>
        ) : null}
        <dt>Record</dt>
        <dd>
          <Link to="/audit" search={{ execution: x.id }}>
            its events in the audit trail
          </Link>
        </dd>
        <dt>Id</dt>
        <dd className="row row--one row--tight id-line">
          <code className="wrap">{x.id}</code>
          <CopyButton text={x.id} what="the execution's id" />
        </dd>
      </dl>
    </section>
  );
}

function Variables({ x }: { x: Execution }) {
  if (x.variables.length === 0) return null;
  return (
    <section>
      <h2>Variables</h2>
      <dl className="facts small">
        {x.variables.map((one) => (
          <div key={one.name} className="contents">
            <dt>{visible(one.name)}</dt>
            <dd>
              {one.secret ? (
                <>
                  <Lock className="icon" aria-hidden /> secret, never shown
                </>
              ) : one.bound ? (
                <code>{visibleCode(one.value ?? "")}</code>
              ) : (
                <span className="faint">not filled in</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface Voice {
  key: string;
  who: string;
  order: number;
  risk: ReturnType<typeof riskOf>;
  at: string;
  askedAt?: string | null;
  refused: boolean;
}

/** Every approval of every attempt, and those of the open gate, in order. Pure. */
export function voicesOf(x: Execution): Voice[] {
  const found: Voice[] = [];
  x.steps.forEach((step, index) => {
    const given = (step.attempts ?? []).flatMap((attempt) => attempt.approvals ?? []);
    const open = x.gate?.step === step.id ? (x.gate.approvals ?? []) : [];
    const seen = new Set<string>();
    for (const one of [...given, ...open]) {
      const key = `${one.member} ${one.at}`;
      if (seen.has(key)) continue;
      seen.add(key);
      found.push({
        key,
        who: personOf(one),
        order: index + 1,
        risk: riskOf(step),
        at: one.at,
        askedAt: one.askedAt,
        refused: one.decision !== "approve",
      });
    }
  });
  return found.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function Approvals({ x }: { x: Execution }) {
  const voices = voicesOf(x);
  const order = x.steps.findIndex((step) => step.id === x.gate?.step) + 1;
  if (voices.length === 0 && !x.gate) return null;
  return (
    <section>
      <h2>Approvals</h2>
      <ol className="line-list small">
        {voices.map((one) => (
          <li key={one.key} className="row">
            <span className="avatar" aria-hidden="true">
              {one.who.slice(0, 1).toUpperCase()}
            </span>
            <span>
              {visible(one.who)}, step {one.order} <Shape risk={one.risk} />
              {one.refused ? " refused" : ""}
              <br />
              <span className="faint">
                <Moment at={one.at} />
                {one.askedAt
                  ? `, ${seconds(Date.parse(one.at) - Date.parse(one.askedAt))} after it was asked`
                  : ""}
              </span>
            </span>
          </li>
        ))}
        {x.gate ? (
          <li className="row">
            <span className="avatar avatar--open" aria-hidden="true">
              ?
            </span>
            <span>
              <strong>
                Step {order} <Shape risk={gateRisk(x.gate)} /> {x.gate.lapsed ? "has lapsed" : "waits"}
              </strong>
              <br />
              <span className="faint">
                Role {x.gate.leastRole} or above
                {x.gate.quorum > 1 ? `, ${x.gate.quorum} people` : ""}. Lapses{" "}
                <Moment at={x.gate.expiresAt} />
              </span>
            </span>
          </li>
        ) : null}
      </ol>
    </section>
  );
}

export function Facts({ x }: { x: Execution }) {
  return (
    <aside aria-label="Facts and approvals" className="stack facts-side">
      <About x={x} />
      <Variables x={x} />
      <Approvals x={x} />
      {isOver(x) ? null : (
        <section className="stack not-phone">
          <h2>Something is wrong?</h2>
          <p className="small dim">
            Panic stops anything new in under a second and pauses what runs, in every execution.
          </p>
          <PanicHere label="Panic: halt everything" />
        </section>
      )}
    </aside>
  );
}
