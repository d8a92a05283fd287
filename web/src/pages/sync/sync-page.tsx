/** Whether what git says is what runs: each repository's truth, what is broken in it, and the last syncs. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useRef, useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { meQuery, syncQuery } from "@/api/queries";
import { useToast } from "@/shell/toast";
import { Button } from "@/ui/button";
import { SectionHead } from "@/ui/cell";
import { LoadMore } from "@/ui/load-more";
import { PageFrame, Result, Terminal } from "@/ui/page";
import { Empty, ErrorBox } from "@/ui/states";
import { Ago } from "@/ui/time";
import { visible } from "@/ui/visible";
import { useHistory } from "./queries";
import { AddRepository } from "./repositories";
import { canOpen, LineLink, Repository } from "./repository";
import { Runs } from "./runs";
import { TheFile, useTold } from "./told";

/** The page goes on to show what comes of it where it takes longer. */
const WAIT_SECONDS = 20;

function useSyncNow() {
  const client = useQueryClient();
  const say = useToast();
  return useMutation({
    mutationFn: () => take(api.POST("/api/v1/sync", { body: { waitSeconds: WAIT_SECONDS } })),
    onSuccess: (done) => say(said(done)),
    onSettled: () => client.invalidateQueries({ queryKey: ["sync"] }),
  });
}

/** What came of it, in one sentence; what is wrong comes first. */
export function said({ items }: Schemas["SyncNow"]): string {
  const failed = items.filter((item) => item.outcome === "failed");
  if (failed.length > 0)
    return `The sync of ${visible(failed[0]?.name ?? "")} failed: ${visible(failed[0]?.error ?? "")}`;
  const kept = items.reduce((sum, item) => sum + (item.rejected?.length ?? 0), 0);
  if (kept > 0) return `Synced, but ${kept === 1 ? "1 file is" : `${kept} files are`} not in service`;
  if (items.some((item) => item.outcome === "running"))
    return "Still syncing: this page shows when it is done";
  const changed = items.filter((item) => item.outcome !== "unchanged").length;
  return changed === 0 ? "Synced: nothing new in git" : `Synced: ${changed} of ${items.length} changed`;
}

/** How many are in which state, in one sentence. */
export function summary(items: readonly { state: string }[]): string {
  const count = items.length === 1 ? "1 repository" : `${items.length} repositories`;
  const broken = items.filter((item) => item.state === "broken").length;
  const behind = items.filter((item) => item.state === "behind").length;
  const never = items.filter((item) => item.state === "never").length;
  if (items.length === 0) return "No repository";
  if (broken + behind + never === 0) return `${count}, all in service as git has them`;
  const parts = [
    broken && `${broken} broken`,
    behind && `${behind} behind`,
    never && `${never} never synced`,
  ];
  return [count, ...parts.filter(Boolean)].join(", ");
}

/** What is to be mended first: then that is the one thing to do, not another sync of the same. */
export function firstBroken(items: readonly Schemas["RepositorySync"][]) {
  for (const repository of items) {
    const file = repository.brokenFiles.find((each) => each.state === "stale_invalid");
    if (file) return { file, repository };
  }
  for (const repository of items) {
    const file = repository.brokenFiles.find((each) => canOpen(each, repository));
    if (file) return { file, repository };
  }
  return null;
}

export function SyncPage() {
  const sync = useQuery(syncQuery);
  const me = useQuery(meQuery);
  const now = useSyncNow();
  const history = useHistory();
  const mayNot = me.data && !me.data.permissions.includes("propose") ? "Your role may not sync" : null;
  const last = sync.data?.history[0];
  const first = firstBroken(sync.data?.items ?? []);
  const told = useTold();
  const owner = me.data?.permissions.includes("raise_trust") ?? false;
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
        <>
          <Button
            look={first ? "plain" : "primary"}
            blocked={mayNot}
            busy={now.isPending}
            onClick={() => now.mutate()}
          >
            <RefreshCw className={`icon${now.isPending ? " spin" : ""}`} aria-hidden />
            {now.isPending ? "Syncing…" : "Sync now"}
          </Button>
          {first ? <LineLink {...first} look="btn btn--primary" /> : null}
        </>
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
              <TheFile told={told} items={found.items} />
              {found.items.map((item) => (
                <Repository
                  key={item.id}
                  item={item}
                  permissions={me.data?.permissions ?? []}
                  path={told?.repository === item.name ? told.path : undefined}
                />
              ))}
              {owner ? <Adding forge={found.items[0]?.forge ?? "builtin"} /> : null}
              <SectionHead title="History">
                What each sync did, newest first; the newest 200 of a repository are kept.
              </SectionHead>
              <Result query={history} what="the history">
                {(runs) => <Runs runs={runs} />}
              </Result>
              <LoadMore pages={history} noun="syncs" />
            </>
          )
        }
      </Result>
    </PageFrame>
  );
}

/** Below the repositories, so that what is to be done first is alone at the top. Focus goes along. */
function Adding({ forge }: { forge: string }) {
  const [adding, setAdding] = useState(false);
  const button = useRef<HTMLDivElement>(null);
  const close = () => {
    setAdding(false);
    button.current?.querySelector("button")?.focus();
  };
  return (
    <>
      <div ref={button}>
        <Button aria-expanded={adding} onClick={() => setAdding(!adding)}>
          Add a repository
        </Button>
      </div>
      {adding ? <AddRepository forge={forge} onClose={close} /> : null}
    </>
  );
}
