/** Beside the change: merge, what the check says, and what a merge does. */
import { CircleAlert, CircleCheck, CircleX } from "lucide-react";
import type { Pull, Review } from "@/review/queries";
import { Commit } from "@/ui/page";
import { visible, visibleCode } from "@/ui/visible";
import { MergeCard, type MergeState } from "./merge-card";
import { Reviewers } from "./reviewers";

const STATUS = {
  pass: { Icon: CircleCheck, word: "Passes" },
  attention: { Icon: CircleAlert, word: "Passes, look at it" },
  fail: { Icon: CircleX, word: "Fails" },
};

const LEVELS = { error: "Error", attention: "To look at", warning: "Warning" };

function Note({ note }: { note: Review["notes"][number] }) {
  const Icon = note.level === "error" ? CircleX : CircleAlert;
  return (
    <li className="row">
      <Icon className="icon" aria-hidden />
      <span className="wrap">
        <strong>{LEVELS[note.level]}</strong>: {visible(note.message)}
        <br />
        <code className="faint">
          {visibleCode(note.path)}
          {note.line ? `:${note.line}` : ""}
        </code>
        {note.hint ? <span className="dim block">{visible(note.hint)}</span> : null}
      </span>
    </li>
  );
}

function Checks({ pull, review }: { pull: Pull; review: Review | undefined }) {
  const notes = review?.notes ?? [];
  const loud = notes.filter((note) => note.level !== "warning");
  const quiet = notes.filter((note) => note.level === "warning");
  return (
    <section>
      <h2>Checks</h2>
      <ul className="line-list small">
        {pull.checks.map((check) => {
          const { Icon, word } = STATUS[check.status];
          return (
            <li className="row" key={check.name}>
              <Icon className="icon" aria-hidden />
              <span>
                <strong>{word}</strong>: {visible(check.title)}
                <br />
                <code className="faint">{visibleCode(check.name)}</code>
              </span>
            </li>
          );
        })}
        {pull.checks.length === 0 ? <li className="dim">No check has run yet.</li> : null}
        {loud.slice(0, 20).map((note, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: notes have no identity but their order.
          <Note key={index} note={note} />
        ))}
      </ul>
      {quiet.length > 0 ? (
        <details className="small warnings">
          <summary>
            {quiet.length} {quiet.length === 1 ? "warning" : "warnings"},{" "}
            {quiet.length === 1 ? "it does" : "they do"} not block
          </summary>
          <ul className="line-list">
            {quiet.slice(0, 50).map((note, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: notes have no identity but their order.
              <Note key={index} note={note} />
            ))}
          </ul>
        </details>
      ) : (
        <p className="small dim warnings">{review ? "No warnings" : "Reading the warnings…"}</p>
      )}
    </section>
  );
}

interface Props {
  pull: Pull;
  review: Review | undefined;
  seenHead: string;
  state: MergeState;
  reload: () => void;
}

export function Aside({ pull, review, seenHead, state, reload }: Props) {
  return (
    <aside className="stack stack--wide" aria-label="Merge, reviewers and checks">
      <MergeCard pull={pull} state={state} reload={reload} />
      <Reviewers pull={pull} review={review} seenHead={seenHead} />
      <Checks pull={pull} review={review} />
      <section>
        <h2>{pull.state === "merged" ? "What the merge did" : "If you merge"}</h2>
        <p className="small dim">
          Sync makes the merged version current within seconds. Executions that run now stay on the version
          that they began with.
        </p>
        <p className="small dim">
          Compared with{" "}
          {review ? <Commit oid={review.base} /> : <code className="invisible">0123456789</code>}, where the
          branch left {visible(pull.base)}.
        </p>
      </section>
    </aside>
  );
}
