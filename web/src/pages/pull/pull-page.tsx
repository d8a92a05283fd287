/** One pull request: what changes at 3 a.m., why, and the merge. Readable on a phone between two meetings. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { GitMerge, GitPullRequest, GitPullRequestClosed } from "lucide-react";
import { useEffect, useState } from "react";
import { placeOf, pullQuery, queryClient } from "@/api/queries";
import { EXACT } from "@/review/exact";
import { FieldChanges } from "@/review/fields";
import { OutlookCard } from "@/review/outlook";
import { type Pull, type Review, reviewQuery } from "@/review/queries";
import { settingsNames } from "@/review/rule-words";
import { SettingsCard } from "@/review/settings-card";
import { StepsTable } from "@/review/steps-table";
import { fieldName, isTouched, sideOf, weightiest } from "@/review/words";
import { ErrorBox, Loading } from "@/ui/states";
import { Ago } from "@/ui/time";
import { useTitle } from "@/ui/title";
import { visible } from "@/ui/visible";
import { Aside } from "./aside";
import { ConversationTab } from "./conversation-tab";
import { DecisionsTab } from "./decisions-tab";
import { DocumentTab } from "./document-tab";
import { FilesTab } from "./files-tab";
import { CloseButton, MergeButton, type MergeState, useMerge } from "./merge-card";
import { NotShown } from "./not-shown";
import { SourceTab } from "./source-tab";

const route = getRouteApi("/app/pulls/$number");

const TABS = [
  { id: "review", label: "Review" },
  { id: "document", label: "Document" },
  { id: "files", label: "Files" },
  { id: "source", label: "Source" },
  { id: "decisions", label: "Decision log" },
  { id: "conversation", label: "Conversation" },
] as const;
type Tab = (typeof TABS)[number]["id"];

const STATES = {
  open: { Icon: GitPullRequest, word: "Open" },
  merged: { Icon: GitMerge, word: "Merged" },
  closed: { Icon: GitPullRequestClosed, word: "Closed" },
};

/** One runbook that is there already (a new file that does not load is none), and no policy or flags. */
function isOneKnown({ runbooks, settings }: Review): boolean {
  return runbooks.length === 1 && runbooks[0]?.before != null && settings.length === 0;
}

function changedNames(review: Review | undefined): string {
  const { runbooks = [], settings = [] } = review ?? {};
  const one = runbooks.length === 1 ? (runbooks[0]?.name ?? "") : `${runbooks.length} runbooks`;
  if (settings.length === 0) return runbooks.length === 0 ? "no runbook" : one;
  return runbooks.length === 0 ? settingsNames(settings) : `${one}, ${settingsNames(settings)}`;
}

function Head({ pull, review }: { pull: Pull; review: Review | undefined }) {
  const { Icon, word } = STATES[pull.state];
  const names = review?.runbooks ?? [];
  return (
    <div className="page-head">
      <div>
        <h1>
          {visible(pull.title)} <span className="faint regular">#{pull.number}</span>
        </h1>
        <div className="meta">
          <span className="tag tag--solid">
            <Icon className="icon" aria-hidden /> {word}
          </span>
          <span className="inline wrap">
            {visible(pull.authorEmail ?? pull.author)} proposes a change{review ? " to " : ""}
            {review === undefined ? null : isOneKnown(review) && names[0] ? (
              <Link to="/runbooks/$runbook" params={{ runbook: names[0].name }}>
                {visible(names[0].name)}
              </Link>
            ) : (
              <strong>{visible(changedNames(review))}</strong>
            )}
          </span>
          <span className="faint">
            <Ago at={pull.createdAt} />
          </span>
        </div>
      </div>
      {pull.state === "open" ? (
        <div className="row">
          <CloseButton pull={pull} />
        </div>
      ) : null}
      {pull.state === "merged" && names.length === 1 && names[0]?.change !== "retired" ? (
        <Link className="btn" to="/runbooks/$runbook" params={{ runbook: names[0]?.name ?? "" }}>
          Open the runbook
        </Link>
      ) : null}
    </div>
  );
}

function countOf(tab: Tab, review: Review | undefined, pull: Pull): number {
  if (tab === "conversation") return pull.comments.length;
  if (tab !== "review" || !review) return 0;
  return review.runbooks.flatMap((change) => change.steps).filter(isTouched).length;
}

function Tabs({ tab, pull, review }: { tab: Tab; pull: Pull; review: Review | undefined }) {
  return (
    <nav className="tabs" aria-label="Pull request">
      {TABS.map((item) => {
        const count = countOf(item.id, review, pull);
        return (
          <Link
            key={item.id}
            from="/pulls/$number"
            to="/pulls/$number"
            params={{ number: String(pull.number) }}
            search={{ ...placeOf(pull), ...(item.id === "review" ? {} : { tab: item.id }) }}
            resetScroll={false}
            aria-current={item.id === tab ? "page" : undefined}
            activeOptions={EXACT}
          >
            {item.label}
            {count > 0 ? <span className="count">{count}</span> : null}
          </Link>
        );
      })}
    </nav>
  );
}

const OUTLOOKS = 3;

/** What changes at 3 a.m., of each runbook; of many the weightiest, and where the others are. */
function Outlooks({ review }: { review: Review }) {
  const many = review.runbooks.length;
  const shown = weightiest(review.runbooks, OUTLOOKS);
  return (
    <>
      {many > 1 ? (
        <h2 className="title-l">
          What changes at 3 a.m.
          {many > OUTLOOKS ? (
            <span className="small faint">
              {" "}
              the {OUTLOOKS} weightiest of {many} runbooks; all are in Review
            </span>
          ) : null}
        </h2>
      ) : null}
      {review.settings.length > 0 && many === 0 ? <SettingsCard review={review} /> : null}
      {shown.map((change) => (
        <OutlookCard key={change.path} id={`am-${change.name}`} change={change} named={many > 1} />
      ))}
      {review.settings.length > 0 && many > 0 ? <SettingsCard review={review} /> : null}
    </>
  );
}

function ReviewTab({ pull, review }: { pull: Pull; review: Review }) {
  if (review.runbooks.length === 0) {
    return <p className="card card__body dim">It changes no runbook. What it changes is in Files.</p>;
  }
  return (
    <div className="stack stack--wide">
      {review.runbooks.map((change) => (
        <section key={change.path} aria-label={`Steps of ${visible(change.title)}`}>
          {review.runbooks.length > 1 ? <h2 className="between">{visible(change.title)}</h2> : null}
          {change.places.some((place) => place.severity === "error") ? (
            <ul className="notice small">
              {change.places
                .filter((place) => place.severity === "error")
                .map((place, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: places have no identity but their order.
                  <li key={index} className="wrap">
                    <strong>Line {place.line}</strong>: {visible(place.message)}
                    {place.hint ? <span className="dim">: {visible(place.hint)}</span> : null}
                  </li>
                ))}
            </ul>
          ) : null}
          {change.fields.length > 0 ? (
            <details className="outside" open={change.fields.length < 4}>
              <summary>
                Changed outside the steps: {change.fields.map((item) => fieldName(item.field)).join(", ")}
              </summary>
              <FieldChanges fields={change.fields} />
            </details>
          ) : null}
          {change.steps.length > 0 ? (
            <div className="card steps-card">
              <StepsTable
                steps={change.steps}
                fresh={change.change === "added"}
                name={change.name}
                caption={`Classification of the ${change.steps.length} steps of ${visible(change.title)}`}
                actions={(step) => (
                  <div className="row">
                    <Link
                      className="btn"
                      to="/pulls/$number"
                      params={{ number: String(pull.number) }}
                      search={{
                        ...placeOf(pull),
                        tab: "conversation",
                        about: `Step ${sideOf(step).number}, ${sideOf(step).title}`,
                      }}
                    >
                      Comment
                    </Link>
                    <span className="small faint push not-phone">
                      <kbd className="kbd">j</kbd> <kbd className="kbd">k</kbd> next step
                    </span>
                  </div>
                )}
              />
            </div>
          ) : null}
        </section>
      ))}
      {review.leftOut ? <p className="dim">And {review.leftOut} more runbooks: see Files.</p> : null}
    </div>
  );
}

function Body({
  tab,
  pull,
  review,
  about,
}: {
  tab: Tab;
  pull: Pull;
  review: Review | undefined;
  about?: string;
}) {
  switch (tab) {
    case "files":
      return <FilesTab pull={pull} head={pull.head} />;
    case "source":
      return review ? (
        <SourceTab pull={pull} kept={review.hasSource} />
      ) : (
        <Loading what="the source text" lines={8} />
      );
    case "decisions":
      return <DecisionsTab pull={pull} head={pull.head} />;
    case "conversation":
      return <ConversationTab pull={pull} about={about} />;
    case "document":
      return review ? <DocumentTab changes={review.runbooks} /> : <Loading what="the document" lines={8} />;
    default:
      return review ? <ReviewTab pull={pull} review={review} /> : <Loading what="the review" lines={8} />;
  }
}

function Foot({ pull, state }: { pull: Pull; state: MergeState }) {
  if (pull.state !== "open") return null;
  const [first] = state.reasons;
  return (
    <section className="footbar only-phone" aria-label="Merge, in reach">
      {first ? (
        <span className="small dim">
          Merge: <strong className="ink">{first.short}</strong>
        </span>
      ) : (
        <MergeButton pull={pull} state={state} />
      )}
    </section>
  );
}

/** The head that was shown first stays what is merged, until somebody asks to see the new one. */
function useSeenHead(head: string | undefined): [string, () => void] {
  const [seen, setSeen] = useState(head ?? "");
  useEffect(() => {
    if (!seen && head) setSeen(head);
  }, [seen, head]);
  return [seen, () => setSeen(head ?? "")];
}

export function PullPage() {
  const number = Number(route.useParams().number);
  const { repository } = route.useSearch();
  // The head that was seen and a word half written are of this pull request alone.
  return <OnePull key={`${repository ?? ""} ${number}`} number={number} repository={repository} />;
}

function OnePull({ number, repository }: { number: number; repository: string | undefined }) {
  const { tab: asked, about } = route.useSearch();
  const tab = TABS.find((item) => item.id === asked)?.id ?? "review";
  const pull = useQuery(pullQuery(number, repository));
  const [seenHead, see] = useSeenHead(pull.data?.head);
  const review = useQuery({
    ...reviewQuery({ number, repository: pull.data?.repository ?? "" }, seenHead),
    enabled: seenHead !== "" && pull.data !== undefined,
  });
  const state = useMerge(pull.data, review.data, seenHead);
  useTitle(`Pull request #${number}`, pull.data?.title);
  if (!pull.data) {
    return (
      <main id="main" className="page stack">
        <h1>Pull request #{number}</h1>
        <NotShown number={number} error={pull.error} again={() => void pull.refetch()} />
      </main>
    );
  }
  const reload = () => {
    see();
    void queryClient.invalidateQueries({ queryKey: ["pulls"] });
  };
  return (
    <main id="main" className="page page--pull">
      <Head pull={pull.data} review={review.data} />
      <div className="with-aside">
        <div className="stack stack--wide">
          {pull.error ? <ErrorBox error={pull.error} again={() => void pull.refetch()} /> : null}
          {review.error ? <ErrorBox error={review.error} again={() => void review.refetch()} /> : null}
          {review.data ? (
            <Outlooks review={review.data} />
          ) : review.error ? null : (
            <div className="card card__body outlook-room">
              <Loading what="what changes at 3 a.m." lines={9} />
            </div>
          )}
          {/* Not before what stands above it: the tabs would be pushed down while somebody reaches for them. */}
          {review.data || review.error ? (
            <section aria-label={TABS.find((item) => item.id === tab)?.label}>
              <Tabs tab={tab} pull={pull.data} review={review.data} />
              <div className="tab-body">
                <Body tab={tab} pull={pull.data} review={review.data} {...(about ? { about } : {})} />
              </div>
            </section>
          ) : null}
        </div>
        <Aside pull={pull.data} review={review.data} seenHead={seenHead} state={state} reload={reload} />
      </div>
      <Foot pull={pull.data} state={state} />
    </main>
  );
}
