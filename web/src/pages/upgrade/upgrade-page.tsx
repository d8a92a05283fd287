/** After an update: which verdicts moved, what holds, and the word of an owner for what is lower. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { meQuery } from "@/api/queries";
import { EXACT } from "@/review/exact";
import { LoadMore } from "@/ui/load-more";
import { PageFrame, Result } from "@/ui/page";
import { Empty } from "@/ui/states";
import { GroupCard } from "./group-card";
import { groupsOf, upgradeQuery, useMoves } from "./queries";

const route = getRouteApi("/app/upgrade");

/** What is so, in one sentence. Pure. */
export function summary(found: { waiting: number; raised: number; toLookAt: number }): string {
  const many = (count: number, one: string) => `${count} ${count === 1 ? one : `${one}s`}`;
  const parts = [];
  if (found.waiting > 0) parts.push(`${many(found.waiting, "lower verdict")} waiting for an owner`);
  if (found.raised > 0) parts.push(`${many(found.raised, "verdict")} raised`);
  if (found.toLookAt > 0) parts.push(`${many(found.toLookAt, "runbook")} still to be looked at`);
  return parts.length > 0 ? parts.join(", ") : "No verdict moved";
}

function Ways({ by }: { by: "runbook" | "rule" }) {
  return (
    <nav className="row row--tight" aria-label="Group the verdicts">
      {(["runbook", "rule"] as const).map((way) => (
        <Link
          key={way}
          to="/upgrade"
          search={way === "rule" ? { by: way } : {}}
          replace
          className={`chip chip--tall${by === way ? " chip--on" : ""}`}
          aria-current={by === way ? "true" : undefined}
          activeOptions={EXACT}
        >
          By {way}
        </Link>
      ))}
    </nav>
  );
}

export function UpgradePage() {
  const search = route.useSearch();
  const by = search.by === "rule" ? "rule" : "runbook";
  const counts = useQuery(upgradeQuery);
  const moves = useMoves();
  const me = useQuery(meQuery).data;
  const mayNot =
    me && !me.permissions.includes("accept_lower") ? "Only an owner may accept a lower verdict" : null;
  return (
    <PageFrame
      title="Verdicts after an update"
      meta={
        counts.data ? (
          <>
            <span>{summary(counts.data)}</span>
            <span>
              scanner <code>{counts.data.scannerVersion}</code>
            </span>
            <span>
              knowledge <code>{counts.data.knowledgeVersion.slice(7, 17)}</code>
            </span>
          </>
        ) : (
          <span>Reading what moved</span>
        )
      }
    >
      <Result query={moves} what="what moved">
        {(found) =>
          found.length === 0 ? (
            <Empty title="Nothing moved">
              <p>
                After an update every runbook in service is judged again. A higher verdict holds at once; a
                lower one is listed here and waits for an owner.
              </p>
            </Empty>
          ) : (
            <>
              <Ways by={by} />
              {groupsOf(found, by).map((group) => (
                <GroupCard key={group.key} group={group} mayNot={mayNot} />
              ))}
              <LoadMore pages={moves} noun="verdicts" />
            </>
          )
        }
      </Result>
    </PageFrame>
  );
}
