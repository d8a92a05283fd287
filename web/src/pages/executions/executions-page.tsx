/** All executions, newest first; what waits for somebody stands out by its words. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { Schemas } from "@/api/client";
import { executionsQuery } from "@/api/queries";
import { More, PageFrame, Result } from "@/ui/page";
import { Risk, type RiskWord } from "@/ui/risk";
import { Empty } from "@/ui/states";
import { Status, type StatusKind } from "@/ui/status";
import { Ago, duration, useNow } from "@/ui/time";
import { visible } from "@/ui/visible";

type Item = Schemas["ExecutionItem"];

const WORDS: Record<string, [kind: StatusKind, text: string]> = {
  pending: ["todo", "Not started"],
  preflight: ["waits", "Getting ready"],
  await_approval: ["waits", "Waits for approval"],
  await_manual: ["by-hand", "Waits for a person"],
  executing: ["running", "Running"],
  rolling_back: ["running", "Rolling back"],
  rollback_available: ["failed", "Failed"],
  paused: ["paused", "Paused"],
  manual_intervention: ["attention", "Needs somebody"],
  completed: ["done", "Completed"],
  aborted: ["stopped", "Aborted"],
};

const FILTERS = [
  { word: "open", label: "Open" },
  { word: "ended", label: "Ended" },
  { word: "all", label: "All" },
] as const;

/** The items that a filter leaves. Pure. */
export function filtered(items: readonly Item[], filter: string | undefined): readonly Item[] {
  if (filter === "open") return items.filter((item) => !item.endedAt);
  if (filter === "ended") return items.filter((item) => item.endedAt);
  return items;
}

function State({ item }: { item: Item }) {
  const [kind, text] = item.panic
    ? (["panic", "Halted by panic"] as const)
    : (WORDS[item.state] ?? ["todo", item.state]);
  return (
    <span className="row row--tight">
      <Status kind={item.unknown && !item.endedAt ? "unknown" : kind}>
        {item.unknown && !item.endedAt ? "Fate unknown" : text}
      </Status>
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

export function ExecutionsPage() {
  const executions = useQuery(executionsQuery);
  const { show } = useSearch({ from: "/app/executions" });
  const navigate = useNavigate();
  return (
    <PageFrame title="Executions">
      <Result query={executions} what="executions">
        {(page) => {
          if (page.items.length === 0) {
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
                  Open a runbook and start it: it asks before each step, and nothing runs before somebody
                  approves it.
                </p>
              </Empty>
            );
          }
          const items = filtered(page.items, show);
          return (
            <>
              <fieldset className="switch" aria-label="Which executions">
                {FILTERS.map((one) => (
                  <button
                    key={one.word}
                    type="button"
                    aria-pressed={(show ?? "all") === one.word}
                    onClick={() =>
                      void navigate({
                        to: "/executions",
                        search: one.word === "all" ? {} : { show: one.word },
                      })
                    }
                  >
                    {one.label} <span className="faint n">{filtered(page.items, one.word).length}</span>
                  </button>
                ))}
              </fieldset>
              {items.length > 0 ? <List items={items} /> : <p className="dim">None of them.</p>}
              <More page={page} command="dd0c executions" />
            </>
          );
        }}
      </Result>
    </PageFrame>
  );
}
