/** One step on the rail: what it does, how risky it is and why, what undoes it, who looked at it. */
import { CornerDownRight, KeyRound, Lock, Repeat, TriangleAlert, Undo2 } from "lucide-react";
import { memo, type ReactNode, useContext } from "react";
import { Command } from "@/ui/command";
import { PointOfNoReturn, RailStep } from "@/ui/rail";
import { Risk, riskClass, shownRisk } from "@/ui/risk";
import { visible, visibleCode } from "@/ui/visible";
import type { Difference, Question, Step } from "../answer";
import { useLit } from "../lit";
import { conditionText, keysText, lacksKey, repeatsText, rollbackText } from "../wording";
import { ImportContext } from "./context";
import { KeysHelp } from "./keys-help";
import { QuestionBox } from "./question";
import { Differences } from "./reading";

interface Props {
  step: Step;
  /** Open questions and answered ones that stand with this step. */
  questions: readonly Question[] | undefined;
  /** Where a model read otherwise, beside this step or behind it. */
  differences: readonly Difference[] | undefined;
  /** Where it stands in the source; null where an answer put it there. */
  line: number | null;
  /** When it runs, in words; null where it always does. */
  condition: string | null;
  /** How the branch is drawn at this step: as `places` of the rail says, in plain values. */
  branch: string | null;
  follows: boolean;
  rejoins: boolean;
}

export const StepItem = memo(function StepItem(props: Props) {
  const { step, questions, differences, line, condition, branch, follows, rejoins } = props;
  const lit = useLit(`step:${step.id}`);
  const risk = shownRisk(step);
  return (
    <>
      {step.pointOfNoReturn ? <PointOfNoReturn as="li" /> : null}
      <RailStep
        order={step.order}
        place={{ branch, follows, rejoins }}
        className={step.openQuestions.length > 0 ? "asks" : ""}
      >
        {questions?.map((question) => (
          <QuestionBox key={question.id} question={question} />
        ))}
        <article
          className={`card step${lit.on ? " lit-card" : ""}`}
          data-place={`step:${step.id}`}
          tabIndex={-1}
          aria-label={`Step ${step.order}`}
          {...lit.handlers}
        >
          <div className="step__head">
            <h3>{visible(step.title)}</h3>
            <Risk risk={risk} />
          </div>
          {condition ? (
            <p className="step__when small">
              <CornerDownRight className="icon" aria-hidden />
              Only if {condition}
            </p>
          ) : null}
          {step.command ? (
            <div className={riskClass(risk)}>
              <Command text={step.command} spans={step.riskSpans} risk={risk} />
            </div>
          ) : (
            <Instruction step={step} />
          )}
          {step.warning ? (
            <p className="step__warning">
              <TriangleAlert className="icon" aria-hidden />
              <span>
                <span className="sr">The text warns: </span>
                {visible(step.warning)}
              </span>
            </p>
          ) : null}
          <StepFoot step={step} line={line} />
        </article>
        <Differences found={differences} />
      </RailStep>
    </>
  );
});

function StepFoot({ step, line }: { step: Step; line: number | null }) {
  const { goTo } = useContext(ImportContext);
  const rollback = rollbackText(step.rollback);
  return (
    <div className="step__foot">
      {step.titledBy ? <span>Title by {visible(step.titledBy)}, not by the author</span> : null}
      {step.why ? <span>{visible(step.why)}</span> : null}
      {step.answers && step.answers.length > 0 ? (
        <span>Answers: {step.answers.map((answer) => visible(answer)).join(" / ")}</span>
      ) : null}
      {Object.entries(step.env ?? {}).map(([name, variable]) => (
        <With key={name} icon={<KeyRound className="icon" aria-hidden />}>
          <code>{visibleCode(name)}</code> is the secret <code>{visibleCode(variable)}</code>
        </With>
      ))}
      {step.repeats && step.repeats.length > 0 ? (
        <With icon={<Repeat className="icon" aria-hidden />}>{repeatsText(step.repeats.length)}</With>
      ) : null}
      {step.confirm ? (
        <With icon={<Lock className="icon" aria-hidden />}>
          Confirm by typing <code>{visibleCode(step.confirm)}</code>
        </With>
      ) : null}
      {rollback ? (
        <With icon={step.rollback?.command ? <Undo2 className="icon" aria-hidden /> : null}>
          {visibleCode(rollback)}
        </With>
      ) : null}
      {lacksKey(step) ? (
        <KeysHelp missing={step.keys?.missing}>{keysText(step)}</KeysHelp>
      ) : (
        <Says text={keysText(step)} />
      )}
      {line === null ? null : (
        <button type="button" className="linkish push" onClick={() => goTo(`step:${step.id}`)}>
          Line {line}
          <span className="sr">, show step {step.order} in the source</span>
        </button>
      )}
    </div>
  );
}

function Says({ text }: { text: string | null }) {
  return text ? <span>{text}</span> : null;
}

/** What a person does, where the title does not say all of it. */
function Instruction({ step }: { step: Step }) {
  // What is typed stands below as a command, not twice.
  const said = step.manual ?? "";
  const manual = step.typed ? said.replace(`\n${step.typed}`, "") : said;
  const bare = (text: string) => text.trim().replace(/[.:]$/, "").toLowerCase();
  return (
    <>
      {bare(manual) === bare(step.title) ? null : <p className="step__manual">{visible(manual)}</p>}
      {step.typed ? <Command text={step.typed} risk="manual" /> : null}
    </>
  );
}

function With({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <span>
      {icon}
      {icon ? " " : null}
      {children}
    </span>
  );
}

/** When a step runs, in words. */
export function conditionOf(step: Step, orders: ReadonlyMap<string, number>): string | null {
  return step.when ? visible(conditionText(step.when, orders)) : null;
}
