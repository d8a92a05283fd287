/** Where a step waits for a person: exactly what would run, why it is risky, and one clear thing to do. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { meQuery } from "@/api/queries";
import { Command } from "@/ui/command";
import { KeysLabel } from "@/ui/keys";
import { Risk, riskClass } from "@/ui/risk";
import { useSettled } from "@/ui/settled";
import { seconds, useNow } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { mayNotApprove } from "./arming";
import type { Bringing } from "./bring";
import { Changed } from "./changed";
import { GateAsk } from "./gate-ask";
import { type Execution, type Gate, gateRisk, type Step } from "./steps";

/** Why the gate takes no approval now; null where it does. */
function useHindrance(gate: Gate, bringing: Bringing): { blocked: string | null; settled: boolean } {
  const me = useQuery(meQuery);
  const settled = useSettled(`${gate.id} ${gate.intentSha256} ${gate.notJudged}`) && bringing.settled;
  if (bringing.blocked) return { blocked: bringing.blocked, settled };
  if (!gate.intent) return { blocked: "What would run was erased", settled };
  return { blocked: mayNotApprove(me.data, gate), settled };
}

/** Why it is asked. The step's own words are about its command, not about the one that takes it back. Pure. */
export function reasons(step: Pick<Step, "why">, gate: Pick<Gate, "why" | "kind">): string[] {
  const why = gate.why ?? (gate.kind === "forward" ? step.why : null) ?? "";
  const said = why
    .split("; ")
    .map((one) => one.trim())
    .filter(Boolean)
    .map((one) => one.charAt(0).toUpperCase() + one.slice(1));
  return said.length > 0 ? said : ["No reason was given: read the command itself."];
}

const TITLES = {
  safe: "Why it is asked",
  caution: "Why it is asked",
  unknown: "Why it is asked",
  dangerous: "Why it is dangerous",
  manual: "Why it is asked",
} as const;

function wayBack(step: Step, gate: Gate): string[] {
  if (gate.kind === "rollback") return ["This is the way back: it undoes the step."];
  if (step.rollbackImpossible) return [`No rollback: ${step.rollbackImpossible}`];
  if (step.rollback) return [];
  return [step.irreversible ? "Nothing takes it back." : "No rollback is written for it."];
}

function Where({ gate }: { gate: Gate }) {
  if (!gate.intent) return null;
  return (
    <span className="faint small push not-phone">
      runs on <strong className="dim">{visible(gate.intent.agent.name ?? gate.intent.agent.id)}</strong>, at
      most {seconds(gate.intent.timeoutMs)}
      {gate.intent.maxAttempts > 1 ? `, up to ${gate.intent.maxAttempts} tries` : ""}
    </span>
  );
}

/** Names and values that go with the command, and secrets by name alone. */
function Environment({ gate }: { gate: Gate }) {
  const plain = Object.entries(gate.intent?.env ?? {});
  const secret = Object.entries(gate.intent?.secretEnv ?? {});
  if (plain.length + secret.length === 0) return null;
  return (
    <p className="row small dim">
      With
      {plain.map(([name, value]) => (
        <span key={name} className="chip">
          <code>{visibleCode(name)}</code>
          {visibleCode(value)}
        </span>
      ))}
      {secret.map(([name, value]) => (
        <span key={name} className="chip">
          <code>{visibleCode(name)}</code>
          secret {visibleCode(value)}, read on the agent’s host
        </span>
      ))}
    </p>
  );
}

function Body({ step, gate, order, total }: { step: Step; gate: Gate; order: number; total: number }) {
  const risk = gateRisk(gate);
  const back = wayBack(step, gate);
  return (
    <div className="gate__body">
      <div className="row">
        <span className="faint">
          {gate.kind === "rollback" ? "Roll back step" : "Step"} {order} of {total}
        </span>
        <Risk risk={risk} pill />
        {gate.keys ? <KeysLabel keys={gate.keys} /> : null}
        {gate.notJudged ? <span className="small dim">can’t be judged now</span> : null}
        <Where gate={gate} />
      </div>
      <div>
        <h2 id="gate-h" className="title-l">
          {visible(step.title)}
        </h2>
        {step.expect && gate.kind === "forward" ? (
          <p className="dim">Expected: {visible(step.expect)}</p>
        ) : null}
        {step.notes ? <p className="dim">{visible(step.notes)}</p> : null}
      </div>
      {step.edited && gate.kind === "forward" ? (
        <p className="small dim">
          <span className="tag tag--solid">Edited</span> A person put this command in the place of the
          runbook’s.
        </p>
      ) : null}
      {gate.intent ? (
        <Command
          text={gate.intent.command}
          risk={risk}
          spans={gate.keys?.spans?.map((span) => ({
            ...span,
            rule: span.ruleId,
            why: gate.keys?.scannerWhy,
          }))}
        />
      ) : (
        <p className="notice">The command was erased; it can’t be approved any more.</p>
      )}
      <Environment gate={gate} />
      <div className="two">
        <div>
          <h3>{TITLES[risk]}</h3>
          <ul className="bullets dim">
            {reasons(step, gate).map((reason) => (
              <li key={reason}>{visible(reason)}</li>
            ))}
          </ul>
        </div>
        <div>
          <h3>If it goes wrong</h3>
          {step.rollback && gate.kind === "forward" ? (
            <>
              <p className="dim">Rollback is ready; it asks before it runs:</p>
              <Command bare text={step.rollback} />
            </>
          ) : (
            <ul className="bullets dim">
              {back.map((text) => (
                <li key={text}>{visible(text)}</li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </div>
  );
}

/** A gate that opens is brought into view, once; never while somebody types into it. */
function useIntoView(id: string) {
  const place = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each gate.
  useEffect(() => {
    place.current?.scrollIntoView({ block: "nearest" });
  }, [id]);
  return place;
}

interface Props {
  x: Execution;
  gate: Gate;
  step: Step;
  order: number;
  bringing: Bringing;
  onSkip: () => void;
  onEdit: () => void;
  onOther: (what: "refuse" | "byHand") => void;
}

export function GateCard(props: Props) {
  const { x, gate, step, order, bringing } = props;
  const { blocked, settled } = useHindrance(gate, bringing);
  const place = useIntoView(gate.id);
  const now = useNow(1_000);
  const irreversible = step.irreversible && gate.kind === "forward";
  return (
    <section
      className={`gate ${riskClass(gateRisk(gate))}`}
      id="gate"
      ref={place}
      aria-labelledby="gate-h"
      data-settled={settled || undefined}
    >
      {bringing.changed ? <Changed changes={bringing.changed} dismiss={bringing.dismiss} /> : null}
      <Body step={step} gate={gate} order={order} total={x.steps.length} />
      <GateAsk {...props} {...{ blocked, settled, irreversible, now }} />
    </section>
  );
}
