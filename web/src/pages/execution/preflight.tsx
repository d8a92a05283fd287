/** Before the first step: variables to fill, prerequisites to tick, and what else is missing, all in place. */

import { useQuery } from "@tanstack/react-query";
import { CircleAlert, Lock } from "lucide-react";
import { useId, useState } from "react";
import { meQuery } from "@/api/queries";
import { useIsLost } from "@/shell/live";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { useSettled } from "@/ui/settled";
import { ErrorBox } from "@/ui/states";
import { visible, visibleCode } from "@/ui/visible";
import { type Brought, NOT_LIVE } from "./bring";
import { Changed } from "./changed";
import {
  again,
  beyondFields,
  filled,
  missing,
  Overtaken,
  overtaken,
  toSend,
  useSendAll,
  type Values,
} from "./filling";
import { mayNotBring } from "./rights";
import type { Execution } from "./steps";

type Variable = Execution["variables"][number];

interface FieldProps {
  variable: Variable;
  value: string;
  refused?: string;
  /** Somebody else has set it since this value was begun. */
  contested: boolean;
  onChange: (value: string) => void;
  /** Which of the two values counts. */
  onChoose: (mine: boolean) => void;
}

/** Two people filled in the same: both values in full, and a choice. */
function Contested({ variable, value, onChoose }: Pick<FieldProps, "variable" | "value" | "onChoose">) {
  const ready = useSettled(`${variable.name} ${variable.value}`);
  return (
    <div className="notice stack" role="alert">
      <p>
        Somebody set it to <code>{visibleCode(variable.value ?? "nothing")}</code> while you filled it in.
        Yours: <code>{visibleCode(value)}</code>
      </p>
      <div className="row">
        <Button ready={ready} onClick={() => onChoose(false)}>
          Keep theirs
        </Button>
        <Button ready={ready} onClick={() => onChoose(true)}>
          Put mine in its place
        </Button>
      </div>
    </div>
  );
}

function VariableField(props: FieldProps) {
  const { variable, value, refused, contested, onChange } = props;
  const field = useId();
  const says = useId();
  if (variable.secret) {
    return (
      <div className="fill">
        <span className="mono">{visible(variable.name)}</span>
        <span className="dim fill__secret">
          <Lock className="icon" aria-hidden /> secret: read on the agent’s host, never shown here
        </span>
      </div>
    );
  }
  return (
    <div className="fill">
      <label htmlFor={field} className="mono">
        {visible(variable.name)}
      </label>
      <div>
        <input
          id={field}
          className="field mono"
          value={value}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder={variable.example ? `for example ${visible(variable.example)}` : undefined}
          aria-describedby={says}
          aria-invalid={refused ? true : undefined}
          onChange={(event) => onChange(event.target.value)}
        />
        {contested ? <Contested {...props} /> : null}
        <p className="small dim fill__says" id={says}>
          {refused ? (
            <>
              <CircleAlert className="icon" aria-hidden /> {visible(refused)}
            </>
          ) : (
            <>
              Must match <code>{visibleCode(variable.pattern)}</code>
            </>
          )}
        </p>
      </div>
    </div>
  );
}

function Prerequisite(props: {
  item: Execution["prerequisites"][number];
  ticked: boolean;
  onChange: (ticked: boolean) => void;
}) {
  const { item, ticked, onChange } = props;
  return (
    <li>
      <label className="tick">
        <input
          type="checkbox"
          checked={ticked || item.ticked}
          disabled={item.ticked}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span>{visible(item.text)}</span>
      </label>
      {item.check ? (
        <p className="small dim row row--tight tick__check">
          To check: <code>{visibleCode(item.check)}</code>
          <CopyButton text={item.check} what="the check" />
        </p>
      ) : null}
    </li>
  );
}

interface PrerequisitesProps {
  x: Execution;
  ticked: ReadonlySet<string>;
  setTicked: (change: (now: ReadonlySet<string>) => ReadonlySet<string>) => void;
}

function Prerequisites({ x, ticked, setTicked }: PrerequisitesProps) {
  if (x.prerequisites.length === 0) return null;
  const change = (id: string, on: boolean) =>
    setTicked((now) => {
      const next = new Set(now);
      if (on) next.add(id);
      else next.delete(id);
      return next;
    });
  return (
    <fieldset>
      <legend>Prerequisites</legend>
      <ul className="stack">
        {x.prerequisites.map((item) => (
          <Prerequisite
            key={item.id}
            item={item}
            ticked={ticked.has(item.id)}
            onChange={(on) => change(item.id, on)}
          />
        ))}
      </ul>
    </fieldset>
  );
}

/** One line for what several steps have in common. Pure. */
export function grouped(problems: Execution["problems"]): { text: string; names: string[] }[] {
  const found = new Map<string, string[]>();
  for (const one of problems) found.set(one.text, [...(found.get(one.text) ?? []), one.name]);
  return [...found].map(([text, names]) => ({ text, names }));
}

function neededBy(x: Execution, names: readonly string[]): string {
  const orders = names.map((name) => x.steps.findIndex((step) => step.id === name) + 1).filter(Boolean);
  if (orders.length === 0) return "";
  return `Needed by ${orders.length === 1 ? "step" : "steps"} ${orders.join(", ")}.`;
}

function Problems({ x }: { x: Execution }) {
  const problems = beyondFields(x);
  if (problems.length === 0) return null;
  return (
    <div className="notice" role="status">
      {grouped(problems)
        .slice(0, 20)
        .map(({ text, names }) => (
          <p key={text} className="row row--one">
            <CircleAlert className="icon" aria-hidden />
            <span>
              {visible(text)} <span className="dim">{neededBy(x, names)}</span>
            </span>
          </p>
        ))}
    </div>
  );
}

function Variables(props: {
  x: Execution;
  values: Values;
  setValues: (change: (now: Values) => Values) => void;
  refused: Record<string, string>;
}) {
  const { x, values, setValues, refused } = props;
  if (x.variables.length === 0) return null;
  const contested = overtaken(x, values);
  const put = (variable: Variable, text: string, over: string | null) =>
    setValues((now) => ({ ...now, [variable.name]: { text, over } }));
  return (
    <fieldset className="stack">
      <legend>Variables</legend>
      {x.variables.map((variable) => {
        const mine = filled(values, variable.name);
        const theirs = variable.value ?? null;
        return (
          <VariableField
            key={variable.name}
            variable={variable}
            value={mine?.text ?? theirs ?? ""}
            refused={refused[variable.name]}
            contested={contested.includes(variable.name)}
            onChange={(text) => put(variable, text, mine ? mine.over : theirs)}
            onChoose={(keep) => put(variable, keep ? (mine?.text ?? "") : (theirs ?? ""), theirs)}
          />
        );
      })}
    </fieldset>
  );
}

/** What could not be sent: somebody else was faster, or it was refused. */
function Unsent({ error, dismiss }: { error: unknown; dismiss: () => void }) {
  if (error instanceof Overtaken)
    return (
      <Changed
        title="It changed while you filled it in: look again, what is left was not sent"
        changes={error.changes}
        dismiss={dismiss}
      />
    );
  return error ? <ErrorBox error={error} /> : null;
}

/** What the button says and does, and why not. */
function useGoOn(x: Execution, values: Values, ticked: ReadonlySet<string>) {
  const me = useQuery(meQuery).data;
  const mayNot = mayNotBring(me, x.state === "pending" ? "start" : "bind");
  const lost = useIsLost();
  const still = missing(x, values, ticked);
  const all = toSend(x, values, ticked);
  const nothing = all.length === 0;
  const stuck = beyondFields(x).length > 0;
  if (x.state === "pending") {
    return {
      still: mayNot ?? still,
      verb: "Start",
      all: [START],
      blocked: mayNot ?? (lost ? NOT_LIVE : null),
    };
  }
  return {
    still: mayNot ?? still,
    verb: nothing && stuck ? "Check again" : "Go to the first step",
    all: nothing ? again(x) : all,
    blocked:
      mayNot ??
      still ??
      (lost ? NOT_LIVE : null) ??
      (nothing && !stuck ? "Everything is filled in; it is being checked" : null),
  };
}

const START: Brought = { event: "start", body: undefined };

/** Everything that is asked before the first step, in one form with one button. */
export function Preflight({ x }: { x: Execution }) {
  const [values, setValues] = useState<Values>({});
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const { sending, refused } = useSendAll(x);
  // Of the form, not of its version: the preflight's own looks move that while one types.
  const ready = useSettled(`${x.id} ${x.state}`);
  const { still, verb, all, blocked } = useGoOn(x, values, ticked);
  const nothingAsked =
    x.variables.every((one) => one.secret || one.bound) && x.prerequisites.every((one) => one.ticked);
  const send = () =>
    sending.mutate(all, {
      // What was taken is the execution's own now; what was refused stays to be mended.
      onSuccess: (wrong) =>
        setValues((now) => Object.fromEntries(Object.entries(now).filter(([name]) => name in wrong))),
    });
  return (
    <form
      className="card"
      id="gate"
      aria-labelledby="preflight-h"
      data-settled={ready || undefined}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !blocked && !sending.isPending) send();
      }}
    >
      <div className="card__body stack preflight">
        <h2 id="preflight-h" className="title-l">
          {nothingAsked ? "Looking for what the steps need" : "Before the first step"}
        </h2>
        <Variables {...{ x, values, setValues, refused }} />
        <Prerequisites x={x} ticked={ticked} setTicked={setTicked} />
        <Problems x={x} />
        <Unsent error={sending.error} dismiss={sending.reset} />
      </div>
      <div className="gate__ask row">
        <Button look="primary" type="submit" busy={sending.isPending} ready={ready} blocked={blocked}>
          {verb}
        </Button>
        <span className="small dim" role="status">
          {sending.isPending ? "Saving…" : (still ?? WHAT_THEN[x.trustLevel] ?? WHAT_THEN[2])}
        </span>
      </div>
    </form>
  );
}

/** What follows, by trust level. */
const WHAT_THEN: Record<number, string> = {
  0: "Nothing runs here: you do each step, and say what came of it.",
  1: "Nothing runs yet: each step asks first.",
  2: "Then it begins: safe steps may run by themselves, all others ask first.",
};
