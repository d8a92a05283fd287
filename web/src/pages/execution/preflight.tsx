/** Before the first step: variables to fill, prerequisites to tick, and what else is missing, all in place. */
import { useMutation } from "@tanstack/react-query";
import { CircleAlert, Lock } from "lucide-react";
import { useId, useState } from "react";
import { asProblem } from "@/api/problem";
import { executionQuery, queryClient } from "@/api/queries";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { ErrorBox } from "@/ui/states";
import { visible } from "@/ui/visible";
import { type Brought, bringAnyway, lookedAt, newer } from "./bring";
import type { Execution } from "./steps";

type Variable = Execution["variables"][number];
type Values = Record<string, string>;

/** What has to be sent for what was filled in and ticked. Pure. */
export function toSend(x: Execution, values: Values, ticked: ReadonlySet<string>): Brought[] {
  const binds = x.variables
    .filter((one) => !one.secret && values[one.name] !== undefined && values[one.name] !== (one.value ?? ""))
    .map((one): Brought => ({ event: "bind", body: { name: one.name, value: values[one.name] ?? "" } }));
  const ticks = x.prerequisites
    .filter((one) => !one.ticked && ticked.has(one.id))
    .map((one): Brought => ({ event: "tick", body: { prerequisite: one.id } }));
  return [...binds, ...ticks];
}

/** What still hinders the start: values, ticks, and what the check found beyond them. Pure. */
export function missing(x: Execution, values: Values, ticked: ReadonlySet<string>): string | null {
  const empty = x.variables.filter((one) => !one.secret && !one.bound && !values[one.name]);
  const open = x.prerequisites.filter((one) => !one.ticked && !ticked.has(one.id));
  if (empty.length > 0) return `Fill in ${empty.map((one) => one.name).join(", ")} first`;
  if (open.length > 0) return "Tick the prerequisites first, once they are met";
  return null;
}

/** Problems that no field of this page shows already. */
export function beyondFields(x: Execution): Execution["problems"] {
  return x.problems.filter((one) => one.code !== "variable_missing" && one.code !== "prerequisite_open");
}

function useSendAll(x: Execution) {
  const [refused, setRefused] = useState<Record<string, string>>({});
  const sending = useMutation({
    mutationFn: async (all: readonly Brought[]) => {
      let now = x;
      const wrong: Record<string, string> = {};
      for (const one of all) {
        try {
          now = await lookedAt(await bringAnyway(now, one));
        } catch (error) {
          const problem = asProblem(error);
          if (one.event !== "bind" || problem.status !== 422) throw error;
          wrong[one.body.name] = problem.message;
        }
      }
      setRefused(wrong);
      return now;
    },
    onSuccess: (now) => queryClient.setQueryData(executionQuery(x.id).queryKey, newer(now)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: executionQuery(x.id).queryKey }),
  });
  return { sending, refused };
}

interface FieldProps {
  variable: Variable;
  value: string;
  refused?: string;
  onChange: (value: string) => void;
}

function VariableField({ variable, value, refused, onChange }: FieldProps) {
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
        <p className="small dim fill__says" id={says}>
          {refused ? (
            <>
              <CircleAlert className="icon" aria-hidden /> {visible(refused)}
            </>
          ) : (
            <>
              Must match <code>{visible(variable.pattern)}</code>
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
          To check: <code>{visible(item.check)}</code>
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

/** What makes the controller look again where nothing is left to fill in: the same value, or the same tick. Pure. */
export function again(x: Execution): Brought[] {
  const bound = x.variables.find((one) => !one.secret && one.bound && one.value != null);
  if (bound) return [{ event: "bind", body: { name: bound.name, value: bound.value ?? "" } }];
  const [ticked] = x.prerequisites;
  if (ticked) return [{ event: "tick", body: { prerequisite: ticked.id } }];
  return [
    { event: "pause", body: undefined },
    { event: "resume", body: undefined },
  ];
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

/** Everything that is asked before the first step, in one form with one button. */
export function Preflight({ x }: { x: Execution }) {
  const [values, setValues] = useState<Values>({});
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const { sending, refused } = useSendAll(x);
  const all = toSend(x, values, ticked);
  const still = missing(x, values, ticked);
  const pending = x.state === "pending";
  const nothing = all.length === 0;
  const stuck = beyondFields(x).length > 0;
  const nothingAsked =
    x.variables.every((one) => one.secret || one.bound) && x.prerequisites.every((one) => one.ticked);
  return (
    <form
      className="card"
      id="gate"
      aria-labelledby="preflight-h"
      onSubmit={(event) => {
        event.preventDefault();
        if (pending) sending.mutate([{ event: "start", body: undefined }]);
        else if (!still) sending.mutate(nothing ? again(x) : all);
      }}
    >
      <div className="card__body stack preflight">
        <h2 id="preflight-h" className="title-l">
          {nothingAsked ? "Looking for what the steps need" : "Before the first step"}
        </h2>
        {x.variables.length > 0 ? (
          <fieldset className="stack">
            <legend>Variables</legend>
            {x.variables.map((variable) => (
              <VariableField
                key={variable.name}
                variable={variable}
                value={values[variable.name] ?? variable.value ?? ""}
                refused={refused[variable.name]}
                onChange={(value) => setValues((now) => ({ ...now, [variable.name]: value }))}
              />
            ))}
          </fieldset>
        ) : null}
        <Prerequisites x={x} ticked={ticked} setTicked={setTicked} />
        <Problems x={x} />
        {sending.error ? <ErrorBox error={sending.error} /> : null}
      </div>
      <div className="gate__ask row">
        <Button
          look="primary"
          type="submit"
          busy={sending.isPending}
          blocked={
            pending
              ? null
              : (still ?? (nothing && !stuck ? "Everything is filled in; it is being checked" : null))
          }
        >
          {pending ? "Start" : nothing && stuck ? "Check again" : "Go to the first step"}
        </Button>
        <span className="small dim" role="status">
          {sending.isPending ? "Saving…" : (still ?? "Nothing runs yet: each step asks first.")}
        </span>
      </div>
    </form>
  );
}
