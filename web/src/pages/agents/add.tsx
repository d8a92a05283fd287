/** Add an agent: one command for its machine, then wait here until it is heard. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Command } from "@/ui/command";
import { ErrorBox } from "@/ui/states";
import { Status } from "@/ui/status";
import { duration, useNow } from "@/ui/time";
import { visible } from "@/ui/visible";
import { readLabels } from "./labels";
import {
  type Agent,
  enrollmentQuery,
  type MadeEnrollment,
  useCancelEnrollment,
  useMakeEnrollment,
} from "./queries";

interface Props {
  agents: readonly Agent[];
  onClose: () => void;
}

export function AddAgent({ agents, onClose }: Props) {
  const make = useMakeEnrollment();
  return (
    <section className="card" aria-labelledby="add-agent">
      <div className="card__head">
        <h2 id="add-agent">Add an agent</h2>
        <Button look="quiet" className="push" onClick={onClose}>
          Close
        </Button>
      </div>
      <div className="card__body stack">
        <p className="dim">
          An agent runs approved commands on the machine that it stands on. It only dials out: no port is
          opened there.
        </p>
        {make.data ? (
          <Waiting made={make.data} agents={agents} onAgain={make.reset} />
        ) : (
          <Ask busy={make.isPending} onAsk={make.mutate} />
        )}
        {make.error ? <ErrorBox error={make.error} /> : null}
      </div>
    </section>
  );
}

function Ask({
  busy,
  onAsk,
}: {
  busy: boolean;
  onAsk: (wanted: { name: string; labels: Record<string, string> }) => void;
}) {
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const read = readLabels(text);
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!read.problem && !busy) onAsk({ name: name.trim(), labels: read.labels });
      }}
    >
      <label>
        <span className="label">Name, else the machine's own</span>
        <input
          className="field"
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder="db-agents-eu1"
          autoComplete="off"
          spellCheck={false}
        />
      </label>
      <label>
        <span className="label">Labels, by which runbooks choose it</span>
        <input
          className="field"
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder="role=db-agent, env=prod"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={read.problem ? true : undefined}
          aria-describedby={read.problem ? "labels-problem" : undefined}
        />
      </label>
      <Button look="primary" type="submit" busy={busy} blocked={read.problem}>
        Make the command
      </Button>
      {read.problem ? (
        <p className="small" id="labels-problem">
          <Status kind="attention">{visible(read.problem)}</Status>
        </p>
      ) : null}
    </form>
  );
}

function Waiting({
  made,
  agents,
  onAgain,
}: {
  made: MadeEnrollment;
  agents: readonly Agent[];
  onAgain: () => void;
}) {
  const token = useQuery(enrollmentQuery(made.id));
  const cancel = useCancelEnrollment();
  const agent = agents.find((item) => item.id === token.data?.agentId);
  return (
    <>
      <p>Run this on the agent's machine. It works once and is not shown again:</p>
      <Command text={made.command} risk="manual" />
      <p className="small dim">
        The product must be installed there: <code>make setup</code>, then the command from{" "}
        <code>.venv/bin</code>.
      </p>
      <div className="await" role="status">
        <Progress state={token.data?.state ?? "waiting"} expiresAt={made.expiresAt} agent={agent} />
      </div>
      {token.error ? <ErrorBox error={token.error} /> : null}
      {cancel.error ? <ErrorBox error={cancel.error} /> : null}
      <div className="row">
        {agent?.online ? (
          <Button onClick={onAgain}>Add another</Button>
        ) : token.data?.state === "waiting" ? (
          <Button busy={cancel.isPending} onClick={() => cancel.mutate(made.id, { onSuccess: onAgain })}>
            Cancel, and make the command worthless
          </Button>
        ) : token.data && token.data.state !== "used" ? (
          <Button onClick={onAgain}>Make a new command</Button>
        ) : null}
      </div>
    </>
  );
}

function Progress({
  state,
  expiresAt,
  agent,
}: {
  state: "waiting" | "used" | "revoked" | "expired";
  expiresAt: string;
  agent: Agent | undefined;
}) {
  const now = useNow(1_000, state === "waiting");
  if (agent?.online) {
    return (
      <Status kind="done">
        <span>
          <strong>{visible(agent.name)}</strong> is online. <Link to="/runbooks">Start a runbook</Link>
        </span>
      </Status>
    );
  }
  if (state === "used") return <Status kind="running">Enrolled. Waiting for its heartbeat…</Status>;
  if (state === "revoked") return <Status kind="stopped">The command was cancelled.</Status>;
  if (state === "expired") return <Status kind="stopped">The command was not used in time.</Status>;
  return (
    <Status kind="running">
      <span className="n">
        Waiting for heartbeat… <span className="faint">good for {duration(Date.parse(expiresAt) - now)}</span>
      </span>
    </Status>
  );
}
