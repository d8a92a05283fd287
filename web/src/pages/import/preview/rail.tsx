/** The steps on their rail, each with its questions; branches leave it and come back. */
import { useMemo } from "react";
import { places } from "@/ui/branches";
import { Rail as Path } from "@/ui/rail";
import type { Preview } from "../answer";
import { differencesByStep, questionsByStep } from "../places";
import { lineCounter } from "../points";
import { QuestionBox } from "./question";
import { Differences } from "./reading";
import { conditionOf, StepItem } from "./step-card";

export function Rail({ preview }: { preview: Preview }) {
  const { steps } = preview;
  const questions = useMemo(() => questionsByStep(preview), [preview]);
  const differences = useMemo(() => differencesByStep(preview), [preview]);
  const orders = useMemo(() => new Map(steps.map((step) => [step.id, step.order])), [steps]);
  const lineOf = useMemo(() => lineCounter(preview.sourceText), [preview.sourceText]);
  const placed = useMemo(
    () => places(steps.map((step) => ({ id: step.id, needs: step.needs, conditional: Boolean(step.when) }))),
    [steps],
  );
  return (
    <>
      {questions.get(null)?.map((question) => (
        <QuestionBox key={question.id} question={question} />
      ))}
      <Differences found={differences.get(null)} />
      <Path>
        {steps.map((step, at) => (
          <StepItem
            key={step.id}
            step={step}
            questions={questions.get(step.id)}
            differences={differences.get(step.id)}
            line={step.spans[0] ? lineOf((step.commandSpan ?? step.spans[0]).start) : null}
            condition={conditionOf(step, orders)}
            branch={placed[at]?.branch ?? null}
            follows={placed[at]?.follows ?? false}
            rejoins={placed[at]?.rejoins ?? false}
          />
        ))}
      </Path>
    </>
  );
}
