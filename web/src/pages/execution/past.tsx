/** Steps that are behind, one line each, and what each has to say when it is opened; and those still to come. */
import { ChevronRight } from "lucide-react";
import { memo, useState } from "react";
import { Command } from "@/ui/command";
import { Shape } from "@/ui/risk";
import { StatusIcon, type StatusKind } from "@/ui/status";
import { absolute, clockTime, duration, seconds } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { OutputCard } from "./output-card";
import {
  type Attempt,
  approvedBy,
  currentStep,
  type Execution,
  endedAt,
  isBehind,
  lastAttempt,
  nodeState,
  ranMs,
  resultText,
  riskOf,
  type Step,
  sinceStart,
} from "./steps";

const KINDS: Record<string, StatusKind> = {
  done: "done",
  failed: "failed",
  skipped: "skipped",
  "by-hand": "by-hand",
  undone: "undone",
  todo: "todo",
  now: "running",
};

function outcome(step: Step): string {
  const attempt = lastAttempt(step);
  if (step.status === "skipped_by_branch") return "not needed";
  if (step.status === "skipped") return "skipped";
  if (step.answer) return step.answer;
  if (step.status === "done_by_hand") return "done by hand";
  return attempt ? resultText(attempt) : step.status.replaceAll("_", " ");
}

function AttemptLine({ attempt }: { attempt: Attempt }) {
  const ran = ranMs(attempt);
  const started = attempt.startedAt ? new Date(attempt.startedAt) : null;
  const waited =
    attempt.askedAt && attempt.dispatchedAt && attempt.kind !== "manual"
      ? Date.parse(attempt.dispatchedAt) - Date.parse(attempt.askedAt)
      : null;
  return (
    <p className="small dim">
      {attempt.kind === "rollback"
        ? "Rollback"
        : attempt.kind === "manual"
          ? "By hand"
          : `Attempt ${attempt.number}`}
      {": "}
      {resultText(attempt)}, {visible(approvedBy(attempt))}
      {attempt.agent?.name ? `, on ${visible(attempt.agent.name)}` : ""}
      {waited !== null ? `, waited ${seconds(waited)}` : ""}
      {ran !== null ? `, ran ${seconds(ran)}` : ""}
      {started ? (
        <>
          , <time title={absolute(started)}>{clockTime(started)} UTC</time>
        </>
      ) : null}
      {attempt.leakedProcess ? ", left a process behind" : ""}
      {attempt.lateResult ? ", a late result came (see the audit trail)" : ""}
    </p>
  );
}

/** All that is known of a step. */
export function StepDetail({ x, step }: { x: Execution; step: Step }) {
  const attempts = step.attempts ?? [];
  return (
    <div className="past__detail stack">
      {step.manual ? <p className="dim instruction">{visible(step.manual)}</p> : null}
      {step.command ? (
        <Command
          text={step.command}
          spans={step.keys?.spans?.map((span) => ({ ...span, rule: span.ruleId }))}
          risk={riskOf(step)}
        />
      ) : null}
      {step.why ? <p className="small dim">{visible(step.why)}</p> : null}
      {step.expect ? <p className="small dim">Expected: {visible(step.expect)}</p> : null}
      {step.rollback ? (
        <p className="small dim">
          Rollback: <code className="wrap">{visibleCode(step.rollback)}</code>
          {step.rolledBack ? " (rolled back)" : ""}
        </p>
      ) : null}
      {step.rollbackImpossible ? (
        <p className="small dim">No rollback: {visible(step.rollbackImpossible)}</p>
      ) : null}
      {attempts.map((attempt) => (
        <div key={attempt.id} className="stack">
          <AttemptLine attempt={attempt} />
          {attempt.kind !== "manual" && attempt.startedAt ? (
            <OutputCard execution={x.id} attempt={attempt} heading={`“${step.title}”`} />
          ) : null}
        </div>
      ))}
    </div>
  );
}

interface LineProps {
  x: Execution;
  step: Step;
  order: number;
  open: boolean;
  onToggle: (id: string, open: boolean) => void;
}

/** `✓ ● 00:02 kubectl get pods  exit 0`; opened, everything about it. */
export const PastStep = memo(function PastStep({ x, step, order, open, onToggle }: LineProps) {
  const at = sinceStart(x, endedAt(step));
  const text = step.command ?? step.title;
  return (
    <details
      id={`step-${step.id}`}
      open={open}
      onToggle={(event) => {
        const now = event.currentTarget.open;
        if (now !== open) onToggle(step.id, now);
      }}
    >
      <summary title={step.title}>
        <span className="sr">
          Step {order}, {visible(step.title)}:
        </span>
        <StatusIcon kind={KINDS[nodeState(step, false)] ?? "todo"} />
        <Shape risk={riskOf(step)} />
        <time className="faint n">{at === null ? String(order) : duration(at)}</time>
        {step.command ? (
          <code className="past__command">{visibleCode(text.split("\n")[0] ?? "")}</code>
        ) : (
          <span className="dim">{visible(text)}</span>
        )}
        <span className="small dim">{isBehind(step) ? visible(outcome(step)) : ""}</span>
      </summary>
      {open ? <StepDetail x={x} step={step} /> : null}
    </details>
  );
});

interface ListProps {
  x: Execution;
  opened: ReadonlySet<string>;
  onToggle: (id: string, open: boolean) => void;
}

/** What is behind: the earlier ones under one line, the last one beside it, so that the height stays. */
export function PastSteps({ x, opened, onToggle }: ListProps) {
  const [unfolded, setUnfolded] = useState(false);
  const current = currentStep(x)?.step.id;
  const behind = x.steps
    .map((step, index) => ({ step, order: index + 1 }))
    .filter(({ step }) => isBehind(step) && step.id !== current);
  if (behind.length === 0) return null;
  const earlier = behind.slice(0, -1);
  const last = behind.at(-1);
  const open = unfolded || earlier.some(({ step }) => opened.has(step.id));
  return (
    <section className="card past" aria-label="Past steps">
      {earlier.length > 0 ? (
        <details
          className="past__more"
          open={open}
          onToggle={(event) => setUnfolded(event.currentTarget.open)}
        >
          <summary>
            <ChevronRight className="icon" aria-hidden />
            <span className="dim">
              {earlier.length} earlier {earlier.length === 1 ? "step" : "steps"}
            </span>
          </summary>
          {open
            ? earlier.map(({ step, order }) => (
                <PastStep key={step.id} {...{ x, step, order, onToggle }} open={opened.has(step.id)} />
              ))
            : null}
        </details>
      ) : null}
      {last ? (
        <PastStep
          x={x}
          step={last.step}
          order={last.order}
          open={opened.has(last.step.id)}
          onToggle={onToggle}
        />
      ) : null}
    </section>
  );
}

/** What is still to come, folded: a person may read ahead. */
export function AheadSteps({ x, current, opened, onToggle }: ListProps & { current: string | null }) {
  const [unfolded, setUnfolded] = useState(false);
  const ahead = x.steps
    .map((step, index) => ({ step, order: index + 1 }))
    .filter(({ step }) => !isBehind(step) && step.id !== current);
  if (ahead.length === 0) return null;
  const open = unfolded || ahead.some(({ step }) => opened.has(step.id));
  return (
    <section className="card past" aria-label="Steps to come">
      <details className="past__more" open={open} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
        <summary>
          <ChevronRight className="icon" aria-hidden />
          <span className="dim">
            {ahead.length} {ahead.length === 1 ? "step" : "steps"} to come
          </span>
        </summary>
        {open
          ? ahead.map(({ step, order }) => (
              <PastStep key={step.id} {...{ x, step, order, onToggle }} open={opened.has(step.id)} />
            ))
          : null}
      </details>
    </section>
  );
}
