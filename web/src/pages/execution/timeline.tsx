/** The steps of a finished execution over time: waits hatched, commands in their risk, approvals with names. */
import { PointOfNoReturn } from "@/ui/rail";
import { riskClass, Shape } from "@/ui/risk";
import { seconds } from "@/ui/time";
import { visible } from "@/ui/visible";
import {
  type Attempt,
  type Execution,
  isBehind,
  personOf,
  pointOfNoReturn,
  railNote,
  resultText,
  riskOf,
  type Step,
} from "./steps";

interface Bar {
  key: string;
  kind: "run" | "wait" | "hand";
  /** In percent of the whole. */
  from: number;
  to: number;
}

interface Mark {
  key: string;
  at: number;
  who: string;
}

export interface Lane {
  bars: Bar[];
  marks: Mark[];
  text: string;
  /** Where the text stands: behind the last bar, or before the first one where there is no room. */
  textAt: number;
  before: boolean;
}

function laneText(step: Step): string {
  const attempts = step.attempts ?? [];
  const last = attempts.at(-1);
  if (!last) return railNote(step);
  if (last.kind === "manual") return railNote(step) || "done by hand";
  const results = attempts.filter((one) => one.kind !== "rollback").map(resultText);
  return [...results, step.rolledBack ? "rolled back" : ""].filter(Boolean).join(", then ");
}

/** Bars and marks of one step; times are cut to the whole, so that a strange clock never draws outside. Pure. */
export function laneOf(x: Execution, step: Step): Lane {
  const start = Date.parse(x.startedAt ?? x.createdAt);
  const whole = Math.max(1, Date.parse(x.endedAt ?? x.updatedAt) - start);
  const place = (at: string) => Math.min(100, Math.max(0, ((Date.parse(at) - start) / whole) * 100));
  const bars: Bar[] = [];
  const marks: Mark[] = [];
  const add = (attempt: Attempt, kind: Bar["kind"], from?: string | null, to?: string | null) => {
    if (from && to) bars.push({ key: `${attempt.id} ${kind}`, kind, from: place(from), to: place(to) });
  };
  for (const attempt of step.attempts ?? []) {
    const begun = attempt.dispatchedAt ?? attempt.startedAt;
    if (attempt.kind === "manual")
      add(attempt, "hand", attempt.startedAt ?? attempt.dispatchedAt, attempt.endedAt);
    else {
      add(attempt, "wait", attempt.askedAt, begun);
      add(attempt, "run", begun, attempt.endedAt);
    }
    for (const one of attempt.approvals ?? []) {
      marks.push({ key: `${one.member} ${one.at}`, at: place(one.at), who: personOf(one) });
    }
  }
  const last = bars.at(-1)?.to ?? 0;
  const before = last > 72;
  return { bars, marks, text: laneText(step), textAt: before ? (bars[0]?.from ?? 100) : last, before };
}

/** Whole steps of the axis: at most six, of a length that people count in, and none under the end's own. Pure. */
export function ticks(wholeMs: number): { at: number; text: string }[] {
  const sizes = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400];
  const size = sizes.find((one) => wholeMs / 1_000 / one <= 6) ?? 86_400;
  const found: { at: number; text: string }[] = [];
  for (let at = size; at * 1_000 < wholeMs * 0.8 && found.length < 8; at += size) {
    const text = size >= 3_600 ? `+${at / 3_600} h` : size >= 60 ? `+${at / 60} min` : `+${at} s`;
    found.push({ at: ((at * 1_000) / wholeMs) * 100, text });
  }
  return found;
}

function Row({ x, step, order }: { x: Execution; step: Step; order: number }) {
  const lane = laneOf(x, step);
  const risk = riskOf(step);
  return (
    <li className="time__row">
      <div className="time__name">
        <span className="n">{order}</span>
        <Shape risk={risk} />
        <a href={`#step-${step.id}`}>{visible(step.title)}</a>
      </div>
      <div className={`time__lane ${riskClass(risk)}`}>
        {lane.bars.map((bar) => (
          <span
            key={bar.key}
            className={`bar bar--${bar.kind}`}
            style={{ left: `${bar.from}%`, width: `max(4px, ${bar.to - bar.from}%)` }}
          />
        ))}
        {lane.marks.map((mark) => (
          <span
            key={mark.key}
            className="who"
            style={{ left: `${mark.at}%` }}
            title={`approved by ${visible(mark.who)}`}
          >
            {mark.who.slice(0, 1).toUpperCase()}
            <span className="sr">, approved by {visible(mark.who)}</span>
          </span>
        ))}
        <span className={`tip${lane.before ? " tip--left" : ""}`} style={{ left: `${lane.textAt}%` }}>
          {visible(lane.text)}
        </span>
      </div>
    </li>
  );
}

export function Timeline({ x }: { x: Execution }) {
  const shown = x.steps
    .map((step, index) => ({ step, order: index + 1 }))
    .filter(({ step }) => isBehind(step));
  if (shown.length === 0) return null;
  const whole = Math.max(1, Date.parse(x.endedAt ?? x.updatedAt) - Date.parse(x.startedAt ?? x.createdAt));
  const final = pointOfNoReturn(x.steps);
  return (
    <section className="card" aria-labelledby="time-h">
      <div className="card__head">
        <h2 id="time-h">Timeline</h2>
        <span className="row small dim push time__legend">
          <span className="legend legend--run" aria-hidden="true" /> command ran, in its risk
          <span className="legend legend--wait" aria-hidden="true" /> waited
          <span className="legend legend--hand" aria-hidden="true" /> by hand
        </span>
      </div>
      <div className="time__axis" aria-hidden="true">
        {ticks(whole).map((tick) => (
          <span key={tick.text} style={{ left: `${tick.at}%` }}>
            {tick.text}
          </span>
        ))}
        <span className="time__end">{seconds(whole)}</span>
      </div>
      <ol className="time">
        {shown.map(({ step, order }) => [
          step.id === final ? <PointOfNoReturn key="final" as="li" /> : null,
          <Row key={step.id} x={x} step={step} order={order} />,
        ])}
      </ol>
    </section>
  );
}
