/** What an owner says of a repository: who may push past pull requests, and that held runbooks may go. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, once, type Schemas, take } from "@/api/client";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/overlay";
import { ErrorBox } from "@/ui/states";
import { visible } from "@/ui/visible";

type Item = Schemas["RepositorySync"];

/** How the reason of a held deletion begins (`controller/sync/departures.py`). */
const HELD = "held back: most of what serves would go at once";

export function heldOf(item: Pick<Item, "brokenFiles">): number {
  return item.brokenFiles.filter((file) => file.reason.startsWith(HELD)).length;
}

export function DirectPush({ item, owner }: { item: Item; owner: boolean }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (allowed: boolean) =>
      take(
        api.PUT("/api/v1/sync/{repository_id}/direct-push", {
          params: { path: { repository_id: item.id } },
          body: { allowed },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["sync"] }),
  });
  if (!owner || item.forge !== "builtin") return null;
  return (
    <>
      <Button look="quiet" busy={change.isPending} onClick={() => change.mutate(!item.directPush)}>
        {item.directPush ? "Take pull requests only" : "Let maintainers push directly"}
      </Button>
      {change.error ? <ErrorBox error={change.error} /> : null}
    </>
  );
}

/** Most of what serves is gone from git: it serves on until an owner says that it may go. */
export function LetGo({ item, owner }: { item: Item; owner: boolean }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const held = heldOf(item);
  const letGo = useMutation({
    mutationFn: () =>
      once(["let-go", item.id, item.head ?? ""], (key) =>
        take(
          api.POST("/api/v1/sync/{repository_id}/let-go", {
            params: { path: { repository_id: item.id }, header: { "Idempotency-Key": key } },
          }),
        ),
      ),
    onSuccess: () => setAsking(false),
    onSettled: () => client.invalidateQueries({ queryKey: ["sync"] }),
  });
  if (held === 0) return null;
  const words = `${held} ${held === 1 ? "runbook" : "runbooks"}`;
  return (
    <div className="broken" role="alert">
      <div className="row">
        <strong>{words} gone from git serve on: most would have gone at once.</strong>
        <Button
          className="push"
          blocked={owner ? null : "An owner lets them go"}
          onClick={() => setAsking(true)}
        >
          Let them go…
        </Button>
      </div>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Take ${words} of ${visible(item.name)} out of service?`}
        description="Their files are not in git any more. What is put back there instead serves on."
        action={
          <Button look="primary" busy={letGo.isPending} onClick={() => letGo.mutate()}>
            Let them go
          </Button>
        }
      >
        {letGo.error ? <ErrorBox error={letGo.error} /> : null}
      </Confirm>
    </div>
  );
}
