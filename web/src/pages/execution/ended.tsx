/** A finished execution: how it came out, who approved what, how long each part took, and the way to undo it. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { api, once, take } from "@/api/client";
import { executionQuery, meQuery, queryClient } from "@/api/queries";
import { Button } from "@/ui/button";
import { stateWord } from "@/ui/execution-states";
import { Confirm } from "@/ui/overlay";
import { ErrorBox } from "@/ui/states";
import { Status } from "@/ui/status";
import { seconds } from "@/ui/time";
import { visible } from "@/ui/visible";
import { mayNotBring } from "./rights";
import { type Attempt, type Execution, isBehind, ranMs } from "./steps";
import { Timeline } from "./timeline";

interface Totals {
  tookMs: number;
  ranMs: number;
  commands: number;
  waitedMs: number;
  longest: { order: number; ms: number } | null;
}

/** How long an attempt was asked about before it went out; null where nobody was asked. */
function waitedMs(attempt: Attempt): number | null {
  if (!attempt.askedAt || !attempt.dispatchedAt) return null;
  return Math.max(0, Date.parse(attempt.dispatchedAt) - Date.parse(attempt.askedAt));
}

/** Sums over all attempts. Pure. */
export function totals(x: Execution): Totals {
  const found: Totals = { tookMs: 0, ranMs: 0, commands: 0, waitedMs: 0, longest: null };
  if (x.startedAt && x.endedAt) found.tookMs = Date.parse(x.endedAt) - Date.parse(x.startedAt);
  const attempts = x.steps.flatMap((step, index) =>
    (step.attempts ?? []).map((attempt) => ({ attempt, order: index + 1 })),
  );
  for (const { attempt, order } of attempts.filter((one) => one.attempt.kind !== "manual")) {
    const ran = ranMs(attempt);
    const waited = waitedMs(attempt);
    found.ranMs += ran ?? 0;
    found.commands += ran === null ? 0 : 1;
    found.waitedMs += waited ?? 0;
    if (waited !== null && waited > (found.longest?.ms ?? -1)) found.longest = { order, ms: waited };
  }
  return found;
}

function Summary({ x }: { x: Execution }) {
  const sums = totals(x);
  const ended = x.steps.filter(isBehind).length;
  const state = stateWord(x);
  return (
    <section className="card delta" aria-label="How it came out">
      <div>
        <p className="small faint">Outcome</p>
        <b className="big">
          <Status kind={state.kind}>{state.text}</Status>
        </b>
        <p className="small dim">
          {ended} of {x.steps.length} steps are over{x.reason ? `; ${visible(x.reason)}` : ""}
        </p>
      </div>
      <div>
        <p className="small faint">It took</p>
        <b className="big n">{seconds(sums.tookMs)}</b>
        <p className="small dim">
          {sums.commands} {sums.commands === 1 ? "command" : "commands"} ran for {seconds(sums.ranMs)}
        </p>
      </div>
      <div>
        <p className="small faint">Waited for a person</p>
        <b className="big n">{seconds(sums.waitedMs)}</b>
        <p className="small dim">
          {sums.longest
            ? `longest: step ${sums.longest.order}, ${seconds(sums.longest.ms)}`
            : "nothing was asked"}
        </p>
      </div>
    </section>
  );
}

function useUndo(x: Execution) {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () =>
      once(["undo", x.id], (key) =>
        take(
          api.POST("/api/v1/executions", {
            params: { header: { "Idempotency-Key": key } },
            body: { runbook: x.runbook.name, ticked: [], start: true, rollbackOf: x.id },
          }),
        ),
      ),
    onSuccess: async (made) => {
      queryClient.setQueryData(executionQuery(made.id).queryKey, made);
      void queryClient.invalidateQueries({ queryKey: executionQuery(x.id).queryKey });
      await navigate({ to: "/executions/$execution", params: { execution: made.id } });
    },
  });
}

/** Undo a completed execution by a new one: each of its steps asks before it runs. */
function Undo({ x }: { x: Execution }) {
  const [asking, setAsking] = useState(false);
  const undo = useUndo(x);
  const mayNot = mayNotBring(useQuery(meQuery).data, "start");
  if (x.undoneById) {
    return (
      <p className="notice">
        <span>
          Rolled back by{" "}
          <Link to="/executions/$execution" params={{ execution: x.undoneById }}>
            another execution
          </Link>
          .
        </span>
      </p>
    );
  }
  if (x.undoable === 0) return null;
  const steps = `${x.undoable} ${x.undoable === 1 ? "step" : "steps"}`;
  return (
    <div className="row">
      <Button blocked={mayNot} onClick={() => setAsking(true)}>
        <Undo2 className="icon" aria-hidden />
        Roll back {steps}…
      </Button>
      <span className="small dim">
        {mayNot ? `${mayNot}. ` : ""}A new execution runs their rollback commands, last in, first out; each
        asks first.
      </span>
      {undo.error ? <ErrorBox error={undo.error} /> : null}
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Roll back ${steps}?`}
        description="A new execution begins. Nothing runs before you approve it, step by step. An execution is rolled back once."
        action={
          <Button
            look="primary"
            busy={undo.isPending}
            onClick={() => {
              setAsking(false);
              undo.mutate();
            }}
          >
            Begin the rollback
          </Button>
        }
      />
    </div>
  );
}

export function Ended({ x }: { x: Execution }) {
  return (
    <>
      <Summary x={x} />
      <Timeline x={x} />
      <Undo x={x} />
    </>
  );
}
