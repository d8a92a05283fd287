/** A step that a person does: the instruction, answers to click, done or failed. */
import { useState } from "react";
import { Button } from "@/ui/button";
import { Command } from "@/ui/command";
import { Risk } from "@/ui/risk";
import { ErrorBox } from "@/ui/states";
import { visible } from "@/ui/visible";
import { asButton, type Bringing } from "./bring";
import { Changed } from "./changed";
import type { Execution, Step } from "./steps";

interface Props {
  x: Execution;
  step: Step;
  order: number;
  bringing: Bringing;
  onSkip: () => void;
  onRollback: (() => void) | null;
}

function Answers({
  step,
  bringing,
  ready,
  blocked,
  note,
}: Props & { ready: boolean; blocked: string | null; note: string }) {
  const report = (ok: boolean, answer: string | null) => {
    bringing.send({ event: "report", body: { ok, answer, note } });
  };
  const answers = step.answers ?? [];
  if (answers.length > 0) {
    return (
      <fieldset className="row answers">
        <legend>What do you find?</legend>
        {answers.map((answer) => (
          <Button
            key={answer}
            ready={ready}
            blocked={blocked}
            busy={bringing.isPending}
            onClick={() => report(true, answer)}
          >
            {visible(answer)}
          </Button>
        ))}
      </fieldset>
    );
  }
  return (
    <Button
      look="primary"
      id="approve"
      ready={ready}
      blocked={blocked}
      busy={bringing.isPending}
      onClick={() => report(true, null)}
    >
      Done, go on
    </Button>
  );
}

export function ManualCard(props: Props) {
  const { x, step, order, bringing, onSkip, onRollback } = props;
  const [note, setNote] = useState("");
  const mayNot = bringing.mayNot("report");
  const { settled: ready } = bringing;
  const blocked = mayNot ?? bringing.blocked;
  const failed = () => {
    bringing.send({ event: "report", body: { ok: false, note: note.trim() } });
  };
  return (
    <section className="gate manual" id="gate" aria-labelledby="gate-h" data-settled={ready || undefined}>
      {bringing.changed ? <Changed changes={bringing.changed} dismiss={bringing.dismiss} /> : null}
      <div className="gate__body">
        <div className="row">
          <span className="faint">
            Step {order} of {x.steps.length}
          </span>
          <Risk risk="manual" pill />
          {x.trustLevel === 0 && step.command ? (
            <span className="small dim">Trust level 0: you run it, and say what came of it</span>
          ) : null}
        </div>
        <h2 id="gate-h" className="title-l">
          {visible(step.title)}
        </h2>
        {step.manual ? <p className="instruction">{visible(step.manual)}</p> : null}
        {step.command ? <Command text={step.command} /> : null}
        {step.expect ? <p className="dim">Expected: {visible(step.expect)}</p> : null}
      </div>
      <div className="gate__ask stack">
        <input
          className="field"
          aria-label="What you found or did; it goes into the record"
          placeholder="What you found or did (it goes into the record)"
          maxLength={2_000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <div className="row">
          <Answers {...props} note={note.trim()} ready={ready} blocked={blocked} />
          <span className="row row--tight push gate__others">
            <Button
              ready={ready}
              blocked={blocked ?? (note.trim() ? null : "Write what went wrong first")}
              busy={bringing.isPending}
              onClick={failed}
            >
              It failed
            </Button>
            {x.actions.includes("skip") ? (
              <Button look="quiet" blocked={bringing.mayNot("skip")} onClick={onSkip} aria-keyshortcuts="s">
                Skip this step
              </Button>
            ) : null}
            {onRollback ? (
              <Button look="quiet" {...asButton(bringing, "request-rollback")} onClick={onRollback}>
                Roll back the step before
              </Button>
            ) : null}
          </span>
        </div>
        {mayNot ? <p className="small dim">{mayNot}.</p> : null}
        {bringing.problem && !bringing.changed ? <ErrorBox error={bringing.problem} /> : null}
      </div>
    </section>
  );
}
