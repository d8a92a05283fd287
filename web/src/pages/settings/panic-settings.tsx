/** Panic: its state, and how it ends: the word of two maintainers, or the host's where there is one alone. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "@/api/problem";
import { panicQuery } from "@/api/queries";
import { PanicButton } from "@/shell/panic";
import { Button } from "@/ui/button";
import { SectionHead } from "@/ui/cell";
import { Command } from "@/ui/command";
import { Result } from "@/ui/page";
import { ErrorBox } from "@/ui/states";
import { Status } from "@/ui/status";
import { Ago } from "@/ui/time";
import { visible } from "@/ui/visible";
import { type Me, useClearPanic } from "./queries";

export function PanicSettings({ me }: { me: Me }) {
  const panic = useQuery(panicQuery);
  return (
    <>
      <SectionHead title="Panic" id="panic">
        Halts everything of this tenant at once: nothing new starts, and what runs is frozen, not killed.
      </SectionHead>
      <section className="card card__body stack" aria-labelledby="panic">
        <Result query={panic} what="the state of panic">
          {(state) =>
            state.on ? (
              <>
                <strong>
                  <Status kind="panic">Everything is halted</Status>
                </strong>
                <dl className="facts">
                  <dt>Since</dt>
                  <dd>
                    <Ago at={state.since} />
                  </dd>
                  <dt>By</dt>
                  <dd>{visible(state.byName ?? state.by ?? "the product")}</dd>
                  <dt>Why</dt>
                  <dd>{visible(state.reason || "no reason was given")}</dd>
                </dl>
                <Clear me={me} waitingFor={state.waitingFor ?? null} />
              </>
            ) : (
              <>
                <Status kind="done">Nothing is halted</Status>
                <p className="dim">
                  Panic stands in the top bar of every page: two clicks, no question beyond. A panic ends by
                  the word of two maintainers.
                </p>
                <div className="row">
                  <PanicButton />
                </div>
              </>
            )
          }
        </Result>
      </section>
    </>
  );
}

function Clear({ me, waitingFor }: { me: Me; waitingFor: string | null }) {
  const clear = useClearPanic();
  const [reason, setReason] = useState("");
  const mayNot = me.permissions.includes("panic_clear") ? null : "Only maintainers clear a panic";
  const needsHost = clear.error ? asProblem(clear.error).code === "needs_host" : false;
  return (
    <>
      <p className="dim">
        Two maintainers clear it, each from their own sign-in. Executions stay paused until a person resumes
        each of them.
      </p>
      {waitingFor ? <Status kind="waits">The first word was given. It waits for {waitingFor}.</Status> : null}
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!mayNot) clear.mutate(reason);
        }}
      >
        <label>
          <span className="label">Why it is over, for the audit trail</span>
          <input
            className="field"
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <Button type="submit" look="primary" blocked={mayNot} busy={clear.isPending}>
          Say that the panic is over
        </Button>
      </form>
      {needsHost ? (
        <div className="notice" role="alert">
          <strong>You are the only maintainer: it is cleared on the controller's own machine.</strong>
          <p className="dim">Run this there, as who runs the product:</p>
          <Command text=".venv/bin/dd0c panic off --on-host" risk="manual" />
        </div>
      ) : clear.error ? (
        <ErrorBox error={clear.error} />
      ) : null}
    </>
  );
}
