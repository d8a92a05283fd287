/** The table of agents: who can run what now. */
import { Link } from "@tanstack/react-router";
import { Button } from "@/ui/button";
import { Cell } from "@/ui/cell";
import { Table } from "@/ui/page";
import { Status, type StatusKind } from "@/ui/status";
import { Ago } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { showLabels } from "./labels";
import type { Agent } from "./queries";

const STATES: Record<Agent["status"], { kind: StatusKind; word: string }> = {
  online: { kind: "done", word: "Online" },
  offline: { kind: "attention", word: "Offline" },
  new: { kind: "waits", word: "Enrolled, not heard yet" },
  revoked: { kind: "stopped", word: "Revoked" },
};

interface Props {
  agents: readonly Agent[];
  /** Why the reader may not revoke, or null. */
  mayNot: string | null;
  onRevoke: (agent: Agent) => void;
  /** Light up the row of an agent that has just come: somebody waits for it. */
  awaited: boolean;
}

export function Fleet({ agents, mayNot, onRevoke, awaited }: Props) {
  return (
    <Table
      stacked
      caption="Agents"
      heads={["Agent", "State", "Runs now", "Labels", "Version", "Certificate", "Last seen", "Actions"]}
    >
      {agents.map((agent) => (
        <tr key={agent.id} className={awaited && isFresh(agent) ? "fresh" : undefined}>
          <Cell label="Agent">
            <strong>{visible(agent.name)}</strong>
            {agent.readOnly ? <span className="tag">reads only</span> : null}
          </Cell>
          <Cell label="State">
            <Status kind={STATES[agent.status].kind}>{STATES[agent.status].word}</Status>
          </Cell>
          <Cell label="Runs now">
            {agent.executionId ? (
              <Link to="/executions/$execution" params={{ execution: agent.executionId }}>
                an execution
              </Link>
            ) : (
              <span className="faint">nothing</span>
            )}
          </Cell>
          <Cell label="Labels">
            <Labels labels={agent.labels} />
          </Cell>
          <Cell label="Version">
            {visible(agent.version ?? "") || <span className="faint">not said</span>}
          </Cell>
          <Cell label="Certificate">
            <Certificate agent={agent} />
          </Cell>
          <Cell label="Last seen">
            <Ago at={agent.lastSeenAt} />
          </Cell>
          <Cell label="Actions">
            {agent.status === "revoked" ? (
              <span className="faint">for good</span>
            ) : (
              <Button
                blocked={mayNot}
                aria-label={`Revoke ${visible(agent.name)}…`}
                onClick={() => onRevoke(agent)}
              >
                Revoke…
              </Button>
            )}
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

const FRESH_MS = 60_000;

/** Just enrolled: its row is what somebody waits for. */
function isFresh(agent: Agent): boolean {
  return agent.status !== "revoked" && Date.now() - Date.parse(agent.createdAt) < FRESH_MS;
}

function Labels({ labels }: { labels: Agent["labels"] }) {
  const shown = showLabels(labels);
  if (shown.length === 0) return <span className="faint">none</span>;
  return (
    <div className="labels">
      {shown.map((label) => (
        <span key={label} className="tag">
          <code>{visibleCode(label)}</code>
        </span>
      ))}
    </div>
  );
}

function Certificate({ agent }: { agent: Agent }) {
  if (agent.status === "revoked" || !agent.certificateExpiresAt) return <span className="faint">none</span>;
  const over = Date.parse(agent.certificateExpiresAt) < Date.now();
  return (
    <span className={over ? "" : "dim"}>
      {over ? "ended " : "good "}
      <Ago at={agent.certificateExpiresAt} />
    </span>
  );
}
