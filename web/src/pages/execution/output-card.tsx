/** The output of one attempt, under what ran it. */

import { OutputView } from "@/ui/output-view";
import { ErrorBox } from "@/ui/states";
import { visible } from "@/ui/visible";
import { useOutput } from "./output";
import { type Attempt, resultText } from "./steps";

interface Props {
  execution: string;
  attempt: Attempt;
  heading: string;
  /** The one that `o` goes to. */
  main?: boolean;
}

export function OutputCard({ execution, attempt, heading, main = false }: Props) {
  const { buffer, live, problem, note, address } = useOutput(execution, attempt);
  if (problem) return <ErrorBox error={problem} />;
  const agent = attempt.agent?.name;
  return (
    <OutputView
      id={main ? "output" : undefined}
      buffer={buffer}
      live={live}
      label={`Output of ${heading}`}
      download={address}
      note={note}
      title={
        <>
          <h2>{main ? "Output" : `Attempt ${attempt.number}`}</h2>
          <span className="faint small out__of">
            {visible(heading)}
            {agent ? ` on ${visible(agent)}` : ""}
            {attempt.endedAt ? `, ${resultText(attempt)}` : ""}
          </span>
        </>
      }
    />
  );
}
