/** The fixed head: what runs, at which version, whether the page is live, for how long, and how to hold it. */
import { GitCommitHorizontal, Pause, X } from "lucide-react";
import type { StreamState } from "@/api/stream";
import { useIsLost } from "@/shell/live";
import { Button } from "@/ui/button";
import { stateWord } from "@/ui/execution-states";
import { Commit } from "@/ui/page";
import { ErrorBox } from "@/ui/states";
import { RollbackTag, Status, StatusIcon } from "@/ui/status";
import { duration, useNow } from "@/ui/time";
import { visible } from "@/ui/visible";
import type { Bringing } from "./bring";
import { Changed } from "./changed";
import { type Execution, isOver } from "./steps";

function Clock({ x }: { x: Execution }) {
  const now = useNow(1_000, !x.endedAt);
  if (!x.startedAt) return null;
  const end = x.endedAt ? Date.parse(x.endedAt) : now;
  return (
    <span className="clock" title="since it was started">
      {duration(end - Date.parse(x.startedAt))}
    </span>
  );
}

function Liveness({ stream }: { stream: StreamState }) {
  const lost = useIsLost();
  if (lost || stream.kind === "lost") {
    return (
      <span className="small dim status">
        <StatusIcon kind="attention" /> Not live
      </span>
    );
  }
  if (stream.kind === "refused") {
    return (
      <span className="small dim status">
        <StatusIcon kind="attention" /> Asked every few seconds
      </span>
    );
  }
  if (stream.kind === "live") return <span className="live small dim">Live</span>;
  return <span className="small dim">Connecting…</span>;
}

interface Props {
  x: Execution;
  stream: StreamState;
  bringing: Bringing;
  onAbort: () => void;
}

export function Head({ x, stream, bringing, onAbort }: Props) {
  const state = stateWord(x);
  const over = isOver(x);
  return (
    <>
      <section className="exec-head" aria-label="Execution">
        <div className="exec-head__what">
          <h1>{visible(x.runbook.title)}</h1>
          <div className="meta small">
            <Status kind={state.kind}>
              <strong>{state.text}</strong>
            </Status>
            {x.parentId ? <RollbackTag /> : null}
            <span>
              <GitCommitHorizontal className="icon" aria-hidden />
              version <Commit oid={x.runbook.commit} />
            </span>
            <span className="not-phone">
              Trust level {x.trustLevel}, {x.governance} mode
            </span>
          </div>
        </div>
        <div className="row push exec-head__now">
          {over ? null : <Liveness stream={stream} />}
          <Clock x={x} />
          {x.actions.includes("pause") ? (
            <Button
              ready={bringing.settled}
              blocked={bringing.mayNot("pause")}
              busy={bringing.pending === "pause"}
              onClick={() => bringing.send({ event: "pause", body: undefined })}
            >
              <Pause className="icon" aria-hidden />
              Pause
            </Button>
          ) : null}
          {x.actions.includes("abort") ? (
            <Button look="quiet" blocked={bringing.mayNot("abort")} onClick={onAbort}>
              <X className="icon" aria-hidden />
              Abort…
            </Button>
          ) : null}
        </div>
      </section>
      <Held bringing={bringing} stream={stream} />
    </>
  );
}

/** What became of holding it, where it was not held; and why the page is not told what happens. */
function Held({ bringing, stream }: { bringing: Bringing; stream: StreamState }) {
  const refused = stream.kind === "refused" ? stream.problem : null;
  if (!bringing.changed && !bringing.problem && !refused) return null;
  return (
    <section className="exec-head__said stack" aria-label="What was refused">
      {bringing.changed ? <Changed changes={bringing.changed} dismiss={bringing.dismiss} /> : null}
      {bringing.problem && !bringing.changed ? <ErrorBox error={bringing.problem} /> : null}
      {refused ? (
        <>
          <ErrorBox error={refused} again={() => window.location.reload()} />
          <p className="small dim">
            The page is not told when something happens. It asks every few seconds instead.
          </p>
        </>
      ) : null}
    </section>
  );
}
