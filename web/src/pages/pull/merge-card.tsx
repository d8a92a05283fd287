/** Merge, with every reason why not; close, and the check again. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { GitMerge } from "lucide-react";
import { useState } from "react";
import { api, once, take } from "@/api/client";
import { meQuery, queryClient } from "@/api/queries";
import type { Pull, Review } from "@/review/queries";
import { useIsLost } from "@/shell/live";
import { useToast } from "@/shell/toast";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/overlay";
import { Commit } from "@/ui/page";
import { useSettled } from "@/ui/settled";
import { ErrorBox } from "@/ui/states";
import { Ago } from "@/ui/time";
import { visible } from "@/ui/visible";
import { mergeReasons, type Reason } from "./merge-reasons";

export interface MergeState {
  reasons: readonly Reason[];
  /** Whether it could be merged for long enough to be meant by a click. */
  ready: boolean;
  busy: boolean;
  error: unknown;
  merge: () => void;
}

/** What the merge buttons of the page share: one state, wherever they stand. */
export function useMerge(pull: Pull | undefined, review: Review | undefined, seenHead: string): MergeState {
  const me = useQuery(meQuery);
  const lost = useIsLost();
  const say = useToast();
  const merge = useMutation({
    mutationFn: ({ number, repository }: Pull) =>
      once(["merge", repository, number, seenHead], (key) =>
        take(
          api.POST("/api/v1/pulls/{number}/merge", {
            params: { path: { number }, query: { repository }, header: { "Idempotency-Key": key } },
            body: { expectedHead: seenHead },
          }),
        ),
      ),
    onSuccess: async (done) => {
      say(
        done.sync.outcome === "failed"
          ? `Merged. The sync after it failed: see Sync.`
          : `Merged into the branch and ${done.sync.outcome} at ${done.sync.commit?.slice(0, 10) ?? "it"}.`,
      );
      await queryClient.invalidateQueries();
    },
    onError: () => void queryClient.invalidateQueries({ queryKey: ["pulls"] }),
  });
  const reasons =
    pull && me.data
      ? mergeReasons({
          pull,
          review,
          seenHead,
          lost,
          permissions: me.data.permissions,
          role: me.data.role,
        })
      : [{ short: "loading", text: "Not known yet." }];
  const ready = useSettled(
    JSON.stringify([pull?.number, seenHead, review?.head, reasons.map((reason) => reason.short)]),
  );
  return {
    reasons,
    ready,
    busy: merge.isPending,
    error: merge.error,
    merge: () => {
      if (pull && ready && reasons.length === 0) merge.mutate(pull);
    },
  };
}

export function MergeButton({
  pull,
  state,
  className,
}: {
  pull: Pull;
  state: MergeState;
  className?: string;
}) {
  const [first] = state.reasons;
  return (
    <Button
      look="primary"
      className={className ?? ""}
      blocked={first ? first.text : null}
      busy={state.busy}
      ready={state.ready}
      onClick={state.merge}
    >
      <GitMerge className="icon" aria-hidden />
      {state.busy ? "Merging…" : `Merge into ${visible(pull.base)}`}
    </Button>
  );
}

function useCheck({ number, repository }: Pull) {
  return useMutation({
    mutationFn: () =>
      once(["check", repository, number], (key) =>
        take(
          api.POST("/api/v1/pulls/{number}/check", {
            params: { path: { number }, query: { repository }, header: { "Idempotency-Key": key } },
          }),
        ),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["pulls"] }),
  });
}

function Reasons({ pull, state, reload }: { pull: Pull; state: MergeState; reload: () => void }) {
  const check = useCheck(pull);
  const me = useQuery(meQuery).data;
  const mayNot = me?.permissions.includes("propose") ? null : "Your role may not run the check";
  return (
    <ul className="stack small merge-why" aria-label="Why it can't be merged now">
      {state.reasons.map((reason) => (
        <li key={reason.short}>
          <strong className="ink">{visible(reason.text)}</strong> {reason.hint}
          {reason.action === "reload" ? (
            <p className="gap-top">
              <Button onClick={reload}>Show the new commits</Button>
            </p>
          ) : null}
          {reason.action === "check" ? (
            <p className="gap-top">
              <Button blocked={mayNot} busy={check.isPending} onClick={() => check.mutate()}>
                {check.isPending ? "Checking…" : "Run the check"}
              </Button>
            </p>
          ) : null}
        </li>
      ))}
      {check.error ? (
        <li>
          <ErrorBox error={check.error} />
        </li>
      ) : null}
    </ul>
  );
}

function Settled({ pull }: { pull: Pull }) {
  if (pull.state === "merged") {
    return (
      <p className="small dim">
        <strong className="ink">Merged</strong> <Ago at={pull.mergedAt} /> by{" "}
        {visible(pull.mergedByEmail ?? pull.mergedBy ?? "somebody")}, as <Commit oid={pull.mergeCommit} />.
      </p>
    );
  }
  return (
    <p className="small dim">
      <strong className="ink">Closed without merging.</strong> Proposing the same again opens it again.
    </p>
  );
}

export function MergeCard({ pull, state, reload }: { pull: Pull; state: MergeState; reload: () => void }) {
  return (
    <section className="card card__body stack" aria-label="Merge">
      {pull.state === "open" ? (
        <>
          <MergeButton pull={pull} state={state} />
          {state.reasons.length > 0 ? (
            <Reasons pull={pull} state={state} reload={reload} />
          ) : (
            <p className="small dim merge-why">
              Exactly <Commit oid={pull.head} />, squashed. It is checked once more before.
            </p>
          )}
        </>
      ) : (
        <Settled pull={pull} />
      )}
      {state.error ? <ErrorBox error={state.error} /> : null}
    </section>
  );
}

export function CloseButton({ pull }: { pull: Pull }) {
  const [asking, setAsking] = useState(false);
  const me = useQuery(meQuery);
  const say = useToast();
  const close = useMutation({
    mutationFn: () =>
      once(["close", pull.repository, pull.number], (key) =>
        take(
          api.POST("/api/v1/pulls/{number}/close", {
            params: {
              path: { number: pull.number },
              query: { repository: pull.repository },
              header: { "Idempotency-Key": key },
            },
          }),
        ),
      ),
    onSuccess: async () => {
      setAsking(false);
      say(`Pull request #${pull.number} is closed.`);
      await queryClient.invalidateQueries({ queryKey: ["pulls"] });
    },
  });
  const mayNot = me.data && !me.data.permissions.includes("propose") ? "Your role may not close it" : null;
  return (
    <>
      <Button blocked={mayNot} onClick={() => setAsking(true)}>
        Close
      </Button>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Close pull request #${pull.number}?`}
        description="Nothing of it comes into service. Proposing the same again opens it again."
        action={
          <Button look="primary" busy={close.isPending} onClick={() => close.mutate()}>
            Close without merging
          </Button>
        }
      >
        {close.error ? <ErrorBox error={close.error} /> : null}
      </Confirm>
    </>
  );
}
