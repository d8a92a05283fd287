/** Whether what git says is what runs: each repository's truth, what is broken in it, and the last syncs. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { api, type Schemas, take } from "@/api/client";
import { meQuery, syncQuery } from "@/api/queries";
import { useToast } from "@/shell/toast";
import { Button } from "@/ui/button";
import { SectionHead } from "@/ui/cell";
import { PageFrame, Result, Terminal } from "@/ui/page";
import { Empty, ErrorBox } from "@/ui/states";
import { Ago } from "@/ui/time";
import { Repository } from "./repository";
import { Runs } from "./runs";

function useSyncNow() {
  const client = useQueryClient();
  const say = useToast();
  return useMutation({
    mutationFn: () => take(api.POST("/api/v1/sync")),
    onSuccess: (done) => say(said(done)),
    onSettled: () => client.invalidateQueries({ queryKey: ["sync"] }),
  });
}

function said(done: Schemas["SyncNow"]): string {
  const changed = done.items.filter((item) => item.outcome !== "unchanged").length;
  return changed === 0 ? "Synced: nothing new in git" : `Synced: ${changed} of ${done.items.length} changed`;
}

/** How many are in which state, in one sentence. */
export function summary(items: readonly { state: string }[]): string {
  const count = items.length === 1 ? "1 repository" : `${items.length} repositories`;
  const broken = items.filter((item) => item.state === "broken").length;
  const behind = items.filter((item) => item.state === "behind").length;
  if (items.length === 0) return "No repository";
  if (broken === 0 && behind === 0) return `${count}, all in service as git has them`;
  return `${count}${broken ? `, ${broken} broken` : ""}${behind ? `, ${behind} behind` : ""}`;
}

export function SyncPage() {
  const sync = useQuery(syncQuery);
  const me = useQuery(meQuery);
  const now = useSyncNow();
  const mayNot = me.data && !me.data.permissions.includes("propose") ? "Your role may not sync" : null;
  const last = sync.data?.history[0];
  return (
    <PageFrame
      title="Sync"
      meta={
        <>
          <span>{sync.data ? summary(sync.data.items) : "Reading the state of sync"}</span>
          {last ? (
            <span>
              last sync <Ago at={last.finishedAt} />
            </span>
          ) : null}
        </>
      }
      action={
        <Button look="primary" blocked={mayNot} busy={now.isPending} onClick={() => now.mutate()}>
          <RefreshCw className={`icon${now.isPending ? " spin" : ""}`} aria-hidden />
          {now.isPending ? "Syncing…" : "Sync now"}
        </Button>
      }
    >
      {now.error ? <ErrorBox error={now.error} again={() => now.mutate()} /> : null}
      <Result query={sync} what="the state of sync">
        {(found) =>
          found.items.length === 0 ? (
            <Empty title="No repository yet">
              <p>Runbooks live in git. At home the product makes its own repository; list it with:</p>
              <Terminal>dd0c sync</Terminal>
            </Empty>
          ) : (
            <>
              {found.items.map((item) => (
                <Repository key={item.id} item={item} />
              ))}
              <SectionHead title="History">What each sync did, newest first.</SectionHead>
              <Runs runs={found.history} />
            </>
          )
        }
      </Result>
    </PageFrame>
  );
}
