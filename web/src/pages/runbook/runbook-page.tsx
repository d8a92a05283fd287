/** One runbook: its steps, where they come from, how they changed and ran; start, edit, retire. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { meQuery, runbookQuery, syncQuery } from "@/api/queries";
import { EXACT } from "@/review/exact";
import { StartButton } from "@/shell/start";
import { Profile, Tally, tallyOf } from "@/ui/risk";
import { ErrorBox, Loading } from "@/ui/states";
import { useTitle } from "@/ui/title";
import { visible, visibleCode } from "@/ui/visible";
import { type Item, type Sync, syncState, TRUST } from "../runbooks/filter";
import { Facts } from "./facts";
import { RetireButton } from "./retire";
import { Runs } from "./runs";
import { lookOf, type StepsLook, StepsView } from "./steps-view";
import { Versions } from "./versions";
import { RunbookNotShown } from "./which-runbook";

const Edit = lazy(() => import("./edit").then((found) => ({ default: found.Edit })));
const route = getRouteApi("/app/runbooks/$runbook");

const TABS = [
  { id: "steps", label: "Steps" },
  { id: "versions", label: "Versions" },
  { id: "runs", label: "Runs" },
] as const;

function Sentence({ item, sync }: { item: Item; sync: Sync | undefined }) {
  const state = syncState(item, sync);
  if (item.state === "retired") return <strong>Retired: out of service</strong>;
  if (state.kind === "broken")
    return <strong>Broken: {visible(state.detail)}. The last good version serves.</strong>;
  return (
    <span>
      {state.word} at <code>{item.commit?.slice(0, 10) ?? "no commit"}</code>
    </span>
  );
}

function Head({ item, sync, editing }: { item: Item; sync: Sync | undefined; editing: boolean }) {
  const me = useQuery(meQuery);
  const mayEdit = me.data?.permissions.includes("propose") ?? false;
  const inService = item.state !== "retired";
  return (
    <div className="page-head">
      <div>
        <h1>{visible(item.title)}</h1>
        <div className="meta">
          <code>{visibleCode(item.name)}</code>
          {item.service ? <span>{visible(item.service)}</span> : null}
          <span className="tag">{TRUST[item.trustLevel] ?? item.trustLevel}</span>
          <Sentence item={item} sync={sync} />
          <span>
            <Profile risks={item.profile} />
            <Tally counts={tallyOf(item.profile)} />
          </span>
        </div>
      </div>
      {inService && !editing ? (
        <div className="row">
          {mayEdit ? (
            <>
              <Link
                className="btn"
                to="/runbooks/$runbook"
                params={{ runbook: item.id }}
                search={{ tab: "edit" }}
                title="Opens a pull request"
              >
                Edit
              </Link>
              <RetireButton runbook={item.id} name={item.name} />
            </>
          ) : null}
          <StartButton runbook={item.id} />
        </div>
      ) : null}
    </div>
  );
}

function Tabs({ runbook, tab, look }: { runbook: string; tab: string; look: StepsLook }) {
  const view = look === "dag" ? { view: look } : {};
  return (
    <nav className="tabs" aria-label="Runbook">
      {TABS.map((item) => (
        <Link
          key={item.id}
          to="/runbooks/$runbook"
          params={{ runbook }}
          search={item.id === "steps" ? view : { ...view, tab: item.id }}
          resetScroll={false}
          aria-current={item.id === tab ? "page" : undefined}
          activeOptions={EXACT}
        >
          {item.label}
        </Link>
      ))}
    </nav>
  );
}

export function RunbookPage() {
  const { runbook } = route.useParams();
  // The text that is edited and what a question is about are of this runbook alone.
  return <OneRunbook key={runbook} runbook={runbook} />;
}

function OneRunbook({ runbook }: { runbook: string }) {
  const search = route.useSearch();
  const found = useQuery(runbookQuery(runbook));
  const sync = useQuery(syncQuery);
  const editing = search.tab === "edit";
  const tab = TABS.find((item) => item.id === search.tab)?.id ?? "steps";
  const look = lookOf(search.view);
  const item = found.data;
  useTitle("Runbook", item?.title);
  if (!item) {
    return (
      <main id="main" className="page stack">
        <h1>Runbook</h1>
        <RunbookNotShown
          name={runbook}
          error={found.error}
          tab={search.tab}
          again={() => void found.refetch()}
        />
      </main>
    );
  }
  return (
    <main id="main" className="page">
      <Head item={item} sync={sync.data} editing={editing} />
      {found.error ? <ErrorBox error={found.error} again={() => void found.refetch()} /> : null}
      {editing ? (
        <Suspense fallback={<Loading what="the editor" lines={14} />}>
          <Edit item={item} />
        </Suspense>
      ) : (
        <div className="with-aside">
          <section aria-label={TABS.find((one) => one.id === tab)?.label}>
            <Tabs runbook={runbook} tab={tab} look={look} />
            <div className="tab-body">
              {tab === "steps" ? <StepsView item={item} look={look} /> : null}
              {tab === "versions" ? (
                <Versions item={item} version={search.version} against={search.against} />
              ) : null}
              {tab === "runs" ? <Runs runbook={item.id} /> : null}
            </div>
          </section>
          <Facts item={item} sync={sync.data} />
        </div>
      )}
    </main>
  );
}
