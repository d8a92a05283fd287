/** Pull requests of the built-in forge, by state. */
import { getRouteApi, Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, CircleDashed, CircleX } from "lucide-react";
import { api, type Schemas, take } from "@/api/client";
import { usePages } from "@/api/pages";
import { EXACT } from "@/review/exact";
import { useShortcuts } from "@/shell/shortcuts";
import { LoadMore } from "@/ui/load-more";
import { Result, Terminal } from "@/ui/page";
import { Empty } from "@/ui/states";
import { Ago } from "@/ui/time";
import { useTitle } from "@/ui/title";
import { visible } from "@/ui/visible";
import { moveFocus } from "../runbooks/move-focus";

const route = getRouteApi("/app/pulls");
const STATES = ["open", "merged", "closed"] as const;
type State = (typeof STATES)[number];

const usePulls = (state: State) =>
  usePages(["pulls", "pages", state], (cursor) =>
    take(api.GET("/api/v1/pulls", { params: { query: { state, limit: 100, ...cursor } } })),
  );

const CHECKS = {
  pass: { Icon: CircleCheck, word: "Passes" },
  attention: { Icon: CircleAlert, word: "Look at it" },
  fail: { Icon: CircleX, word: "Fails" },
};

function Check({ check }: { check: Schemas["CheckLine"] | null | undefined }) {
  const { Icon, word } = check ? CHECKS[check.status] : { Icon: CircleDashed, word: "Not in this list" };
  return (
    <>
      <span className="row row--tight row--one">
        <Icon className="icon" aria-hidden />
        {word}
      </span>
      {check ? <span className="small faint">{visible(check.title)}</span> : null}
    </>
  );
}

function Rows({ items }: { items: readonly Schemas["PullItem"][] }) {
  const checked = items.some((item) => item.check);
  return (
    <section className="card" aria-label="Pull requests">
      <table className="table table--list">
        <caption className="sr">Pull requests, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Pull request</th>
            <th scope="col">Proposed by</th>
            {checked ? <th scope="col">Check</th> : null}
            <th scope="col">Changed</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.number}>
              <td>
                <Link className="row-link" to="/pulls/$number" params={{ number: String(item.number) }}>
                  <strong>{visible(item.title)}</strong> <span className="faint">#{item.number}</span>
                </Link>
              </td>
              <td className="dim">{visible(item.authorEmail ?? item.author)}</td>
              {checked ? (
                <td>
                  <Check check={item.check} />
                </td>
              ) : null}
              <td>
                <Ago at={item.updatedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const EMPTY: Record<State, string> = {
  open: "No pull request is open",
  merged: "Nothing was merged yet",
  closed: "None was closed without merging",
};

export function PullsPage() {
  useTitle("Pull requests");
  const { state: asked } = route.useSearch();
  const state = STATES.find((item) => item === asked) ?? "open";
  const pulls = usePulls(state);
  useShortcuts("Pull requests", [
    { keys: "j", label: "Next", run: () => moveFocus("a.row-link", 1) },
    { keys: "k", label: "Before", run: () => moveFocus("a.row-link", -1) },
  ]);
  return (
    <main id="main" className="page">
      <div className="page-head">
        <div>
          <h1>Pull requests</h1>
          <p className="meta">A runbook comes into service by a pull request that a person merges.</p>
        </div>
      </div>
      <nav className="row filters" aria-label="By state">
        {STATES.map((item) => (
          <Link
            key={item}
            to="/pulls"
            search={item === "open" ? {} : { state: item }}
            className={`chip chip--tall${item === state ? " chip--on" : ""}`}
            aria-current={item === state ? "page" : undefined}
            activeOptions={EXACT}
          >
            {item.charAt(0).toUpperCase() + item.slice(1)}
          </Link>
        ))}
      </nav>
      <Result key={state} query={pulls} what="pull requests">
        {(items) =>
          items.length === 0 ? (
            <Empty title={EMPTY[state]}>
              <p>Import a page that you have, or edit a runbook: both open one here. Or in a terminal:</p>
              <Terminal>dd0c pr open docs/examples/disk-full.md</Terminal>
            </Empty>
          ) : (
            <>
              <Rows items={items} />
              <LoadMore pages={pulls} noun="pull requests" />
            </>
          )
        }
      </Result>
    </main>
  );
}
