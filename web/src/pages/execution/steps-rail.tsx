/** The rail of steps with their states; on the phone a strip of them. */
import { memo, useEffect, useMemo, useRef } from "react";
import { places } from "@/ui/branches";
import { PointOfNoReturn, Rail, RailStep } from "@/ui/rail";
import { type RiskWord, riskClass, riskLabel, Shape } from "@/ui/risk";
import { duration, useNow } from "@/ui/time";
import { visible } from "@/ui/visible";
import {
  currentStep,
  type Execution,
  isBehind,
  nodeState,
  pointOfNoReturn,
  railNote,
  riskAt,
  type Step,
} from "./steps";

function Waits({ since }: { since: string }) {
  const now = useNow(1_000);
  return <span className="n">waits {duration(now - Date.parse(since))}</span>;
}

interface EntryProps {
  step: Step;
  order: number;
  risk: RiskWord;
  current: boolean;
  waitsSince: string | null;
  onSelect: (id: string) => void;
}

/** The link of a step: title, risk, and what became of it. */
const Entry = memo(function Entry({ step, order, risk, current, waitsSince, onSelect }: EntryProps) {
  const note = railNote(step);
  const look = current ? "" : isBehind(step) ? (step.status.startsWith("skipped") ? "faint" : "") : "todo";
  return (
    <a
      href={current ? "#gate" : `#step-${step.id}`}
      className={look || undefined}
      aria-current={current ? "step" : undefined}
      data-step={step.id}
      onClick={(event) => {
        event.preventDefault();
        onSelect(step.id);
      }}
    >
      <span className="sr">Step {order}: </span>
      {current ? <strong>{visible(step.title)}</strong> : visible(step.title)}
      <small>
        <Shape risk={risk} />
        {riskLabel(risk)}
        {note ? ` · ${visible(note)}` : ""}
        {waitsSince ? (
          <>
            {" · "}
            <Waits since={waitsSince} />
          </>
        ) : null}
      </small>
    </a>
  );
});

interface Props {
  x: Execution;
  onSelect: (id: string) => void;
}

export const StepsRail = memo(function StepsRail({ x, onSelect }: Props) {
  const at = currentStep(x)?.step.id ?? null;
  const where = useMemo(() => places(x.steps), [x.steps]);
  const final = pointOfNoReturn(x.steps);
  const behind = x.steps.filter((step) => isBehind(step) && step.id !== at).length;
  return (
    <>
      <div className="row not-phone rail-head">
        <strong>Steps</strong>
        <span className="faint n">
          {behind} of {x.steps.length} behind you
        </span>
        <kbd className="kbd push" title="j and k move between steps">
          j k
        </kbd>
      </div>
      <Rail className="rail--run not-phone">
        {x.steps.map((step, index) => {
          const current = step.id === at;
          const waitsSince = current && x.gate ? (x.gate.openedAt ?? null) : null;
          return [
            step.id === final ? <PointOfNoReturn key="final" as="li" /> : null,
            <RailStep
              key={step.id}
              order={index + 1}
              state={nodeState(step, current)}
              place={where[index]}
              notTaken={step.status === "skipped_by_branch"}
            >
              <Entry {...{ step, current, waitsSince, onSelect }} risk={riskAt(x, step)} order={index + 1} />
            </RailStep>,
          ];
        })}
      </Rail>
    </>
  );
});

/** The same in one line for the phone; the step it is at is kept in view. */
export const StepsStrip = memo(function StepsStrip({ x, onSelect }: Props) {
  const at = currentStep(x)?.step.id ?? null;
  const box = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it moves on, and only then.
  useEffect(() => {
    const element = box.current?.querySelector<HTMLElement>("[aria-current]");
    if (element && box.current) {
      box.current.scrollLeft = element.offsetLeft - box.current.clientWidth / 2;
    }
  }, [at]);
  return (
    <nav className="strip only-phone" ref={box} aria-label="Steps">
      {x.steps.map((step, index) => {
        const current = step.id === at;
        const skipped = step.status.startsWith("skipped");
        const look = current ? "now" : skipped ? "off" : isBehind(step) ? "done" : "";
        const state = current ? "it is here" : step.status.replaceAll("_", " ");
        return (
          <a
            key={step.id}
            href={current ? "#gate" : `#step-${step.id}`}
            className={`${look} ${riskClass(riskAt(x, step))}`}
            aria-current={current ? "step" : undefined}
            aria-label={`Step ${index + 1}, ${step.title}, ${riskLabel(riskAt(x, step)).toLowerCase()}, ${state}`}
            onClick={(event) => {
              event.preventDefault();
              onSelect(step.id);
            }}
          >
            <Shape risk={riskAt(x, step)} />
            {index + 1}
          </a>
        );
      })}
    </nav>
  );
});
