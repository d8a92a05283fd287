/** The middle of the page: what is behind, what is at stake now, its output, and what is still to come. */
import type { Bringing } from "./bring";
import { Ended } from "./ended";
import { GateCard } from "./gate";
import { ManualCard } from "./manual";
import { subjectOf } from "./moved";
import { OutputCard } from "./output-card";
import { AheadSteps, PastSteps } from "./past";
import { Preflight } from "./preflight";
import { ASKS, type Ask } from "./reason";
import { RunningCard } from "./running";
import { type Attempt, currentStep, type Execution, isBefore, isOver, type Step } from "./steps";
import { FailedCard, FateCard, PausedCard } from "./trouble";

interface Props {
  x: Execution;
  bringing: Bringing;
  opened: ReadonlySet<string>;
  onToggle: (id: string, open: boolean) => void;
  onAsk: (ask: Ask) => void;
  onEdit: () => void;
}

/** The attempt whose output stands beside the decision: the running one, else the last that ran. Pure. */
export function shownAttempt(x: Execution): { attempt: Attempt; step: Step } | null {
  let found: { attempt: Attempt; step: Step } | null = null;
  for (const step of x.steps) {
    for (const attempt of step.attempts ?? []) {
      if (attempt.kind === "manual" || !(attempt.startedAt || attempt.dispatchedAt) || attempt.refusal)
        continue;
      const at = Date.parse(attempt.dispatchedAt ?? attempt.startedAt ?? "");
      const best = found?.attempt.dispatchedAt ?? found?.attempt.startedAt;
      if (!best || at >= Date.parse(best)) found = { attempt, step };
    }
  }
  return found;
}

/** The card of the present, by the state. */
function Now({ x, bringing, onAsk, onEdit }: Props) {
  if (isBefore(x)) return <Preflight x={x} />;
  const at = currentStep(x);
  if (x.state === "paused") return <PausedCard x={x} bringing={bringing} />;
  if (!at) return null;
  const { step, order } = at;
  // What was typed or chosen for one attempt is never an answer to the next.
  const key = subjectOf(x);
  const rollBack = () => bringing.send({ event: "request-rollback", body: undefined });
  const common = { x, step, order, bringing, onSkip: () => onAsk(ASKS.skip(step.title)), onEdit };
  if (x.gate) {
    return <GateCard key={key} {...common} gate={x.gate} onOther={(what) => onAsk(ASKS[what](step.title))} />;
  }
  switch (x.state) {
    case "await_manual":
      return (
        <ManualCard
          key={key}
          {...common}
          onRollback={x.actions.includes("request-rollback") ? rollBack : null}
        />
      );
    case "executing":
    case "rolling_back":
      return <RunningCard {...common} />;
    case "manual_intervention":
      if (x.unknown) return <FateCard key={key} {...common} />;
      break;
  }
  const accept = x.state === "rollback_available";
  return (
    <FailedCard
      {...common}
      onSkip={() => onAsk(accept ? ASKS.accept(step.title) : ASKS.skip(step.title))}
      onByHand={() => onAsk(ASKS.byHand(step.title))}
      onRollback={rollBack}
    />
  );
}

export function Middle(props: Props) {
  const { x, opened, onToggle } = props;
  const shown = shownAttempt(x);
  const current = currentStep(x)?.step.id ?? null;
  const running = x.state === "executing" || x.state === "rolling_back";
  const output = shown ? (
    <OutputCard
      key={shown.attempt.id}
      execution={x.id}
      attempt={shown.attempt}
      heading={shown.step.title}
      main
    />
  ) : null;
  if (isOver(x)) {
    return (
      <main id="main" className="stack exec-main">
        <Ended x={x} />
        <PastSteps {...{ x, opened, onToggle }} />
        <AheadSteps {...{ x, opened, onToggle, current }} />
      </main>
    );
  }
  return (
    <main id="main" className="stack exec-main">
      <PastSteps {...{ x, opened, onToggle }} />
      {running ? <Now {...props} /> : null}
      {output}
      {running ? null : <Now {...props} />}
      <AheadSteps {...{ x, opened, onToggle, current }} />
    </main>
  );
}
