/** The right side: the document as it would be. */
import type { ReactNode } from "react";
import { Loading } from "@/ui/states";
import type { ImportSession, View } from "../session";
import { CodeLeftOutCard } from "./code-left-out";
import { CoverageCard } from "./coverage";
import { HeadCard } from "./head-card";
import { Rail } from "./rail";
import { ReadingLine } from "./reading";
import { LiveProblem, LiveStatus } from "./status";
import { SuspiciousCard } from "./suspicious";

interface Props {
  view: View;
  session: ImportSession;
  /** What stands here while there is no text. */
  empty: ReactNode;
  /** What is told first about a text that was read. */
  first?: ReactNode;
}

export function PreviewPane({ view, session, empty, first }: Props) {
  const { answer, phase, problem } = view.live;
  const isOld = answer !== null && (problem !== null || view.refusal !== null);
  return (
    <>
      <div className="pane-head">
        <h2 className="title-l sr-phone">Preview</h2>
        <LiveStatus view={view} />
      </div>
      <LiveProblem view={view} again={() => session.again()} />
      {view.isEmpty ? empty : null}
      {!view.isEmpty && view.secretsLeftOut > 0 ? <LeftOut view={view} /> : null}
      {answer && !view.isEmpty ? (
        <div className={`preview${isOld ? " preview--old" : ""}`}>
          {first}
          <HeadCard preview={answer} overrides={view.overrides} />
          <ReadingLine preview={answer} />
          <SuspiciousCard preview={answer} />
          <Rail preview={answer} />
          <CodeLeftOutCard preview={answer} />
          <CoverageCard preview={answer} />
        </div>
      ) : null}
      {!answer && !view.isEmpty && !problem && !view.refusal && phase !== "idle" ? (
        <div className="card card__body">
          <Loading what="the preview" lines={6} />
        </div>
      ) : null}
    </>
  );
}

function LeftOut({ view }: { view: View }) {
  return (
    <p className="notice small" role="status">
      This draft was kept in this tab without {view.secretsLeftOut === 1 ? "its secret" : "its secrets"}; the
      variable stands there instead.
    </p>
  );
}
