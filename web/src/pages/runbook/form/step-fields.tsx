/** One step of the form. */
import type { KeyboardEvent } from "react";
import type { Schemas } from "@/api/client";
import { Button } from "@/ui/button";
import { Risk } from "@/ui/risk";
import { visible, visibleCode } from "@/ui/visible";
import { type CheckedStep, riskOf } from "../editor/checked";
import { FormField, PlaceList } from "./field";
import { placeName, STEPS, type StepFields } from "./form-model";
import { MoreFields } from "./more-fields";
import type { Path } from "./values";

type Place = Schemas["CheckedPlace"];

/** Makes a change of the text; what is typed in one `field` is one change. */
export type Make = (change: (before: string) => string, field: string) => void;

export interface StepCalls {
  make: Make;
  change: (path: Path, value: string, isNeeded: boolean) => void;
  add: (index: number) => void;
  move: (index: number, by: -1 | 1, field: string) => void;
  remove: (index: number) => void;
}

interface Props extends StepCalls {
  step: StepFields;
  index: number;
  /** The id of the step above. */
  above: string | null;
  count: number;
  /** Null while the text as it stands is not checked yet, or can't be. */
  checked: CheckedStep | null;
  isAsking: boolean;
  /** Why nothing may be changed by who looks at it. */
  mayNot: string | null;
  /** What the check says of this step. */
  places: readonly Place[];
}

interface Row {
  key: string;
  path: readonly string[];
  label: string;
  value: string;
  isNeeded?: boolean;
  code?: boolean;
  lines?: boolean;
  hint?: string;
}

const MORE = ["id", "needs", "when", "target"];

function rowsOf(step: StepFields): Row[] {
  const rows: Row[] = [{ key: "title", path: ["title"], label: "Title", value: step.title, isNeeded: true }];
  const add = (key: string, path: readonly string[], label: string, value: string, rest: Partial<Row>) =>
    rows.push({ key, path, label, value, ...rest });
  if (step.command !== null || step.manual === null)
    add("command", ["command"], "Command", step.command ?? "", { isNeeded: true, code: true, lines: true });
  if (step.manual !== null)
    add("manual", ["manual"], "What a person does", step.manual, { isNeeded: true, lines: true });
  add("expected", ["expect", "text"], "Expected", step.expected, { hint: "What a good outcome looks like" });
  if (step.manual === null || step.rollback) {
    if (step.impossible === null || step.rollback)
      add("rollback", ["rollback", "command"], "Rollback command", step.rollback, {
        code: true,
        lines: true,
      });
    if (step.impossible !== null)
      add("impossible", ["rollback", "impossible"], "Why nothing undoes it", step.impossible, {});
    add("confirm", ["confirm"], "Typed to confirm", step.confirm, {
      code: true,
      hint: "The resource's name",
    });
  }
  return rows;
}

function Verdict({ checked, isAsking }: { checked: CheckedStep | null; isAsking: boolean }) {
  if (!checked) return <span className="small dim">{isAsking ? "Checking…" : "Not judged"}</span>;
  return (
    <span className="small form-verdict" title={checked.reason ? visible(checked.reason) : undefined}>
      <Risk risk={riskOf(checked)} />{" "}
      {checked.why ? <span className="dim">{visible(checked.why)}</span> : null}
    </span>
  );
}

/** Whether a place is that of a field, or of something in it. */
function isOf(place: Place, name: string): boolean {
  return place.path === name || place.path.startsWith(`${name}.`) || place.path.startsWith(`${name}[`);
}

export function StepFieldset(props: Props) {
  const { step, index, count, checked, isAsking, places } = props;
  const rows = rowsOf(step).map((row) => ({ ...row, name: placeName([...STEPS, index, ...row.path]) }));
  const names = [...rows.map((row) => row.name), ...MORE.map((key) => placeName([...STEPS, index, key]))];
  const others = places.filter((place) => !names.some((name) => isOf(place, name)));
  const keys = (event: KeyboardEvent<HTMLFieldSetElement>) => {
    if (props.mayNot || !event.altKey || event.ctrlKey || event.metaKey) return;
    const field = (event.target as HTMLElement).dataset.formField ?? "";
    const key = rows.find((row) => row.name === field)?.path.join(".") ?? "title";
    if (event.key === "ArrowUp") props.move(index, -1, key);
    else if (event.key === "ArrowDown") props.move(index, 1, key);
    else if (event.key === "Enter") props.add(index);
    else return;
    event.preventDefault();
  };
  return (
    <fieldset className="card form-step" aria-label={`Step ${index + 1}`} onKeyDown={keys}>
      <div className="card__head">
        <strong>Step {index + 1}</strong>
        <code className="dim wrap">{visibleCode(step.id)}</code>
        <span className="form-step__acts">
          <Button
            look="quiet"
            blocked={props.mayNot ?? (index === 0 ? "It is the first step" : null)}
            onClick={() => props.move(index, -1, "title")}
          >
            Up<span className="sr">: step {index + 1}</span>
          </Button>
          <Button
            look="quiet"
            blocked={props.mayNot ?? (index === count - 1 ? "It is the last step" : null)}
            onClick={() => props.move(index, 1, "title")}
          >
            Down<span className="sr">: step {index + 1}</span>
          </Button>
          <Button
            look="quiet"
            blocked={props.mayNot ?? (count === 1 ? "A runbook has one step at least" : null)}
            onClick={() => props.remove(index)}
          >
            Remove<span className="sr"> step {index + 1}</span>
          </Button>
        </span>
      </div>
      <div className="card__body form-fields">
        {rows.map((row) => (
          <FormField
            key={row.key}
            label={row.label}
            name={row.name}
            value={row.value}
            readOnly={props.mayNot !== null}
            code={row.code ?? false}
            lines={row.lines ?? false}
            {...(row.hint ? { hint: row.hint } : {})}
            places={places.filter((place) => isOf(place, row.name))}
            beside={row.key === "command" ? <Verdict checked={checked} isAsking={isAsking} /> : null}
            onChange={(value) => props.change([...STEPS, index, ...row.path], value, row.isNeeded ?? false)}
          />
        ))}
        <MoreFields
          step={step}
          index={index}
          above={props.above}
          places={places}
          mayNot={props.mayNot}
          make={props.make}
        />
        <PlaceList places={others} />
        <span>
          <Button look="quiet" blocked={props.mayNot} onClick={() => props.add(index)}>
            Add a step below<span className="sr"> step {index + 1}</span>
          </Button>
        </span>
      </div>
    </fieldset>
  );
}
