/** Code that is in no step: nothing written as code is lost silently, and what was taken wrongly becomes a step by
 * one key. */
import { CircleCheck, CircleQuestionMark } from "lucide-react";
import { type ReactNode, useContext, useMemo, useState } from "react";
import { Button } from "@/ui/button";
import { visible, visibleCode } from "@/ui/visible";
import type { CodePiece, Preview } from "../answer";
import { codeInNoStep, codeText } from "../code";
import { useLit } from "../lit";
import { ImportContext } from "./context";

const FEW = 12;

export function CodeLeftOutCard({ preview }: { preview: Preview }) {
  const { answer } = useContext(ImportContext);
  const left = useMemo(() => codeInNoStep(preview), [preview]);
  const orders = useMemo(() => new Map(preview.steps.map((step) => [step.id, step.order])), [preview.steps]);
  const { reads, others, open, question } = left;
  if (reads.length + others.length === 0) return null;
  const single = new Set(preview.answered.map((item) => item.id));
  const back = (item: CodePiece) => answer(single.has(item.id) || !question ? item.id : question.id, null);
  return (
    <section className="card" id="code-left-out" aria-labelledby="code-left-out-h">
      <div className="card__head">
        <h3 id="code-left-out-h">Code that is in no step</h3>
        <span className="faint small">{codeText(left)}</span>
      </div>
      <div className="card__body stack">
        {open.length > 0 ? (
          <p className="code-left__ask">
            <CircleQuestionMark className="icon" aria-hidden />
            <span>
              {open.length === 1
                ? "One reads like a command. Does somebody type it?"
                : `${open.length} read like commands. Does somebody type one of them?`}{" "}
              <span className="dim">Nothing becomes a step by itself.</span>
            </span>
            {question && open.length > 1 ? (
              <Button
                className="push"
                onClick={(event) => answer(question.id, { option: "not-typed" }, event.detail)}
              >
                Nobody types any of them
              </Button>
            ) : null}
          </p>
        ) : null}
        <Pieces items={reads}>
          {(item) => <Row key={item.id} item={item} order={orders.get(item.step ?? "")} back={back} />}
        </Pieces>
        {others.length > 0 ? <Others items={others} /> : null}
      </div>
    </section>
  );
}

interface PiecesProps {
  items: readonly CodePiece[];
  children: (item: CodePiece) => ReactNode;
}

/** The first of them, and all by a click. */
function Pieces({ items, children }: PiecesProps) {
  const [all, setAll] = useState(false);
  if (items.length === 0) return null;
  const isOpen = (item: CodePiece) => item.asked && !item.said;
  return (
    <>
      <ul className="code-left">
        {items.filter((item, at) => all || at < FEW || isOpen(item)).map(children)}
      </ul>
      {!all && items.slice(FEW).some((item) => !isOpen(item)) ? (
        <div>
          <Button look="quiet" onClick={() => setAll(true)}>
            Show all {items.length}
          </Button>
        </div>
      ) : null}
    </>
  );
}

interface RowProps {
  item: CodePiece;
  order?: number | undefined;
  back: (item: CodePiece) => void;
}

function Row({ item, order, back }: RowProps) {
  const lit = useLit(item.said === "typed" && item.step ? `step:${item.step}` : `code:${item.id}`);
  return (
    <li
      className={`code-left__piece${item.asked && !item.said ? " code-left__piece--open" : ""}${lit.on ? " lit-card" : ""}`}
      data-place={`code:${item.id}`}
      data-code={item.id}
      {...lit.handlers}
    >
      <code className="code-left__text">{visibleCode(item.text)}</code>
      <Why item={item} />
      {item.said ? <Said item={item} order={order} back={back} /> : <Ask item={item} />}
    </li>
  );
}

/** Where it stands, and why the rules made no step of it. */
function Why({ item }: { item: CodePiece }) {
  const { goToLine } = useContext(ImportContext);
  return (
    <p className="small dim">
      <button type="button" className="linkish" onClick={() => goToLine(item.line)}>
        {item.endLine > item.line ? `Lines ${item.line}–${item.endLine}` : `Line ${item.line}`}
      </button>
      {" · "}
      {visible(item.reason)}
    </p>
  );
}

/** Its two answers; a stop of the key that leads from question to question where it is asked about. */
function Ask({ item }: { item: CodePiece }) {
  const { answer } = useContext(ImportContext);
  const [sent, setSent] = useState<string | null>(null);
  const give = (option: string, clicks: number) => {
    if (answer(item.id, { option }, clicks)) setSent(option);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be laid out like this; the role says the same.
    <div
      className="row"
      role="group"
      aria-label={`Is this typed: ${item.text.slice(0, 120)}`}
      data-question={item.asked ? item.id : undefined}
      tabIndex={-1}
    >
      <Button busy={sent === "typed"} onClick={(event) => give("typed", event.detail)}>
        It is typed: make it a step
      </Button>
      <Button look="quiet" busy={sent === "not-typed"} onClick={(event) => give("not-typed", event.detail)}>
        Right, nobody types it
      </Button>
    </div>
  );
}

function Said({ item, order, back }: RowProps) {
  const typed = order === undefined ? "It is typed: it undoes a step." : `It is typed: step ${order}.`;
  return (
    <div className="row code-left__said" data-answered={item.id}>
      <CircleCheck className="icon" aria-hidden />
      <span>{item.said === "typed" ? typed : "Nobody types it, as you say."}</span>
      <Button look="quiet" className="push" onClick={() => back(item)}>
        Change<span className="sr"> what you said of: {visible(item.text)}</span>
      </Button>
    </div>
  );
}

/** What reads like no command, folded: a line each. */
function Others({ items }: { items: readonly CodePiece[] }) {
  const { answer } = useContext(ImportContext);
  const [shown, setShown] = useState(false);
  const told = items.length === 1 ? "1 piece that reads" : `${items.length} pieces that read`;
  if (!shown)
    return (
      <div>
        <Button look="quiet" aria-expanded={false} onClick={() => setShown(true)}>
          Show {told} like no command
        </Button>
      </div>
    );
  return (
    <Pieces items={items}>
      {(item) => (
        <li key={item.id} className="code-left__piece" data-place={`code:${item.id}`} data-code={item.id}>
          <code className="code-left__text">{visibleCode(item.text)}</code>
          <Why item={item} />
          <div>
            <Button
              look="quiet"
              onClick={(event) => answer(item.id, { option: "typed" }, event.detail)}
              aria-label={`It is typed: make it a step: ${item.text.slice(0, 120)}`}
            >
              It is typed: make it a step
            </Button>
          </div>
        </li>
      )}
    </Pieces>
  );
}
