/** A variable: its name and example as a chip; by a click its type and pattern, its places, and what to change. */
import { Lock, X } from "lucide-react";
import { Popover } from "radix-ui";
import { type FormEvent, useContext, useId, useState } from "react";
import { Button } from "@/ui/button";
import { visible, visibleCode } from "@/ui/visible";
import { foundName, type Overrides, type Variable } from "../answer";
import { LitContext } from "../lit";
import { count, variableName } from "../wording";
import { ImportContext } from "./context";

interface Props {
  variable: Variable;
  overrides: Overrides;
  /** Names of all variables, so that none is given twice. */
  taken: readonly string[];
}

export function VariableChip({ variable, overrides, taken }: Props) {
  const [open, setOpen] = useState(false);
  const lit = useContext(LitContext);
  const place = `variable:${variable.name}`;
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        className="chip chip--button"
        data-variable={foundName(overrides, variable.name)}
        onMouseEnter={() => lit.set(place)}
        onMouseLeave={() => lit.set(null)}
        onFocus={() => lit.set(place)}
        onBlur={() => lit.set(null)}
      >
        {variable.secret ? <Lock className="icon" aria-hidden /> : null}
        <span className="sr">Variable </span>
        <code>{visibleCode(variable.name)}</code>
        {variable.secret ? "secret" : null}
        {!variable.secret && variable.example ? (
          <span className="chip__more">{visible(variable.example)}</span>
        ) : null}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover"
          aria-label={`Variable ${visible(variable.name)}`}
          align="start"
          sideOffset={6}
          collisionPadding={12}
        >
          <VariableFacts variable={variable} />
          {variable.secret ? (
            <p className="dim small">
              Its value was masked before anything else read the text. The agent's host gives it when the
              runbook runs; it reaches the command by its environment.
            </p>
          ) : (
            <Change variable={variable} overrides={overrides} taken={taken} done={() => setOpen(false)} />
          )}
          <Show variable={variable} close={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function VariableFacts({ variable }: { variable: Variable }) {
  const facts: [string, string | null | undefined, boolean][] = [
    ["Type", variable.type.replaceAll("_", " "), false],
    ["Pattern", variable.pattern, true],
    ["Example", variable.example, true],
    ["Filled from", variable.source ?? variable.alertField, true],
  ];
  return (
    <dl className="facts small">
      {facts.map(([word, value, isCode]) =>
        value ? (
          <div key={word} className="contents">
            <dt>{word}</dt>
            <dd>{isCode ? <code>{visibleCode(value)}</code> : visible(value)}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

function Show({ variable, close }: { variable: Variable; close: () => void }) {
  const { goTo } = useContext(ImportContext);
  if (variable.spans.length === 0) return null;
  return (
    <button
      type="button"
      className="linkish small"
      onClick={() => {
        close();
        goTo(`variable:${variable.name}`);
      }}
    >
      Show in the source ({count(variable.spans.length, "place")})
    </button>
  );
}

function Change({ variable, overrides, taken, done }: Props & { done: () => void }) {
  const { change } = useContext(ImportContext);
  const [text, setText] = useState(variable.name);
  const [value, setValue] = useState("");
  const field = useId();
  const found = foundName(overrides, variable.name);
  const name = variableName(text);
  const isTaken = name !== variable.name && taken.includes(name);
  const blocked = !name
    ? "A name has letters, digits and underscores"
    : isTaken
      ? `${name} is another variable here`
      : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (blocked) return;
    done();
    change(found, { name: name === found ? undefined : name, value: value || undefined });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <div>
        <label htmlFor={field} className="label">
          Name
        </label>
        <input
          id={field}
          className="field mono"
          value={text}
          maxLength={63}
          autoComplete="off"
          aria-describedby={`${field}-says`}
          onChange={(event) => setText(event.target.value)}
        />
        <p id={`${field}-says`} className="small dim">
          {blocked ??
            (name === text ? "Asked for under this name when the runbook runs." : `Becomes ${name}.`)}
        </p>
      </div>
      <div>
        <label htmlFor={`${field}-value`} className="label">
          Always this value, never asked for (optional)
        </label>
        <input
          id={`${field}-value`}
          className="field mono"
          value={value}
          maxLength={2_000}
          autoComplete="off"
          placeholder={variable.example ?? ""}
          onChange={(event) => setValue(event.target.value)}
        />
      </div>
      <Button type="submit" blocked={blocked}>
        {value ? "Put the value in its place" : "Rename"}
      </Button>
    </form>
  );
}

/** Variables that a value took the place of; a click asks for them again. */
export function FixedValues({ overrides }: { overrides: Overrides }) {
  const { change } = useContext(ImportContext);
  return Object.entries(overrides.variables ?? {}).map(([found, made]) =>
    made.value ? (
      <button
        key={found}
        type="button"
        className="chip chip--button"
        data-variable={found}
        onClick={() => change(found, { value: undefined })}
      >
        <code>{visibleCode(made.name ?? found)}</code>
        <span className="chip__more">is {visible(made.value)}</span>
        <X className="icon" aria-hidden />
        <span className="sr">, ask for it again</span>
      </button>
    ) : null,
  );
}
