/** The fleet: which agents there are, whether they are heard, and how another one is added. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { agentsQuery, meQuery } from "@/api/queries";
import { Button } from "@/ui/button";
import { PageFrame, Result } from "@/ui/page";
import { Empty } from "@/ui/states";
import { AddAgent } from "./add";
import { Fleet } from "./fleet";
import { Pending } from "./pending";
import type { Agent } from "./queries";
import { RevokeAgent } from "./revoke";

/** `2 agents, 1 online`. */
export function fleetWords(agents: readonly { status: string }[]): string {
  const standing = agents.filter((agent) => agent.status !== "revoked");
  const online = standing.filter((agent) => agent.status === "online").length;
  if (standing.length === 0) return "No agent";
  return `${standing.length === 1 ? "1 agent" : `${standing.length} agents`}, ${online} online`;
}

export function AgentsPage() {
  const agents = useQuery(agentsQuery);
  const me = useQuery(meQuery);
  const { add } = useSearch({ from: "/app/agents" });
  const navigate = useNavigate({ from: "/agents" });
  const [revoking, setRevoking] = useState<Agent | null>(null);
  const mayNot = me.data && !me.data.permissions.includes("agents") ? "Only maintainers manage agents" : null;
  const show = (open: boolean) => void navigate({ search: open ? { add: "1" } : {}, replace: true });
  const addButton = (
    <Button look="primary" blocked={mayNot} onClick={() => show(true)}>
      <Plus className="icon" aria-hidden />
      Add an agent
    </Button>
  );
  return (
    <PageFrame
      title="Agents"
      meta={<span>{agents.data ? fleetWords(agents.data.items) : "Reading the fleet"}</span>}
      action={add ? undefined : addButton}
    >
      {add && !mayNot ? <AddAgent agents={agents.data?.items ?? []} onClose={() => show(false)} /> : null}
      <Result query={agents} what="agents">
        {(found) =>
          found.items.length === 0 ? (
            <Empty title="No agent yet" action={add ? undefined : addButton}>
              <p>
                An agent stands in your network and runs what was approved, one step at a time. Without one, a
                runbook can be read and reviewed, but not run.
              </p>
            </Empty>
          ) : (
            <Fleet agents={found.items} mayNot={mayNot} onRevoke={setRevoking} awaited={Boolean(add)} />
          )
        }
      </Result>
      {me.data && !mayNot ? <Pending /> : null}
      {revoking ? <RevokeAgent agent={revoking} onClose={() => setRevoking(null)} /> : null}
    </PageFrame>
  );
}
