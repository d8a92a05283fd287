/** The document as a form. It holds no text of its own: every change is one of the text that the editor holds. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { Schemas } from "@/api/client";
import { Button } from "@/ui/button";
import { visible } from "@/ui/visible";
import type { Check } from "../editor/use-check";
import { EntriesField } from "./choice-field";
import { FormField, PlaceList } from "./field";
import {
  placeName,
  type Read,
  readFields,
  STEPS,
  withOwners,
  withoutStep,
  withStepAfter,
  withStepMoved,
  withText,
} from "./form-model";
import { withLabels } from "./lists";
import { type Make, StepFieldset } from "./step-fields";
import { VariablesFieldset } from "./variable-fields";
import { NotEditable } from "./yaml-edits";

type Place = Schemas["CheckedPlace"];
const NO_PLACES: readonly Place[] = [];

interface Props {
  text: string;
  check: Check;
  /** Why nothing may be changed by who looks at it. */
  mayNot: string | null;
  onChange: (text: string) => void;
  onPropose: () => void;
  onUndo: () => void;
  /** To the line in the YAML. */
  onYaml: (line: number) => void;
}

/**
 * Changes of the text. What one types in one field is one change of the text as it stood before: quotes that
 * half a word needed are gone with the whole one, and what is typed back is no change.
 */
function useChanges(text: string, onChange: (text: string) => void) {
  const [refused, setRefused] = useState<string | null>(null);
  const typed = useRef({ field: "", before: text, after: "" });
  const make = (change: (before: string) => string, field = ""): boolean => {
    const last = typed.current;
    const isSame = field !== "" && last.field === field && last.after === text;
    const before = isSame ? last.before : text;
    try {
      const after = change(before);
      typed.current = { field, before, after };
      setRefused(null);
      onChange(after);
      return true;
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error;
      setRefused(error.message);
      return false;
    }
  };
  return { refused, make };
}

/** Brings the focus to a field that the next text has. */
function useGoTo(text: string) {
  const wanted = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the field is there once the text is.
  useEffect(() => {
    if (wanted.current === null) return;
    document.querySelector<HTMLElement>(`[data-form-field="${wanted.current}"]`)?.focus();
    wanted.current = null;
  }, [text]);
  return (name: string) => {
    wanted.current = name;
  };
}

function Unreadable({
  wrong,
  onYaml,
}: {
  wrong: NonNullable<Read["wrong"]>;
  onYaml: (line: number) => void;
}) {
  return (
    <div className="notice" role="alert">
      <strong>The text is no form as it stands.</strong>
      <span className="wrap">
        Line {wrong.line}: {visible(wrong.message)}.
      </span>
      <span>
        <Button onClick={() => onYaml(wrong.line)}>Mend it in the YAML</Button>
      </span>
    </div>
  );
}

export function RunbookForm(props: Props) {
  const { text, check } = props;
  const read = useMemo(() => readFields(text), [text]);
  if (!read.fields) return <Unreadable wrong={read.wrong} onYaml={props.onYaml} />;
  // A verdict of another text is no verdict of this one.
  const answer = check.live.answered === text ? check.live.answer : null;
  return <FieldsForm {...props} fields={read.fields} answer={answer} />;
}

type FieldsProps = Props & {
  fields: NonNullable<Read["fields"]>;
  answer: Check["live"]["answer"];
};

function FieldsForm({ fields, answer, ...props }: FieldsProps) {
  const { text, check } = props;
  const { refused, make } = useChanges(text, props.onChange);
  const goToName = useGoTo(text);
  const goTo = (index: number, field: string) => goToName(placeName([...STEPS, index, ...field.split(".")]));
  const places = answer?.places ?? NO_PLACES;
  const { steps } = fields;
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    props.onPropose();
  };
  const move = (index: number, by: -1 | 1, field: string) => {
    const to = index + by;
    if (to < 0 || to >= steps.length) return;
    goTo(to, field);
    make((before) => withStepMoved(before, index, by));
  };
  const add = (index: number) => {
    goTo(index + 1, "title");
    make((before) => withStepAfter(before, index));
  };
  const remove = (index: number) => {
    goTo(Math.min(index, steps.length - 2), "title");
    make((before) => withoutStep(before, index));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the fields in it take the keys; this one proposes from each.
    <div className="stack" onKeyDown={keys}>
      {refused ? (
        <p className="notice" role="alert">
          Not changed: {visible(refused)}. Write it in the YAML.
        </p>
      ) : null}
      <HeadFields mayNot={props.mayNot} fields={fields} places={places} make={make} goTo={goToName} />
      {steps.map((step, index) => (
        <StepFieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: ids are edited; a step is its place.
          key={index}
          step={step}
          index={index}
          above={steps[index - 1]?.id ?? null}
          make={make}
          count={steps.length}
          checked={verdictOf(answer, index, step.id)}
          mayNot={props.mayNot}
          isAsking={check.live.phase === "asking" || check.live.phase === "typing"}
          places={places.filter((place) => isOfStep(place, index))}
          change={(path, value, isNeeded) =>
            make((before) => withText(before, path, value, isNeeded), placeName(path))
          }
          add={add}
          move={move}
          remove={remove}
        />
      ))}
      <div className="row">
        <Button blocked={props.mayNot} onClick={() => add(steps.length - 1)}>
          Add step
        </Button>
        <Button look="quiet" blocked={props.mayNot} onClick={props.onUndo}>
          Undo
        </Button>
        <span className="small dim">
          <kbd className="kbd">Alt</kbd> <kbd className="kbd">↑</kbd> <kbd className="kbd">↓</kbd> move a
          step, <kbd className="kbd">Alt</kbd> <kbd className="kbd">Enter</kbd> adds one below. The rest of
          the document is in the YAML.
        </span>
      </div>
    </div>
  );
}

/** The verdict of a step of this very text. */
function verdictOf(answer: Check["live"]["answer"], index: number, id: string) {
  const found = answer?.steps[index];
  return found?.id === id ? found : null;
}

function isOfStep(place: Place, index: number): boolean {
  return place.path === `spec.steps[${index}]` || place.path.startsWith(`spec.steps[${index}].`);
}

interface HeadProps {
  fields: NonNullable<Read["fields"]>;
  places: readonly Place[];
  mayNot: string | null;
  make: Make;
  goTo: (name: string) => void;
}

function isInside(place: Place, name: string): boolean {
  return place.path === name || place.path.startsWith(`${name}.`) || place.path.startsWith(`${name}[`);
}

function HeadFields({ fields, places, mayNot, make, goTo }: HeadProps) {
  const readOnly = mayNot !== null;
  const of = (name: string) =>
    places.filter((place) => place.path === name || place.path.startsWith(`${name}[`));
  const text = (name: string, path: readonly string[], isNeeded: boolean) => (value: string) =>
    make((before) => withText(before, path, value, isNeeded), name);
  const inside = (name: string) => places.filter((place) => isInside(place, name));
  const shown = ["metadata.title", "metadata.service", "metadata.owners", "spec.notes"];
  const others = places.filter(
    (place) =>
      !/^spec\.steps\[/.test(place.path) &&
      !shown.some((name) => of(name).includes(place)) &&
      !["spec.target", "spec.variables"].some((name) => isInside(place, name)),
  );
  return (
    <div className="form-fields">
      <FormField
        label="Title"
        name="metadata.title"
        value={fields.title}
        readOnly={readOnly}
        places={of("metadata.title")}
        onChange={text("metadata.title", ["metadata", "title"], true)}
      />
      <FormField
        label="Service"
        name="metadata.service"
        value={fields.service}
        readOnly={readOnly}
        places={of("metadata.service")}
        onChange={text("metadata.service", ["metadata", "service"], false)}
      />
      <EntriesField
        label="Owners"
        name="metadata.owners"
        entries={fields.owners}
        hint="@team/name or an address"
        readOnly={readOnly}
        places={of("metadata.owners")}
        onChange={(entries) => make((before) => withOwners(before, entries.join(" ")), "metadata.owners")}
      />
      {fields.notes === null ? null : (
        <FormField
          label="Notes"
          name="spec.notes"
          value={fields.notes}
          lines
          readOnly={readOnly}
          places={of("spec.notes")}
          onChange={text("spec.notes", ["spec", "notes"], true)}
        />
      )}
      {fields.target === null ? (
        <p className="small dim">The labels of its agents hold blanks or commas: they are in the YAML.</p>
      ) : (
        <EntriesField
          label="Runs on agents with"
          name="spec.target"
          entries={fields.target}
          hint="role=db, env=prod"
          code
          readOnly={readOnly}
          places={inside("spec.target")}
          onChange={(entries) =>
            make((before) => withLabels(before, ["spec", "target"], entries), "spec.target")
          }
        />
      )}
      <VariablesFieldset
        variables={fields.variables}
        places={inside("spec.variables")}
        mayNot={mayNot}
        make={make}
        goTo={goTo}
      />
      <PlaceList places={others} />
    </div>
  );
}
