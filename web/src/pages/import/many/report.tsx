/** A row a document: what it would become, how risky, what is open, how much was read, and what became of it. */
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, Lock, ShieldAlert, Sparkles } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/ui/button";
import { Tally } from "@/ui/risk";
import { visible, visibleCode } from "@/ui/visible";
import { count } from "../wording";
import type { Row } from "./many-import";
import {
  type Column,
  KIND_WORDS,
  type Kind,
  kindOf,
  kindsOf,
  placeOfOpened,
  sortedRows,
  stateText,
} from "./wording";

const SHOWN = 200;
const COLUMNS: readonly { column: Column; head: string }[] = [
  { column: "file", head: "Document" },
  { column: "steps", head: "Steps" },
  { column: "risk", head: "Risks" },
  { column: "questions", head: "Questions" },
  { column: "code", head: "Code left" },
  { column: "read", head: "Read" },
  { column: "state", head: "State" },
];

export interface ReportSearch {
  sort?: string;
  show?: string;
}

/** `-risk` is the order of the column the other way round. */
function orderOf(search: ReportSearch): { column: Column; isReversed: boolean } {
  const name = search.sort?.replace(/^-/, "");
  const known = COLUMNS.find(({ column }) => column === name);
  return { column: known?.column ?? "file", isReversed: search.sort?.startsWith("-") ?? false };
}

interface ReportProps {
  rows: readonly Row[];
  search: ReportSearch;
  /** While the documents are being read, the bar stands in the place of the filters. */
  isBusy: boolean;
}

export function Report({ rows, search, isBusy }: ReportProps) {
  const navigate = useNavigate();
  const [all, setAll] = useState(false);
  const order = orderOf(search);
  const shown = rows.filter((row) => !search.show || kindOf(row) === search.show);
  const sorted = sortedRows(shown, order.column, order.isReversed);
  const sort = (column: Column) => {
    const again = column === order.column && !order.isReversed;
    void navigate({
      to: "/import/many",
      search: { ...search, sort: again ? `-${column}` : column },
      replace: true,
      resetScroll: false,
    });
  };
  return (
    <>
      {isBusy ? null : <Filters rows={rows} search={search} sort={sort} column={order.column} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section className="card scroll-x" tabIndex={0} aria-label="Report of the documents">
        <table className="table table--stacked table--many">
          <caption className="sr">
            Documents with steps, risks, questions, code that reads like commands and is in no step, how much
            was read, and state
          </caption>
          <thead>
            <tr>
              {COLUMNS.map(({ column, head }) => (
                <Head key={column} head={head} order={order} column={column} sort={sort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, all ? undefined : SHOWN).map((row) => (
              <ReportRow key={row.at} row={row} search={search} />
            ))}
          </tbody>
        </table>
      </section>
      {!all && sorted.length > SHOWN ? (
        <p className="row">
          <Button onClick={() => setAll(true)}>
            Show all {sorted.length.toLocaleString("en")} documents
          </Button>
          <span className="faint small">{SHOWN} shown</span>
        </p>
      ) : null}
    </>
  );
}

interface HeadProps {
  head: string;
  column: Column;
  order: { column: Column; isReversed: boolean };
  sort: (column: Column) => void;
}

function Head({ head, column, order, sort }: HeadProps) {
  const isOn = column === order.column;
  const Arrow = order.isReversed ? ArrowUp : ArrowDown;
  return (
    <th scope="col" aria-sort={isOn ? (order.isReversed ? "descending" : "ascending") : undefined}>
      <button type="button" className="sort" onClick={() => sort(column)}>
        {head}
        {isOn ? <Arrow className="icon" aria-hidden /> : null}
      </button>
    </th>
  );
}

interface FiltersProps {
  rows: readonly Row[];
  search: ReportSearch;
  sort: (column: Column) => void;
  column: Column;
}

/** Which rows are shown, and on a phone, where the heads are not, their order. */
function Filters({ rows, search, sort, column }: FiltersProps) {
  const chips: [Kind | null, number][] = [[null, rows.length], ...kindsOf(rows)];
  return (
    <div className="filters many-status">
      {chips.map(([kind, number]) => {
        const isOn = (search.show ?? null) === kind;
        const { show: _, ...rest } = search;
        return (
          <Link
            key={kind ?? "all"}
            to="/import/many"
            search={kind ? { ...rest, show: kind } : rest}
            replace
            resetScroll={false}
            className={`chip chip--tall${isOn ? " chip--on" : ""}`}
            aria-current={isOn ? "true" : undefined}
          >
            {kind ? KIND_WORDS[kind] : "all"} <span className="faint">{number.toLocaleString("en")}</span>
          </Link>
        );
      })}
      <select
        className="chip chip--tall chip--select only-phone"
        aria-label="Order"
        value={column}
        onChange={(event) => sort(event.target.value as Column)}
      >
        {COLUMNS.map((item) => (
          <option key={item.column} value={item.column}>
            by {item.head.toLowerCase()}
          </option>
        ))}
      </select>
    </div>
  );
}

function ReportRow({ row, search }: { row: Row; search: ReportSearch }) {
  const isRead = typeof row.steps === "number";
  return (
    <tr data-outcome={row.outcome}>
      <td className="wrap">
        <Name row={row} search={search} />
      </td>
      <Cell label="Steps">{isRead ? row.steps : null}</Cell>
      <Cell label="Risks">{row.tally ? <Tally counts={row.tally} words={false} /> : null}</Cell>
      <Cell label="Questions">{isRead ? (row.ambiguities ?? 0) : null}</Cell>
      <Cell label="Code left">{isRead ? (row.codeLeftOut ?? 0) : null}</Cell>
      <Cell label="Read">
        {typeof row.coveragePermille === "number" ? `${Math.floor(row.coveragePermille / 10)} %` : null}
      </Cell>
      <td data-label="State" className="wrap">
        <span>
          {visible(stateText(row))}
          {row.pull ? (
            <>
              {" "}
              <Link to="/pulls/$number" params={{ number: String(row.pull) }} search={placeOfOpened(row)}>
                #{row.pull}
              </Link>
            </>
          ) : null}
        </span>
      </td>
    </tr>
  );
}

/** A figure; a dash, which a phone leaves out, where there is none. */
function Cell({ label, children }: { label: string; children: ReactNode }) {
  if (children !== null) {
    return (
      <td data-label={label} className="many-figure">
        {children}
      </td>
    );
  }
  return (
    <td data-label={label} className="many-none faint">
      <span aria-hidden>–</span>
      <span className="sr">none</span>
    </td>
  );
}

function Name({ row, search }: { row: Row; search: ReportSearch }) {
  const title = <strong>{visible(row.title ?? row.file.split("/").at(-1) ?? row.file)}</strong>;
  // Only what was read has a preview: the others say why there is none.
  const hasPreview = row.outcome !== "refused" && row.outcome !== "unread";
  return (
    <div className="many-name">
      {hasPreview ? (
        <Link
          className="row-link"
          to="/import/many"
          search={{ ...search, document: String(row.at) }}
          data-document={row.at}
        >
          {title}
        </Link>
      ) : (
        title
      )}
      <code className="small faint block">{visibleCode(row.file)}</code>
      <Notes row={row} />
    </div>
  );
}

/** What a person should know before the document is proposed. */
function Notes({ row }: { row: Row }) {
  const { suspicious, maskedSecrets, reading } = row;
  const differ = reading?.read ? reading.differences : 0;
  return (
    <>
      {suspicious ? (
        <span className="many-note small">
          <ShieldAlert className="icon" aria-hidden />
          {count(suspicious, "suspicious passage")}, which nothing obeyed
        </span>
      ) : null}
      {maskedSecrets ? (
        <span className="many-note small dim">
          <Lock className="icon" aria-hidden />
          {count(maskedSecrets, "secret")} masked
        </span>
      ) : null}
      {differ ? (
        <span className="many-note small dim">
          <Sparkles className="icon" aria-hidden />A model read {count(differ, "passage")} differently
        </span>
      ) : null}
      {reading && !reading.read ? (
        <span className="many-note small dim">
          <Sparkles className="icon" aria-hidden />
          {visible(reading.said)}
        </span>
      ) : null}
    </>
  );
}
