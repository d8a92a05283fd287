/** All executions, newest first; what waits for somebody stands out by its words. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { api, type Schemas, take } from "@/api/client";
import { usePages } from "@/api/pages";
import { stateWord } from "@/ui/execution-states";
import { LoadMore } from "@/ui/load-more";
import { PageFrame, Result } from "@/ui/page";
import { Risk, type RiskWord } from "@/ui/risk";
import { Empty } from "@/ui/states";
import { RollbackTag, Status } from "@/ui/status";
import { LookSwitch } from "@/ui/switch";
import { Ago, duration, useNow } from "@/ui/time";
import { visible } from "@/ui/visible";

type Item = Schemas["ExecutionItem"];

const FILTERS = [
  { word: "open", label: "Open" },
  { word: "ended", label: "Ended" },
  { word: "all", label: "All" },
] as const;

type Show = (typeof FILTERS)[number]["word"];

/** The server narrows the list: what waits is found, however many are newer. */
function useExecutions(show: Show) {
  const state = show === "all" ? {} : { state: show };
  return usePages(["executions", "pages", show], (cursor) =>
    take(api.GET("/api/v1/executions", { params: { query: { limit: 100, ...state, ...cursor } } })),
  );
}

function State({ item }: { item: Item }) {
  const { kind, text } = stateWord(item);
  return (
    <span className="row">
      <Status kind={kind}>{text}</Status>
      {item.gateRisk && item.state === "await_approval" ? <Risk risk={item.gateRisk as RiskWord} /> : null}
    </span>
  );
}

function Took({ item }: { item: Item }) {
  const now = useNow(1_000, !item.endedAt);
  if (!item.startedAt) return <span className="faint">not started</span>;
  const end = item.endedAt ? Date.parse(item.endedAt) : now;
  return <span className="n">{duration(end - Date.parse(item.startedAt))}</span>;
}

function Row({ item }: { item: Item }) {
  return (
    <tr>
      <td>
        <Link to="/executions/$execution" params={{ execution: item.id }}>
          <strong>{visible(item.title)}</strong>
        </Link>
        {item.parentId ? <RollbackTag /> : null}
        <br />
        <span className="small faint">by {visible(item.requester ?? item.requestedBy)}</span>
      </td>
      <td>
        <State item={item} />
      </td>
      <td className="num n opt">
        {item.ended} of {item.steps}
      </td>
      <td className="num">
        <Took item={item} />
      </td>
      <td className="opt">
        <Ago at={item.createdAt} />
      </td>
    </tr>
  );
}

function List({ items }: { items: readonly Item[] }) {
  return (
    <section className="card scroll-x" aria-label="Executions">
      <table className="table table--executions">
        <caption className="sr">Executions, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Execution</th>
            <th scope="col">State</th>
            <th scope="col" className="num opt">
              Steps
            </th>
            <th scope="col" className="num">
              Took
            </th>
            <th scope="col" className="opt">
              Asked for
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={item.id} item={item} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function NothingYet() {
  return (
    <Empty
      title="Nothing has run yet"
      action={
        <Link className="btn btn--primary" to="/runbooks">
          Choose a runbook
        </Link>
      }
    >
      <p>
        Open a runbook and start it: it asks before each step, and nothing runs before somebody approves it.
      </p>
    </Empty>
  );
}

export function ExecutionsPage() {
  const search = useSearch({ from: "/app/executions" });
  const show = FILTERS.find((one) => one.word === search.show)?.word ?? "all";
  const executions = useExecutions(show);
  const navigate = useNavigate();
  const nothing = show === "all" && executions.data?.length === 0;
  return (
    <PageFrame title="Executions">
      {nothing ? null : (
        <LookSwitch
          label="Which executions"
          choices={FILTERS.map(({ word, label }) => ({ look: word, label }))}
          chosen={show}
          choose={(word) =>
            void navigate({ to: "/executions", search: word === "all" ? {} : { show: word } })
          }
        />
      )}
      <Result key={show} query={executions} what="executions">
        {(items) => {
          if (nothing) return <NothingYet />;
          return (
            <>
              {items.length > 0 ? <List items={items} /> : <p className="dim">None of them.</p>}
              <LoadMore pages={executions} noun="executions" />
            </>
          );
        }}
      </Result>
    </PageFrame>
  );
}
