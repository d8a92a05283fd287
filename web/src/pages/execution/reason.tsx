/** A dialog that asks for a sentence before something is done: it goes into the record. */
import { useId, useState } from "react";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/overlay";
import { ErrorBox } from "@/ui/states";
import { visible } from "@/ui/visible";
import type { Bringing, Brought } from "./bring";
import { Moved, movedText, useFrozen } from "./moved";
import type { Execution } from "./steps";

const LONGEST = 2_000;

export interface Ask {
  title: string;
  description: string;
  label: string;
  /** The verb of the button. */
  verb: string;
  /** It means the same wherever the execution is by now; all others are about the step that they name. */
  anyStep?: boolean;
  make: (text: string) => Brought;
}

/** What each of these asks; the words of the buttons say what happens. */
export const ASKS = {
  skip: (title: string): Ask => ({
    title: "Skip this step",
    description: `“${title}” is left out, and the execution goes on with the next step.`,
    label: "Why is it left out?",
    verb: "Skip the step",
    make: (reason) => ({ event: "skip", body: { reason } }),
  }),
  refuse: (title: string): Ask => ({
    title: "Refuse",
    description: `“${title}” does not run. The execution stops here, and a person takes over.`,
    label: "Why must it not run?",
    verb: "Refuse it",
    make: (reason) => ({ event: "refuse", body: { reason } }),
  }),
  byHand: (title: string): Ask => ({
    title: "Done by hand",
    description: `Say that a person already did “${title}”. Nothing runs; the execution goes on behind it.`,
    label: "What was done?",
    verb: "Record it as done",
    make: (note) => ({ event: "done-by-hand", body: { note } }),
  }),
  abort: (): Ask => ({
    title: "Abort the execution",
    description: "It ends here for good. A running command is ended; nothing is rolled back by itself.",
    label: "Why does it end?",
    verb: "Abort the execution",
    anyStep: true,
    make: (reason) => ({ event: "abort", body: { reason } }),
  }),
  accept: (title: string): Ask => ({
    title: "Go on in spite of the failure",
    description: `“${title}” stays failed, and the execution goes on with the next step.`,
    label: "Why can it go on?",
    verb: "Accept the failure and go on",
    make: (reason) => ({ event: "skip", body: { reason } }),
  }),
} as const;

/** A question, and the execution as it was on screen when it was asked. */
export interface Asked {
  ask: Ask;
  of: Execution;
}

interface Props {
  asked: Asked | null;
  now: Execution;
  close: () => void;
  bringing: Bringing;
}

export function ReasonDialog({ asked, close, ...rest }: Props) {
  return (
    <Dialog
      open={asked !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={asked?.ask.title ?? ""}
      description={asked ? visible(asked.ask.description) : undefined}
    >
      {asked ? <Form key={asked.ask.title} asked={asked} close={close} {...rest} /> : null}
    </Dialog>
  );
}

function Form({ asked, now, close, bringing }: Props & { asked: Asked }) {
  const { ask, of } = asked;
  const [text, setText] = useState("");
  const frozen = useFrozen(of, now);
  const field = useId();
  const reason = text.trim();
  const seen = ask.anyStep ? now : frozen.seen;
  const blocked =
    bringing.mayNot(ask.make("").event) ??
    bringing.blocked ??
    (ask.anyStep ? null : movedText(frozen.moved)) ??
    (reason ? null : "Write a sentence first; it goes into the record");
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!blocked) bringing.send(ask.make(reason), { done: close, seen });
      }}
    >
      <label htmlFor={field}>{ask.label}</label>
      <textarea
        id={field}
        className="textarea"
        maxLength={LONGEST}
        value={text}
        // biome-ignore lint/a11y/noAutofocus: the dialog exists for this field.
        autoFocus
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey))
            event.currentTarget.form?.requestSubmit();
        }}
      />
      {ask.anyStep ? null : <Moved frozen={frozen} now={now} />}
      {bringing.problem ? <ErrorBox error={bringing.problem} /> : null}
      <div className="dialog__foot">
        <Button onClick={close}>Cancel</Button>
        <Button
          look="primary"
          type="submit"
          busy={bringing.isPending}
          ready={bringing.settled}
          blocked={blocked}
        >
          {ask.verb}
        </Button>
      </div>
    </form>
  );
}
