/** The verdicts of one runbook, or of one rule, that moved; those that wait are accepted together. */
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, once, take } from "@/api/client";
import { queryClient } from "@/api/queries";
import { useToast } from "@/shell/toast";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/overlay";
import { Risk, type RiskWord } from "@/ui/risk";
import { ErrorBox } from "@/ui/states";
import { Ago } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { type Group, type Move, waitingOf } from "./queries";

const MOST = 500;

export const STATES: Record<Move["state"], string> = {
  raised: "Holds since it was found",
  waiting: "The stricter one holds until an owner accepts this",
  accepted: "Accepted",
  unread: "This version can't read the document: what stood holds",
  overtaken: "Something newer holds",
};

function shown(verdict: { risk: string; unknown?: boolean | null }): RiskWord {
  if (verdict.unknown && verdict.risk !== "dangerous") return "unknown";
  return verdict.risk as RiskWord;
}

function useAccept(done: (count: number) => void) {
  return useMutation({
    mutationFn: (ids: string[]) =>
      once(["accept", ...ids], (key) =>
        take(
          api.POST("/api/v1/reclassifications/accept", {
            body: { ids },
            headers: { "Idempotency-Key": key },
          }),
        ),
      ),
    onSuccess: ({ accepted }) => done(accepted),
    onSettled: () =>
      Promise.all(
        [["reclassifications"], ["runbooks"]].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
      ),
  });
}

function Accept({ moves, mayNot }: { moves: readonly Move[]; mayNot: string | null }) {
  // What is accepted is what was on screen when the question was asked.
  const [asked, setAsked] = useState<readonly Move[] | null>(null);
  const say = useToast();
  const accept = useAccept((count) => {
    setAsked(null);
    say(`${count} ${count === 1 ? "verdict is" : "verdicts are"} lower from now on`);
  });
  const count = Math.min(moves.length, MOST);
  const name = `${count} lower ${count === 1 ? "verdict" : "verdicts"}`;
  return (
    <>
      <Button look="primary" blocked={mayNot} onClick={() => setAsked(moves.slice(0, MOST))}>
        Accept {name}
      </Button>
      <Confirm
        open={asked !== null}
        onOpenChange={(open) => {
          if (!open) setAsked(null);
        }}
        title={`Let ${name} hold?`}
        description="They hold from now on, also for executions under way. It is recorded that you accepted them."
        action={
          <Button
            look="primary"
            busy={accept.isPending}
            onClick={() => accept.mutate((asked ?? []).map((move) => move.id))}
          >
            Accept {name}
          </Button>
        }
      >
        <ul className="line-list small">
          {(asked ?? []).slice(0, 10).map((move) => (
            <li key={move.id} className="wrap">
              {visible(move.runbook.name)} / {visible(move.step)}: <Risk risk={shown(move.before)} /> to{" "}
              {move.after ? <Risk risk={shown(move.after)} /> : null}
            </li>
          ))}
          {(asked ?? []).length > 10 ? <li>and {(asked ?? []).length - 10} more</li> : null}
        </ul>
        {accept.error ? <ErrorBox error={accept.error} /> : null}
      </Confirm>
    </>
  );
}

function MoveRow({ move, own }: { move: Move; own: boolean }) {
  const said = move.after ?? move.before;
  return (
    <li className="move">
      <div className="row row--tight">
        <Risk risk={shown(move.before)} />
        <span aria-hidden>→</span>
        <span className="sr">to</span>
        {move.after ? <Risk risk={shown(move.after)} /> : <span className="dim">not read</span>}
        <span className="small dim">{STATES[move.state]}</span>
        {move.acceptedAt ? (
          <span className="small dim">
            <Ago at={move.acceptedAt} />
          </span>
        ) : null}
      </div>
      <div className="small">
        {own ? null : (
          <>
            <Link to="/runbooks/$runbook" params={{ runbook: move.runbook.id }}>
              {visible(move.runbook.title)}
            </Link>
            {": "}
          </>
        )}
        {visible(move.title)}
      </div>
      <pre className="cmd lines">{visibleCode(move.command)}</pre>
      <p className="small dim wrap">
        {visible(said.why)}{" "}
        {(said.ruleIds ?? []).map((rule) => (
          <code key={rule}>{rule} </code>
        ))}
      </p>
      {move.after && move.after.risk === move.before.risk ? (
        <p className="small dim wrap">{visible(move.after.reason)}</p>
      ) : null}
    </li>
  );
}

export function GroupCard({ group, mayNot }: { group: Group; mayNot: string | null }) {
  const waiting = waitingOf(group);
  return (
    <section className="card card__body stack" aria-label={visible(group.title)}>
      <div className="row">
        <h2>
          {group.runbook ? (
            <Link to="/runbooks/$runbook" params={{ runbook: group.runbook }}>
              {visible(group.title)}
            </Link>
          ) : (
            <code>{visibleCode(group.title)}</code>
          )}
        </h2>
        {waiting.length > 0 ? (
          <span className="push">
            <Accept moves={waiting} mayNot={mayNot} />
          </span>
        ) : null}
      </div>
      <ul className="moves">
        {group.moves.map((move) => (
          <MoveRow key={move.id} move={move} own={group.runbook !== undefined} />
        ))}
      </ul>
    </section>
  );
}
