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
import { type Me, type Member, useClearPanic, useMembers } from "./queries";

/** Members who may clear a panic; null while that is not known, as where a list is longer than what was read. Pure. */
export function clearers(members: readonly Member[] | undefined, hasMore: boolean): Member[] | null {
  const found = members?.filter(({ role }) => role === "maintainer" || role === "owner");
  return found && (!hasMore || found.length > 1) ? found : null;
}

/** How a panic of this tenant ends, in a sentence; `me` is the member's id. Pure. */
export function howItEnds(may: readonly Pick<Member, "id" | "email">[] | null, me: string): string {
  const [only] = may ?? [];
  if (!only)
    return "It ends by the words of two maintainers or owners; where there is one alone, on the controller's own machine.";
  if (may && may.length > 1)
    return "It ends by the words of two maintainers or owners, each from their own sign-in.";
  const who = only.id === me ? "You are" : `${visible(only.email)} is`;
  return `${who} the only one here who may clear it: it is cleared on the controller's own machine.`;
}

export function PanicSettings({ me }: { me: Me }) {
  const panic = useQuery(panicQuery);
  const members = useMembers();
  const may = clearers(members.data, members.hasMore);
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
                <Clear me={me} waitingFor={state.waitingFor ?? null} may={may} />
              </>
            ) : (
              <>
                <Status kind="done">Nothing is halted</Status>
                <p className="dim">
                  Panic stands in the top bar of every page: two clicks, no question beyond.{" "}
                  {howItEnds(may, me.id)}
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

interface ClearProps {
  me: Me;
  waitingFor: string | null;
  may: Member[] | null;
}

function Clear({ me, waitingFor, may }: ClearProps) {
  const clear = useClearPanic();
  const [reason, setReason] = useState("");
  const mayNot = me.permissions.includes("panic_clear") ? null : "Only maintainers and owners clear a panic";
  const alone = may?.length === 1;
  const needsHost = clear.error ? asProblem(clear.error).code === "needs_host" : false;
  return (
    <>
      <p className="dim">
        {howItEnds(may, me.id)} Executions stay paused until a person resumes each of them.
      </p>
      {waitingFor ? <Status kind="waits">The first word was given. It waits for {waitingFor}.</Status> : null}
      {alone ? <OnHost /> : null}
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
        {mayNot ? <p className="small dim">{mayNot}.</p> : null}
      </form>
      {needsHost ? alone ? null : <OnHost /> : clear.error ? <ErrorBox error={clear.error} /> : null}
    </>
  );
}

function OnHost() {
  return (
    <div className="notice" role="status">
      <strong>One maintainer alone clears a panic on the controller's own machine.</strong>
      <p className="dim">Run this there, as who runs the product:</p>
      <Command text=".venv/bin/dd0c panic off --on-host" risk="manual" />
    </div>
  );
}
