/** The output of one attempt, under what ran it. */
import { useState } from "react";
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

/** Read anew from its beginning, where it could not be read: half an output is not shown as the whole. */
export function OutputCard(props: Props) {
  const [tries, setTries] = useState(0);
  return <Reading key={tries} {...props} again={() => setTries(tries + 1)} />;
}

function Reading({ execution, attempt, heading, main = false, again }: Props & { again: () => void }) {
  const { buffer, live, problem, note, nothing, address } = useOutput(execution, attempt);
  if (problem) {
    return (
      <section aria-label={`Output of ${visible(heading)}`}>
        <ErrorBox error={problem} again={again} />
      </section>
    );
  }
  const agent = attempt.agent?.name;
  return (
    <OutputView
      id={main ? "output" : undefined}
      buffer={buffer}
      live={live}
      nothing={nothing}
      waiting={waitingFor(attempt, live)}
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

/** What an empty box waits for; nothing where it is known that nothing was written. */
function waitingFor(attempt: Attempt, live: boolean): string | undefined {
  if (live) return "Nothing written yet.";
  return (attempt.outputBytes ?? 0) > 0 ? "Reading what it wrote…" : undefined;
}
