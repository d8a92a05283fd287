/** What is left to a person: a step that failed, a fate that nobody knows, a run that is held. */
import { CircleAlert, CircleQuestionMark, OctagonPause, Pause } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Command } from "@/ui/command";
import { Risk } from "@/ui/risk";
import { ErrorBox } from "@/ui/states";
import { seconds } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { asButton, type Bringing } from "./bring";
import { Changed } from "./changed";
import { type Execution, lastAttempt, ranMs, resultText, riskOf, type Step } from "./steps";

interface Props {
  x: Execution;
  step: Step;
  order: number;
  bringing: Bringing;
  onSkip: () => void;
  onEdit: () => void;
  onByHand: () => void;
  onRollback: () => void;
}

function whatHappened(x: Execution, step: Step): string {
  const attempt = lastAttempt(step);
  if (!attempt) return x.reason ?? "";
  const ran = ranMs(attempt);
  const where = attempt.agent?.name ? ` on ${attempt.agent.name}` : "";
  const after = ran === null ? "" : ` after ${seconds(ran)}`;
  const said = x.reason ? ` ${x.reason}` : "";
  return `It ended with ${resultText(attempt)}${after}${where}.${said}`;
}

/** The ways on, the most careful first; only those that the state takes. */
function Ways({ x, bringing, onSkip, onEdit, onByHand, onRollback }: Props) {
  const may = (word: string) => x.actions.includes(word);
  const offered = x.state === "rollback_available";
  return (
    <div className="row">
      {may("request-rollback") ? (
        <Button look="primary" id="approve" {...asButton(bringing, "request-rollback")} onClick={onRollback}>
          Ask to roll back
        </Button>
      ) : null}
      {may("retry") ? (
        <Button
          {...asButton(bringing, "retry")}
          onClick={() => bringing.send({ event: "retry", body: undefined })}
        >
          Try again, at a gate
        </Button>
      ) : null}
      {may("edit") ? (
        <Button blocked={bringing.mayNot("edit")} onClick={onEdit}>
          Edit the command
        </Button>
      ) : null}
      {may("decline-rollback") ? (
        <Button
          {...asButton(bringing, "decline-rollback")}
          onClick={() => bringing.send({ event: "decline-rollback", body: undefined })}
        >
          Leave it, take over by hand
        </Button>
      ) : null}
      {may("done-by-hand") ? (
        <Button blocked={bringing.mayNot("done-by-hand")} onClick={onByHand}>
          Done by hand
        </Button>
      ) : null}
      {may("skip") ? (
        <Button look="quiet" blocked={bringing.mayNot("skip")} onClick={onSkip}>
          {offered ? "Go on in spite of it" : "Skip this step"}
        </Button>
      ) : null}
    </div>
  );
}

/** A step failed, or a person has to take over: what happened, and every way on. */
export function FailedCard(props: Props) {
  const { x, step, order, bringing } = props;
  const failed = x.state === "rollback_available";
  const mayNot = bringing.mayNot("retry");
  return (
    <section className="card trouble" id="gate" aria-labelledby="gate-h">
      {bringing.changed ? <Changed changes={bringing.changed} dismiss={bringing.dismiss} /> : null}
      <div className="card__body stack" role="alert">
        <div className="row">
          <span className="faint">
            Step {order} of {x.steps.length}
          </span>
          <Risk risk={riskOf(step)} pill />
        </div>
        <h2 id="gate-h" className="row row--one title-l">
          <CircleAlert className="icon" aria-hidden />
          <span>
            {failed ? "Failed: " : "Needs you: "}
            {visible(step.title)}
          </span>
        </h2>
        <p className="dim">{visible(whatHappened(x, step))}</p>
        {step.command ? <Command text={step.command} /> : null}
        {step.rollback && x.actions.includes("request-rollback") ? (
          <p className="dim">
            The rollback asks before it runs: <code className="wrap">{visibleCode(step.rollback)}</code>
          </p>
        ) : null}
        {failed ? null : (
          <p className="dim">Look at the system first. Then choose how to go on; each way is recorded.</p>
        )}
        <Ways {...props} />
        {mayNot ? <p className="small dim">{mayNot}.</p> : null}
        {bringing.problem && !bringing.changed ? <ErrorBox error={bringing.problem} /> : null}
      </div>
    </section>
  );
}

const OUTCOMES = [
  { word: "ran_ok", label: "It ran, and did its work" },
  { word: "ran_and_failed", label: "It ran, and failed" },
  { word: "did_not_run", label: "It did not run" },
] as const;

/** Nobody knows whether the command ran: a person looks at the system and says so. */
export function FateCard({ x, step, order, bringing }: Pick<Props, "x" | "step" | "order" | "bringing">) {
  const [outcome, setOutcome] = useState<(typeof OUTCOMES)[number]["word"] | null>(null);
  const [note, setNote] = useState("");
  const unsaid = outcome === null ? "Choose what became of it" : note.trim() ? null : "Say how you know it";
  const blocked = bringing.mayNot("resolve") ?? bringing.blocked ?? unsaid;
  return (
    <form
      className="card trouble"
      id="gate"
      aria-labelledby="gate-h"
      onSubmit={(event) => {
        event.preventDefault();
        if (blocked || !outcome) return;
        bringing.send({ event: "resolve", body: { outcome, note: note.trim() } });
      }}
    >
      {bringing.changed ? <Changed changes={bringing.changed} dismiss={bringing.dismiss} /> : null}
      <div className="card__body stack" role="alert">
        <span className="faint">
          Step {order} of {x.steps.length}
        </span>
        <h2 id="gate-h" className="row row--one title-l">
          <CircleQuestionMark className="icon" aria-hidden />
          <span>Nobody knows what became of “{visible(step.title)}”</span>
        </h2>
        <p className="dim">
          {visible(x.reason ?? "")} It is not run again by itself. Look at the system, then say what you
          found.
        </p>
        <Command text={(x.kind === "rollback" ? step.rollback : step.command) ?? ""} />
        <fieldset className="stack">
          <legend className="sr">What became of it</legend>
          {OUTCOMES.map((one) => (
            <label key={one.word} className="tick">
              <input
                type="radio"
                name="outcome"
                checked={outcome === one.word}
                onChange={() => setOutcome(one.word)}
              />
              {one.label}
            </label>
          ))}
        </fieldset>
        <input
          className="field"
          aria-label="How do you know?"
          placeholder="How do you know? It goes into the record"
          maxLength={2_000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <div className="row">
          <Button
            look="primary"
            type="submit"
            id="approve"
            busy={bringing.isPending}
            ready={bringing.settled}
            blocked={blocked}
          >
            Record what became of it
          </Button>
          {blocked ? <span className="small dim">{blocked}</span> : null}
        </div>
        {bringing.problem && !bringing.changed ? <ErrorBox error={bringing.problem} /> : null}
      </div>
    </form>
  );
}

/** Held, by a person or by panic: nothing new starts, and what ran stands still. */
export function PausedCard({ x, bringing }: { x: Execution; bringing: Bringing }) {
  const cannot = x.panic ? "The panic has to be cleared first" : "It can't go on now";
  const blocked = bringing.mayNot("resume") ?? (x.actions.includes("resume") ? bringing.blocked : cannot);
  return (
    <section className="card trouble" id="gate" aria-labelledby="gate-h">
      {bringing.changed ? <Changed changes={bringing.changed} dismiss={bringing.dismiss} /> : null}
      <div className="card__body stack" role="status">
        <h2 id="gate-h" className="row row--one title-l">
          {x.panic ? <OctagonPause className="icon" aria-hidden /> : <Pause className="icon" aria-hidden />}
          {x.panic ? "Halted by panic" : "Paused"}
        </h2>
        <p className="dim">
          {x.running
            ? "The command was stopped where it was, on the agent’s host; what it started elsewhere may go on. Its time limit stands still."
            : "Nothing starts. What was asked is asked again when it goes on."}
          {x.panic ? " It can go on once the panic is cleared." : ""}
        </p>
        {x.reason ? <p className="dim">{visible(x.reason)}</p> : null}
        <div className="row">
          <Button
            look="primary"
            id="approve"
            {...asButton(bringing, "resume")}
            blocked={blocked}
            onClick={() => bringing.send({ event: "resume", body: undefined })}
          >
            Resume
          </Button>
          {blocked ? <span className="small dim">{blocked}</span> : null}
        </div>
        {bringing.problem && !bringing.changed ? <ErrorBox error={bringing.problem} /> : null}
      </div>
    </section>
  );
}
