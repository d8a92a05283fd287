/** Where a model read the text otherwise than the rules did: both readings, and one key to take the model's. */
import { Sparkles } from "lucide-react";
import { useContext } from "react";
import { Button } from "@/ui/button";
import { visible, visibleCode } from "@/ui/visible";
import type { Difference, Preview } from "../answer";
import { differText } from "../wording";
import { ImportContext } from "./context";

/** Who read the text, where that was not both, and how often they differ; nothing where the rules read alone. */
export function ReadingLine({ preview }: { preview: Preview }) {
  const reading = preview.reading;
  if (!reading) return null;
  const told =
    reading.missing && reading.missing !== "pending"
      ? reading.said
      : differText(reading.differences, reading.notListed ?? 0);
  return (
    <p className="reading-line small dim" role="status">
      {reading.missing === "pending" ? "The rules have read this text; a model reads it, too." : told}
    </p>
  );
}

/** The differences that stand with one step, or above the first. */
export function Differences({ found }: { found: readonly Difference[] | undefined }) {
  if (!found || found.length === 0) return null;
  return (
    <ul className="readings" aria-label="The model read this differently">
      {found.map((item) => (
        <Row key={item.id} item={item} />
      ))}
    </ul>
  );
}

function Row({ item }: { item: Difference }) {
  const { take, goToLine } = useContext(ImportContext);
  const { line } = item;
  return (
    <li className="reading small" data-difference={item.id} data-kind={item.kind}>
      <Sparkles className="icon" aria-hidden />
      <p>
        <span className="dim">Rules: </span>
        <Words item={item} text={item.rules} isCode={item.kind === "missing"} />
        <br />
        <span className="dim">Model: </span>
        <Words item={item} text={item.model} isCode={item.kind in IN_CODE} />
        {item.taken ? " (taken)" : null}
        {item.canTake ? null : <span className="dim"> · {against(item)}</span>}
        {line ? (
          <>
            {" "}
            <button type="button" className="linkish" onClick={() => goToLine(line)}>
              Line {line}
            </button>
          </>
        ) : null}
      </p>
      {item.canTake ? (
        <Button
          className="push"
          data-takes={item.id}
          aria-pressed={item.taken}
          onClick={() => take(item.id, !item.taken)}
        >
          {item.taken ? "Back to the rules’" : "Take the model’s"}
        </Button>
      ) : null}
    </li>
  );
}

const IN_CODE: Readonly<Partial<Record<Difference["kind"], true>>> = {
  command: true,
  set_aside: true,
  invented: true,
};

function Words({ item, text, isCode }: { item: Difference; text: string; isCode: boolean }) {
  if (isCode) return <code>{visibleCode(text)}</code>;
  return item.kind === "title" ? <q>{visible(text)}</q> : <span>{visible(text)}</span>;
}

/** Why the model's reading can't be taken, as a sentence. */
function against(item: Difference): string {
  switch (item.kind) {
    case "invented":
      return `Made up: ${visible(item.why ?? "it is not in the text")}. It can’t become a step.`;
    case "missing":
      return "The step stays.";
    case "variable":
      return "Nothing follows from it; write a placeholder into the text if you mean one.";
    default:
      return `It stays so: ${visible(item.why ?? "the rules set it aside")}.`;
  }
}
