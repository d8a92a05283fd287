/** What changes at 3 a.m.: the first thing a reviewer reads. */
import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import { Profile, Tally, tallyOf } from "@/ui/risk";
import { visible, visibleCode } from "@/ui/visible";
import type { RunbookChange } from "./queries";
import { aloneSentence, returnSentence, simulatedWith, titleOf, waitsSentence } from "./words";

function Figure({
  label,
  before,
  after,
  children,
}: {
  label: string;
  before: string | null;
  after: string;
  children: ReactNode;
}) {
  return (
    <div>
      <span className="label">{label}</span>
      <b className="big">
        {before !== null && before !== after ? (
          <>
            <span>
              <span className="sr">before: </span>
              {before}
            </span>
            <ArrowRight className="icon" aria-hidden />
            <span className="sr">after: </span>
          </>
        ) : null}
        {after}
      </b>
      <p className="small dim">{children}</p>
    </div>
  );
}

function steps(count: number): string {
  return count === 0 ? "Nothing" : `${count} ${count === 1 ? "step" : "steps"}`;
}

function returns(number: number | null | undefined): string {
  return number == null ? "None" : `Step ${number}`;
}

function Figures({ change }: { change: RunbookChange }) {
  const { before, after } = change;
  return (
    <div className="delta">
      <Figure
        label="Runs by itself"
        before={before ? steps(before.runsByItself) : null}
        after={steps(after?.runsByItself ?? 0)}
      >
        {visible(aloneSentence(change))}
      </Figure>
      <Figure
        label="Waits for a person"
        before={before ? steps(before.waits) : null}
        after={steps(after?.waits ?? 0)}
      >
        {waitsSentence(change)}
      </Figure>
      <Figure
        label="Point of no return"
        before={before ? returns(before.pointOfNoReturn) : null}
        after={returns(after?.pointOfNoReturn)}
      >
        {visible(returnSentence(change))}
      </Figure>
    </div>
  );
}

function News({
  title,
  items,
  none,
  note,
}: {
  title: string;
  items: RunbookChange["newVerbs"];
  none: string;
  note?: string;
}) {
  const shown = items.slice(0, 8);
  return (
    <div>
      <h3>{title}</h3>
      {items.length === 0 ? <p className="small dim">{none}</p> : null}
      {shown.map((item) => (
        <p className="plus" key={item.name}>
          <span>
            <code>{visibleCode(item.name)}</code>
            <span className="small dim">
              {" "}
              {item.detail && item.detail.length < 60 && !item.detail.includes("\n")
                ? `${visible(item.detail)}, `
                : ""}
              step {item.step}
            </span>
          </span>
        </p>
      ))}
      {items.length > shown.length ? (
        <p className="small dim">and {items.length - shown.length} more</p>
      ) : null}
      {note ? <p className="small dim">{note}</p> : null}
    </div>
  );
}

function AllNews({ change }: { change: RunbookChange }) {
  return (
    <div className="delta delta--4 delta--news">
      <News title="New verbs" items={change.newVerbs} none="None that the scanner did not see before" />
      <News title="New resources" items={change.newResources} none="None that it names" />
      <News title="Where it runs" items={change.newTargets} none="On the same agents as before" />
      <News
        title="New privileges"
        items={change.newPrivileges}
        none={change.before ? "No secret and no sudo that it did not have" : "No secret, no sudo"}
        note="Rights in clouds, clusters and databases are not known to the scanner."
      />
    </div>
  );
}

function Profiles({ change }: { change: RunbookChange }) {
  const { before, after } = change;
  const newest = after ?? before;
  return (
    <div className="card__body profiles">
      {before ? (
        <>
          <span className="label">Before</span>
          <Profile risks={before.profile} />
        </>
      ) : null}
      {before && after ? <ArrowRight className="icon faint" aria-hidden /> : null}
      {after ? (
        <>
          <span className="label">{before ? "After" : "Step by step"}</span>
          <Profile risks={after.profile} />
        </>
      ) : null}
      {newest ? (
        <span className="push">
          <Tally counts={tallyOf(newest.profile)} />
        </span>
      ) : null}
    </div>
  );
}

interface Props {
  change: RunbookChange;
  id: string;
  /** One of several: the card says whose it is. */
  named?: boolean;
}

export function OutlookCard({ change, id, named = false }: Props) {
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card__head">
        <h2 id={id} className="title-l">
          {named ? visible(change.title) : "What changes at 3 a.m."}
        </h2>
        <span className="push small faint">
          {change.after ? `simulated with ${simulatedWith(change.after)}` : titleOf(change)}
        </span>
      </div>
      {change.oldPath ? (
        <p className="card__body moved small dim wrap">
          Its file moves from <code>{visibleCode(change.oldPath)}</code> to{" "}
          <code>{visibleCode(change.path)}</code>.
        </p>
      ) : null}
      {change.change === "broken" ? (
        <p className="card__body">Nothing: the file does not load, so it can't be merged. See the check.</p>
      ) : (
        <>
          <Figures change={change} />
          <Profiles change={change} />
          {change.after ? <AllNews change={change} /> : null}
        </>
      )}
    </section>
  );
}
