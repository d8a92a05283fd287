/** Revoke an agent: for good, so it is asked for by name. */
import { useState } from "react";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/overlay";
import { ErrorBox } from "@/ui/states";
import { visible } from "@/ui/visible";
import { type Agent, useRevokeAgent } from "./queries";

export function RevokeAgent({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const revoke = useRevokeAgent();
  const [reason, setReason] = useState("");
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Revoke ${visible(agent.name)}?`}
      description={
        <>
          It is disconnected within a second and trusted no more, for good; its name stays taken.
          {agent.executionId
            ? " The command that it runs now is lost to us: its outcome must be looked up by hand."
            : ""}
        </>
      }
      action={
        <Button
          look="primary"
          busy={revoke.isPending}
          onClick={() => revoke.mutate({ id: agent.id, reason }, { onSuccess: onClose })}
        >
          Revoke {visible(agent.name)}
        </Button>
      }
    >
      <label className="stack">
        <span className="label">Why, for the audit trail</span>
        <input
          className="field"
          value={reason}
          maxLength={500}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      {revoke.error ? <ErrorBox error={revoke.error} /> : null}
    </Confirm>
  );
}
