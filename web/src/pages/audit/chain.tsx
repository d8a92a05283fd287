/** How far the chain was recomputed, and how one's own machine does it without trusting this server. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, type Schemas, take } from "@/api/client";
import { CopyButton } from "@/ui/copy";
import { ErrorBox } from "@/ui/states";
import { Status } from "@/ui/status";
import { Ago } from "@/ui/time";
import { visible } from "@/ui/visible";

type ChainState = Schemas["AuditChain"];

const chainQuery = queryOptions({
  queryKey: ["audit", "chain"],
  queryFn: () => take(api.GET("/api/v1/audit/chain")),
  // Each answer recomputes the next stretch: ask on until it has caught up.
  refetchInterval: (query) => (query.state.data?.state === "checking" ? 500 : 10_000),
});

/** `18 204`, with a space that does not break. */
export function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
}

export function Chain() {
  const chain = useQuery(chainQuery);
  return (
    <section className="card" aria-label="The chain">
      <div className="truth">
        <div className="truth__wide">
          <span className="label">Chain</span>
          {chain.data ? <Stands chain={chain.data} /> : <span className="faint">Reading the chain…</span>}
          {chain.error ? <ErrorBox error={chain.error} again={() => void chain.refetch()} /> : null}
        </div>
        <div>
          <span className="label">Newest signed head</span>
          <Signed checkpoint={chain.data?.checkpoint} />
        </div>
        <div>
          <span className="label">Verify it on your own machine</span>
          <span className="row row--one">
            <code>dd0c audit verify</code>
            <CopyButton text="dd0c audit verify" what="the command that verifies the chain" />
          </span>
          <span className="small faint">Reads the export, recomputes every hash, trusts nobody here.</span>
        </div>
      </div>
    </section>
  );
}

function Stands({ chain }: { chain: ChainState }) {
  if (chain.state === "broken") {
    return (
      <div role="alert">
        <strong>
          <Status kind="failed">Broken at #{count(chain.badSeq ?? 0)}</Status>
        </strong>
        <p className="small dim">
          {visible(chain.reason ?? "")}. Everything before it is as it was written. Export the trail now and
          keep it.
        </p>
      </div>
    );
  }
  const caughtUp = chain.state === "verified";
  return (
    <>
      <strong className="n">
        <Status kind={caughtUp ? "done" : "running"}>
          Verified to #{count(chain.verifiedSeq)}
          {caughtUp ? "" : ` of ${count(chain.headSeq)}…`}
        </Status>
      </strong>
      <span className="small faint">
        <Ago at={chain.verifiedAt} />, by this server: every hash recomputed from the first event on
      </span>
    </>
  );
}

function Signed({ checkpoint }: { checkpoint: ChainState["checkpoint"] }) {
  if (!checkpoint) return <span className="faint">None yet; the first comes within the hour</span>;
  return (
    <>
      <strong className="n">#{count(checkpoint.seq)}</strong>
      <span className="small faint">
        signed <Ago at={checkpoint.at} />
        {checkpoint.witness ? (
          <>
            , in git as <code title={checkpoint.witness}>{checkpoint.witness.slice(0, 10)}</code>
          </>
        ) : (
          ", not witnessed in git"
        )}
      </span>
    </>
  );
}
