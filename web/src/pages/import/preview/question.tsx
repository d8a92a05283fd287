/** An ambiguity as a question in its place: answers to click, or a value of one's own. */
import { CircleCheck, CircleQuestionMark } from "lucide-react";
import { type FormEvent, useContext, useId, useState } from "react";
import { Button } from "@/ui/button";
import { Tooltip } from "@/ui/overlay";
import { visible, visibleCode } from "@/ui/visible";
import type { Answered, AnswerGiven, Question } from "../answer";
import { useLit } from "../lit";
import { answerText } from "../wording";
import { ImportContext } from "./context";

export function isAnswered(question: Question): question is Answered {
  return "answer" in question;
}

export function QuestionBox({ question }: { question: Question }) {
  return isAnswered(question) ? <AnsweredLine question={question} /> : <OpenQuestion question={question} />;
}

function OpenQuestion({ question }: { question: Question }) {
  const { answer } = useContext(ImportContext);
  const lit = useLit(`question:${question.id}`);
  const [sent, setSent] = useState<string | null>(null);
  const [writing, setWriting] = useState(question.options.length === 0);
  const heading = useId();
  const give = (given: AnswerGiven, clicks = 0) => {
    if (answer(question.id, given, clicks)) setSent(given.option ?? given.value ?? "");
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset can't be laid out like this; the role says the same.
    <div
      className={`ask${lit.on ? " lit-card" : ""}`}
      role="group"
      aria-labelledby={heading}
      data-place={`question:${question.id}`}
      data-question={question.id}
      tabIndex={-1}
      {...lit.handlers}
    >
      <h3 id={heading} className="ask__head">
        <CircleQuestionMark className="icon" aria-hidden />
        <span>{visible(question.question)}</span>
      </h3>
      <p className="dim ask__text">
        “{visible(question.text)}”
        {question.blocking ? " Until you answer, the runbook can't be proposed." : null}
      </p>
      <div className="row">
        {question.options.map((option) => (
          <Tooltip key={option.id} text={visible(option.effect)}>
            <Button busy={sent === option.id} onClick={(event) => give({ option: option.id }, event.detail)}>
              {option.id.startsWith("command-") ? (
                <code>{visibleCode(option.label)}</code>
              ) : (
                visible(option.label)
              )}
            </Button>
          </Tooltip>
        ))}
        {question.free && !writing ? (
          <Button look="quiet" onClick={() => setWriting(true)}>
            {visible(question.free.label)}…
          </Button>
        ) : null}
      </div>
      {question.free && writing ? (
        <FreeAnswer
          free={question.free}
          focus={question.options.length > 0}
          give={(value) => give({ value })}
        />
      ) : null}
    </div>
  );
}

interface FreeProps {
  free: NonNullable<Question["free"]>;
  focus: boolean;
  give: (value: string) => void;
}

function FreeAnswer({ free, focus, give }: FreeProps) {
  const [value, setValue] = useState("");
  const [wrong, setWrong] = useState(false);
  const field = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (matches(free.pattern, value)) give(value);
    else setWrong(true);
  };
  return (
    <form className="ask__free" onSubmit={submit}>
      <label htmlFor={field} className="label">
        {visible(free.label)}
      </label>
      <div className="row row--one">
        <input
          id={field}
          className="field"
          // biome-ignore lint/a11y/noAutofocus: it opens by a click on its own button.
          autoFocus={focus}
          value={value}
          placeholder={free.placeholder}
          maxLength={2_000}
          autoComplete="off"
          aria-invalid={wrong || undefined}
          aria-describedby={`${field}-effect`}
          onChange={(event) => {
            setValue(event.target.value);
            setWrong(false);
          }}
        />
        <Button type="submit">Use this</Button>
      </div>
      <p id={`${field}-effect`} className="small dim">
        {wrong
          ? `That does not fit. Write it like: ${visible(free.placeholder)}`
          : visible(free.effect.replace("…", value || "…"))}
      </p>
    </form>
  );
}

/** Whether the whole value fits the question's pattern; the server asks again. */
function matches(pattern: string, value: string): boolean {
  if (value.trim() === "") return false;
  try {
    return new RegExp(`^(?:${pattern})$`, "u").test(value);
  } catch {
    // A pattern that only the server understands: it decides.
    return true;
  }
}

function AnsweredLine({ question }: { question: Answered }) {
  const { answer } = useContext(ImportContext);
  const lit = useLit(`question:${question.id}`);
  return (
    <div
      className={`answered${lit.on ? " lit-card" : ""}`}
      data-place={`question:${question.id}`}
      data-answered={question.id}
      {...lit.handlers}
    >
      <CircleCheck className="icon" aria-hidden />
      <p>
        <span className="dim">{visible(question.question)}</span>{" "}
        <strong>{visible(answerText(question, question.answer))}</strong>
        <span className="small dim answered__effect">{visible(question.effect)}</span>
      </p>
      <Button look="quiet" className="push" onClick={() => answer(question.id, null)}>
        Change<span className="sr"> the answer to: {visible(question.question)}</span>
      </Button>
    </div>
  );
}
