/** Pull requests of the built-in forge, by state. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, CircleDashed, CircleX } from "lucide-react";
import type { ReactNode } from "react";
import { api, type Schemas, take } from "@/api/client";
import { usePages } from "@/api/pages";
import { placeOf, syncQuery } from "@/api/queries";
import { EXACT } from "@/review/exact";
import { useShortcuts } from "@/shell/shortcuts";
import { LoadMore } from "@/ui/load-more";
import { Result, Terminal } from "@/ui/page";
import { Empty, Loading } from "@/ui/states";
import { Ago } from "@/ui/time";
import { useTitle } from "@/ui/title";
import { visible } from "@/ui/visible";
import { moveFocus } from "../runbooks/move-focus";

const route = getRouteApi("/app/pulls");
const STATES = ["open", "merged", "closed"] as const;
type State = (typeof STATES)[number];

const usePulls = (state: State, repository: string | undefined) =>
  usePages(["pulls", "pages", repository ?? "", state], (cursor) =>
    take(
      api.GET("/api/v1/pulls", {
        params: { query: { state, limit: 100, ...(repository ? { repository } : {}), ...cursor } },
      }),
    ),
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
                <Link
                  className="row-link"
                  to="/pulls/$number"
                  params={{ number: String(item.number) }}
                  search={placeOf(item)}
                >
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
  const { state: asked, repository: named } = route.useSearch();
  const state = STATES.find((item) => item === asked) ?? "open";
  const sync = useQuery(syncQuery);
  const names = (sync.data?.items ?? []).map((item) => item.name);
  // A list is of one repository, so which there are has to be known first.
  const repository = names.length > 1 ? (names.find((name) => name === named) ?? names[0]) : undefined;
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
      {repository ? (
        <nav className="row filters" aria-label="By repository">
          <span className="label">Repository</span>
          {names.map((name) => (
            <Chip key={name} on={name === repository} search={searchOf(state, name)}>
              {visible(name)}
            </Chip>
          ))}
        </nav>
      ) : null}
      <nav className="row filters" aria-label="By state">
        {repository ? <span className="label">State</span> : null}
        {STATES.map((item) => (
          <Chip key={item} on={item === state} search={searchOf(item, repository)}>
            {item.charAt(0).toUpperCase() + item.slice(1)}
          </Chip>
        ))}
      </nav>
      {sync.data || sync.error ? (
        <Pulls key={`${repository ?? ""} ${state}`} state={state} repository={repository} />
      ) : (
        <Loading what="pull requests" />
      )}
    </main>
  );
}

type Search = { state?: State; repository?: string };

function searchOf(state: State, repository: string | undefined): Search {
  return { ...(repository ? { repository } : {}), ...(state === "open" ? {} : { state }) };
}

function Chip({ on, search, children }: { on: boolean; search: Search; children: ReactNode }) {
  return (
    <Link
      to="/pulls"
      search={search}
      className={`chip chip--tall${on ? " chip--on" : ""}`}
      aria-current={on ? "page" : undefined}
      activeOptions={EXACT}
    >
      {children}
    </Link>
  );
}

function Pulls({ state, repository }: { state: State; repository: string | undefined }) {
  const pulls = usePulls(state, repository);
  return (
    <Result query={pulls} what="pull requests">
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
  );
}
