/** The classification table: a row a step, each opens its reasoning. */
import { ChevronDown, ChevronRight } from "lucide-react";
import { Fragment, type ReactNode, useState } from "react";
import { useShortcuts } from "@/shell/shortcuts";
import { Risk, riskLabel } from "@/ui/risk";
import { visible, visibleCode } from "@/ui/visible";
import type { StepChange } from "./queries";
import { Reasoning } from "./reasoning";
import { formerRisk, isTouched, keyOf, keysLabel, sideOf, tagsOf, undoWord } from "./words";

interface Props {
  steps: readonly StepChange[];
  caption: string;
  /** Set apart several tables on one page. */
  name: string;
  /** Every step is new: that is said once, not at each of them. */
  fresh?: boolean;
  /** Under the reasoning of a step: what can be done about it. */
  actions?: (step: StepChange) => ReactNode;
}

function firstLine(text: string): string {
  const [line = "", ...more] = text.split("\n");
  return more.length > 0 ? `${line} …` : line;
}

function Verdict({ step }: { step: StepChange }) {
  const facts = sideOf(step);
  const former = formerRisk(step);
  const keys = keysLabel(facts);
  return (
    <>
      <Risk risk={facts.shown} />
      {former ? <span className="small dim block">was {riskLabel(former).toLowerCase()}</span> : null}
      {keys && facts.shown === "unknown" ? (
        <>
          <span className="small faint block not-phone">{keys}</span>
          <span className="small faint on-phone">1 of 2 keys</span>
        </>
      ) : null}
    </>
  );
}

function Row({
  step,
  open,
  toggle,
  id,
  fresh,
}: {
  step: StepChange;
  fresh: boolean;
  open: boolean;
  toggle: () => void;
  id: string;
}) {
  const facts = sideOf(step);
  const touched = isTouched(step) && !fresh;
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <tr className={`step-row${step.change === "removed" ? " step-row--gone" : ""}`} onClick={toggle}>
      <td className={touched ? "n" : "faint n"}>
        {step.change === "removed" ? `(${facts.number})` : facts.number}
      </td>
      <td>
        <button
          type="button"
          id={id}
          className="row-toggle"
          aria-expanded={open}
          aria-controls={`${id}-why`}
          onClick={(event) => {
            event.stopPropagation();
            toggle();
          }}
        >
          {touched ? <strong>{visible(facts.title)}</strong> : visible(facts.title)}
        </button>
        {(fresh ? [] : tagsOf(step)).map((tag) => (
          <span className="tag tag--solid" key={tag}>
            {tag}
          </span>
        ))}
        <code className="small faint folded opt">
          {visibleCode(firstLine(facts.command ?? facts.manual ?? ""))}
        </code>
        {facts.scanner ? <span className="small dim block wrap">{visible(facts.scanner.why)}</span> : null}
        {facts.when ? <span className="small faint block">only if {visible(facts.when)}</span> : null}
      </td>
      {facts.scanner ? (
        <>
          <td className="opt dim">{facts.scanner.risk}</td>
          <td className="opt dim">
            {facts.advisor ? facts.advisor.risk : <span className="faint">not asked</span>}
          </td>
          <td className="opt dim">{undoWord(facts)}</td>
        </>
      ) : (
        <td className="opt faint" colSpan={3}>
          a person does it, nothing to classify
        </td>
      )}
      <td>
        <Verdict step={step} />
      </td>
      <td className="opt faint">
        <Chevron className="icon" aria-hidden />
      </td>
    </tr>
  );
}

export function StepsTable({ steps, caption, name, actions, fresh = false }: Props) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) =>
    setOpen((now) => {
      const next = new Set(now);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  const move = (by: number) => {
    const ids = steps.map((step) => `${name}-${keyOf(step)}`);
    const at = ids.indexOf(document.activeElement?.id ?? "");
    const next = ids[Math.min(Math.max(at < 0 ? (by > 0 ? 0 : ids.length - 1) : at + by, 0), ids.length - 1)];
    const target = next ? document.getElementById(next) : null;
    target?.focus();
    target?.scrollIntoView({ block: "nearest" });
  };
  useShortcuts("Review", [
    { keys: "j", label: "Next step", run: () => move(1) },
    { keys: "k", label: "Step before", run: () => move(-1) },
  ]);
  return (
    <table className="table table--cards steps-table">
      <caption className="sr">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col">What it does</th>
          <th scope="col">Scanner</th>
          <th scope="col">Advisor</th>
          <th scope="col">Undo</th>
          <th scope="col">Verdict</th>
          <th scope="col">
            <span className="sr">Reasoning</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => {
          const key = keyOf(step);
          const id = `${name}-${key}`;
          return (
            <Fragment key={key}>
              <Row step={step} fresh={fresh} id={id} open={open.has(key)} toggle={() => toggle(key)} />
              {open.has(key) ? (
                <tr className="open" id={`${id}-why`}>
                  <td colSpan={7}>
                    <Reasoning step={step}>{actions?.(step)}</Reasoning>
                  </td>
                </tr>
              ) : null}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}
