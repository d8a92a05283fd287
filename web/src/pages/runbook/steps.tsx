/** The steps in service on their rail, each with why it is what it is. */
import { useLocation } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Schemas } from "@/api/client";
import { places } from "@/ui/branches";
import { Command } from "@/ui/command";
import { PointOfNoReturn, Rail, RailStep } from "@/ui/rail";
import { Risk, shownRisk } from "@/ui/risk";
import { visible, visibleCode } from "@/ui/visible";
import { firstFinal } from "./graph/model";

type Step = Schemas["RunbookStep"];

/** `scanner says safe · 1 of 2 keys`, where one key only has looked, and why the other said nothing. Pure. */
export function keysOf(step: Step): string | null {
  if (!step.found || step.found.keys === 2) return null;
  const why = step.found.oneKey?.replace(/^one key/, "");
  return `scanner says ${step.found.scanner} · 1 of 2 keys${why ?? ""}`;
}

function Foot({ step }: { step: Step }) {
  const keys = keysOf(step);
  const target = Object.entries(step.target ?? {}).map(([key, value]) => `${key}=${value}`);
  return (
    <div className="step__foot">
      {step.why ? <span>{visible(step.why)}</span> : null}
      {keys ? <span>{keys}</span> : null}
      {step.when ? <span>Only if {visible(step.when)}</span> : null}
      {step.confirm ? (
        <span>
          Typed to confirm: <code>{visibleCode(step.confirm)}</code>
        </span>
      ) : null}
      {step.rollback?.command ? (
        <span>
          Rollback: <code>{visibleCode(step.rollback.command)}</code>
        </span>
      ) : null}
      {step.rollback?.impossible ? <span>No rollback: {visible(step.rollback.impossible)}</span> : null}
      {step.answers.length > 0 ? <span>Answers: {step.answers.map(visible).join(", ")}</span> : null}
      {step.command && target.length > 0 ? <span>Runs on {visible(target.join(", "))}</span> : null}
    </div>
  );
}

/** Whoever comes by the address of a step (`#step-drain`) arrives at it. */
function useArrival(): void {
  const hash = useLocation({ select: (location) => location.hash });
  useEffect(() => {
    if (hash.startsWith("step-")) document.getElementById(hash)?.focus();
  }, [hash]);
}

function StepCard({ step }: { step: Step }) {
  const risk = shownRisk(step);
  return (
    <article className="card step step--place" id={`step-${step.id}`} data-step={step.id} tabIndex={-1}>
      <div className="step__head">
        <h2>{visible(step.title)}</h2>
        <Risk risk={risk} />
      </div>
      {step.command ? (
        <Command
          text={step.command}
          risk={risk}
          spans={
            step.found?.spans.map((span) => ({
              start: span.start,
              end: span.end,
              rule: span.ruleId,
              why: step.why ?? null,
              risk,
            })) ?? null
          }
        />
      ) : (
        <p className="wrap lines">{visible(step.manual ?? "")}</p>
      )}
      <Foot step={step} />
    </article>
  );
}

export function Steps({ item }: { item: Schemas["RunbookShape"] }) {
  useArrival();
  const final = firstFinal(item.stepList);
  const drawn = places(
    item.stepList.map((step) => ({ id: step.id, needs: step.needs, conditional: Boolean(step.when) })),
  );
  return (
    <Rail>
      {item.stepList.map((step, index) => {
        const place = drawn[index];
        return [
          step.id === final ? <PointOfNoReturn key="final" as="li" /> : null,
          <RailStep key={step.id} order={index + 1} {...(place ? { place } : {})}>
            <StepCard step={step} />
          </RailStep>,
        ];
      })}
    </Rail>
  );
}
