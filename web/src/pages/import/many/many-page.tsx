/** Import of many documents: choose, watch them being read, look at the report, open the pull requests. */
import "./many.css";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, GitPullRequest } from "lucide-react";
import { useSyncExternalStore } from "react";
import { meQuery } from "@/api/queries";
import { useShortcuts } from "@/shell/shortcuts";
import { useToast } from "@/shell/toast";
import { Button } from "@/ui/button";
import { PageFrame } from "@/ui/page";
import { ErrorBox } from "@/ui/states";
import { visible, visibleCode } from "@/ui/visible";
import { ImportPage } from "../import-page";
import { count } from "../wording";
import { beginMany, currentMany, subscribeMany } from "./current";
import type { ManyImport, ManyView } from "./many-import";
import { Report, type ReportSearch } from "./report";
import { type Begin, DropPlace, WaysIn } from "./ways-in";
import {
  actionText,
  kindOf,
  type Opened,
  openedPulls,
  placeOfOpened,
  progressText,
  summary,
} from "./wording";

const route = getRouteApi("/app/import/many");
const FAILED_SHOWN = 5;

export function ManyPage() {
  const me = useQuery(meQuery);
  const navigate = useNavigate();
  const { document: asked, ...search } = route.useSearch();
  const owner = me.data?.id ?? "";
  const many = useSyncExternalStore(subscribeMany, () => currentMany(owner));
  if (!me.data) return null;
  const begin: Begin = (files) => {
    beginMany(owner, files);
    void navigate({ to: "/import/many", search: {} });
  };
  const mayNot = me.data.permissions.includes("propose")
    ? null
    : `Your role, ${me.data.role}, may not propose runbooks`;
  const document = many && asked !== undefined ? many.document(Number(asked)) : null;
  if (many && document) {
    const at = Number(asked);
    return (
      <ImportPage
        key={at}
        given={{
          document,
          back: <BackToReport search={search} />,
          opened: (pull, repository) => many.opened(at, pull, repository),
        }}
      />
    );
  }
  // Another import is another page: nothing of the one before may stand in it.
  return <Many key={beginnings(many)} many={many} begin={begin} mayNot={mayNot} search={search} />;
}

const numbers = new WeakMap<ManyImport, number>();
let beginning = 0;

function beginnings(many: ManyImport | null): number {
  if (!many) return 0;
  const known = numbers.get(many) ?? ++beginning;
  numbers.set(many, known);
  return known;
}

function BackToReport({ search }: { search: ReportSearch }) {
  return (
    <Link to="/import/many" search={search} className="btn btn--quiet">
      <ArrowLeft className="icon" aria-hidden />
      Report
    </Link>
  );
}

const NOTHING: ManyView = {
  phase: "report",
  done: 0,
  of: 0,
  rows: [],
  others: 0,
  refusal: null,
  problem: null,
  waits: null,
  pulls: 0,
};
const never = () => () => undefined;

interface ManyProps {
  many: ManyImport | null;
  begin: Begin;
  mayNot: string | null;
  search: ReportSearch;
}

function Many({ many, begin, mayNot, search }: ManyProps) {
  const view = useSyncExternalStore(many?.subscribe ?? never, many?.snapshot ?? (() => NOTHING));
  const isBusy = view.phase !== "report";
  useKeys();
  return (
    <DropPlace begin={begin} off={isBusy || mayNot !== null}>
      <PageFrame
        title="Import many documents"
        meta={
          view.rows.length > 0 ? visible(summary(view.rows)) : "A folder, a ZIP, or several files at once"
        }
        action={<Others begin={begin} view={view} mayNot={mayNot} />}
      >
        <Told view={view} mayNot={mayNot} />
        {view.rows.length === 0 && !isBusy && !mayNot ? (
          <Choosing begin={begin} wasHere={many !== null} />
        ) : null}
        {many && isBusy && !isShown(view) ? <Progress many={many} view={view} /> : null}
        {many && view.problem ? <ErrorBox error={view.problem} again={() => void goOn(many)} /> : null}
        <Documents many={many} view={view} search={search} />
      </PageFrame>
      {many && view.rows.length > 0 ? <Footbar many={many} view={view} mayNot={mayNot} /> : null}
    </DropPlace>
  );
}

/** Choosing others, where there is something already or about to be: what stands below does not move then. */
function Others({ begin, view, mayNot }: { begin: Begin; view: ManyView; mayNot: string | null }) {
  if (view.rows.length === 0 && view.phase === "report") return null;
  const busy = view.phase === "report" ? null : "The documents are being read";
  return <WaysIn begin={begin} blocked={mayNot ?? busy} />;
}

/** Why nothing can be chosen, or was taken of what was. */
function Told({ view, mayNot }: { view: ManyView; mayNot: string | null }) {
  if (mayNot) return <p className="notice">{mayNot}.</p>;
  if (!view.refusal) return null;
  return (
    <p className="notice" role="alert">
      {visible(view.refusal)}
    </p>
  );
}

interface DocumentsProps {
  many: ManyImport | null;
  view: ManyView;
  search: ReportSearch;
}

/** The report comes when all files were read: what can't be read stands above it, and would push it down. */
function isShown(view: ManyView): boolean {
  return view.rows.length > 0 && view.phase !== "gathering";
}

function Documents({ many, view, search }: DocumentsProps) {
  if (!many || !isShown(view)) return null;
  return (
    <>
      <Failed view={view} />
      {view.phase === "report" ? null : <Progress many={many} view={view} />}
      <Report rows={view.rows} search={search} isBusy={view.phase !== "report"} />
      {view.others > 0 ? (
        <p className="faint small">{count(view.others, "file")} of other kinds were left alone.</p>
      ) : null}
    </>
  );
}

/** What was stopped in the middle goes on where it was. */
function goOn(many: ManyImport): Promise<void> {
  const isUnread = many.snapshot().rows.some((row) => row.outcome === "unread");
  return isUnread ? many.look() : many.open();
}

function Choosing({ begin, wasHere }: { begin: Begin; wasHere: boolean }) {
  return (
    <section className="card">
      <div className="card__body stack empty-state">
        <h2 className="title-l">Drop a folder or a ZIP anywhere here</h2>
        <p className="dim">
          A wiki export as HTML, a repository's docs, a folder of notes. Each document is read by itself; you
          see its steps, risks and open questions before anything is proposed.
        </p>
        <ul className="bullets dim">
          <li>Nothing is uploaded as a file, unpacked to a disk, fetched or run.</li>
          <li>One that can't be read stops no other one, and says why.</li>
          <li>
            What was imported before is not imported again
            {wasHere ? "" : ": after a reload, choose the same files"}.
          </li>
        </ul>
        <WaysIn begin={begin} />
        <p className="small faint">
          One document only? <Link to="/import">Paste it</Link>. More than a tab can hold, or a space export
          in XML? <code>dd0c import EXPORT.zip</code>
        </p>
      </div>
    </section>
  );
}

function Progress({ many, view }: { many: ManyImport; view: ManyView }) {
  const text = progressText(view);
  return (
    <section className="many-status" aria-label="Progress">
      <progress
        className="many-bar"
        aria-label={text}
        max={Math.max(1, view.of)}
        {...(view.phase === "gathering" ? {} : { value: view.done })}
      />
      <span role="status" className="small">
        {text}
      </span>
      <Button onClick={() => many.stop()}>Stop</Button>
    </section>
  );
}

/** What can't be read, and why, before anything else is looked at. */
function Failed({ view }: { view: ManyView }) {
  const failed = view.rows.filter((row) => kindOf(row) === "refused");
  if (failed.length === 0) return null;
  const more = failed.length - FAILED_SHOWN;
  return (
    <section className="notice stack" aria-label="Not read">
      <p>
        <strong>{count(failed.length, "document")} can't be read.</strong> The others go on without{" "}
        {failed.length === 1 ? "it" : "them"}.
      </p>
      <ul className="set-aside small">
        {failed.slice(0, FAILED_SHOWN).map((row) => (
          <li key={row.at}>
            <code>{visibleCode(row.file)}</code>
            <span className="dim">{visible(row.reason ?? "")}</span>
          </li>
        ))}
      </ul>
      {more > 0 ? (
        <p className="small">
          <Link to="/import/many" search={{ show: "refused" }} replace resetScroll={false}>
            and {more.toLocaleString("en")} more
          </Link>
        </p>
      ) : null}
    </section>
  );
}

function Footbar({ many, view, mayNot }: { many: ManyImport; view: ManyView; mayNot: string | null }) {
  const client = useQueryClient();
  const say = useToast();
  const ready = view.rows.filter((row) => row.outcome === "ready").length;
  const unread = view.rows.filter((row) => row.outcome === "unread").length;
  const pulls = openedPulls(view.rows);
  const [first] = pulls;
  const isOpening = view.phase === "opening";
  const open = async () => {
    await many.open();
    const opened = openedPulls(many.snapshot().rows);
    if (opened.length > 0 && !many.snapshot().problem) say(`${count(opened.length, "pull request")} open`);
    void client.invalidateQueries({ queryKey: ["pulls"] });
  };
  const reason = mayNot ?? reasonAgainst(view, ready);
  return (
    <footer className="footbar">
      <p className="small dim not-phone footbar__says" role="status">
        <Says view={view} ready={ready} pulls={pulls} />
      </p>
      {unread > 0 && view.phase === "report" && !view.problem ? (
        <Button onClick={() => void many.look()}>Read the other {unread.toLocaleString("en")}</Button>
      ) : null}
      {ready === 0 && first && !isOpening ? (
        <Link
          className="btn btn--primary"
          to="/pulls/$number"
          params={{ number: String(first.number) }}
          search={placeOfOpened(first)}
          data-next="pull"
        >
          <GitPullRequest className="icon" aria-hidden />
          Review pull request #{first.number}
        </Link>
      ) : (
        <Button look="primary" blocked={reason} busy={isOpening} onClick={() => void open()}>
          <GitPullRequest className="icon" aria-hidden />
          {isOpening ? "Opening…" : actionText(view.pulls)}
        </Button>
      )}
    </footer>
  );
}

function reasonAgainst(view: ManyView, ready: number): string | null {
  if (view.phase === "gathering" || view.phase === "reading") return "The documents are being read";
  return ready === 0 && view.phase === "report" ? "There is nothing to propose" : null;
}

/** What the button does, in figures. */
function Says({ view, ready, pulls }: { view: ManyView; ready: number; pulls: readonly Opened[] }) {
  if (ready > 0) {
    const requests =
      view.pulls === 1 ? "a pull request" : `${view.pulls} pull requests, up to 50 files each,`;
    return (
      <>
        Opens {requests} with <strong>{count(ready, "runbook")}</strong>. Nothing is in service before
        somebody merges.
      </>
    );
  }
  if (pulls.length === 0) return <>{view.phase === "report" ? "There is nothing to propose." : ""}</>;
  return (
    <>
      Open:{" "}
      {pulls.map((pull, index) => (
        <span key={pull.number}>
          {index > 0 ? ", " : ""}
          <Link to="/pulls/$number" params={{ number: String(pull.number) }} search={placeOfOpened(pull)}>
            #{pull.number}
          </Link>
        </span>
      ))}
    </>
  );
}

function useKeys(): void {
  const go = (by: number) => {
    const links = [...document.querySelectorAll<HTMLElement>("[data-document]")];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  };
  useShortcuts("Import many", [
    { keys: "j", label: "Next document; Enter shows its preview", run: () => go(1) },
    { keys: "k", label: "Previous document", run: () => go(-1) },
  ]);
}
