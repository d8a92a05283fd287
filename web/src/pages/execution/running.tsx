/** The command that runs: what, where, for how long, and how to end it. Its output stands under it. */
import { Square } from "lucide-react";
import { Button } from "@/ui/button";
import { Command } from "@/ui/command";
import { Risk } from "@/ui/risk";
import { ErrorBox } from "@/ui/states";
import { Status } from "@/ui/status";
import { duration, useNow } from "@/ui/time";
import { visible } from "@/ui/visible";
import { asButton, type Bringing } from "./bring";
import { Changed } from "./changed";
import { type Execution, lastAttempt, riskOf, type Step } from "./steps";

function Clock({ since }: { since: string | null | undefined }) {
  const now = useNow(1_000);
  if (!since) return null;
  return <span className="n">{duration(now - Date.parse(since))}</span>;
}

function Stop({ x, bringing }: { x: Execution; bringing: Bringing }) {
  const offered = x.actions.includes("stop");
  const mayNot = offered ? bringing.mayNot("stop") : null;
  return (
    <div className="row">
      {offered ? (
        <Button
          {...asButton(bringing, "stop")}
          onClick={() => bringing.send({ event: "stop", body: undefined })}
        >
          <Square className="icon" aria-hidden />
          End the command
        </Button>
      ) : null}
      <span className="small dim">
        {mayNot ? `${mayNot}. ` : ""}Ending it fails the step; what it has done stays done.
      </span>
    </div>
  );
}

export function RunningCard(props: { x: Execution; step: Step; order: number; bringing: Bringing }) {
  const { x, step, order, bringing } = props;
  const attempt = x.running ?? lastAttempt(step);
  const undoing = x.state === "rolling_back";
  const started = attempt?.startedAt;
  return (
    <section className="card running" id="gate" aria-labelledby="gate-h">
      {bringing.changed ? <Changed changes={bringing.changed} dismiss={bringing.dismiss} /> : null}
      <div className="card__body stack">
        <div className="row">
          <span className="faint">
            {undoing ? "Rolling back step" : "Step"} {order} of {x.steps.length}
          </span>
          {undoing ? null : <Risk risk={riskOf(step)} pill />}
          <span className="push">
            <Status kind="running">
              {started ? "Runs" : "Is handed"}
              {attempt?.agent
                ? ` ${started ? "on" : "to"} ${visible(attempt.agent.name ?? attempt.agent.id)}`
                : ""}
            </Status>
          </span>
          <Clock since={started ?? attempt?.dispatchedAt} />
        </div>
        <h2 id="gate-h" className="title-l">
          {visible(step.title)}
        </h2>
        <Command text={(undoing ? step.rollback : step.command) ?? ""} risk={riskOf(step)} />
        <Stop x={x} bringing={bringing} />
        {bringing.problem && !bringing.changed ? <ErrorBox error={bringing.problem} /> : null}
      </div>
    </section>
  );
}
