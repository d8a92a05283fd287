/** Fields of the form that are no plain text: a choice, and entries in one line. */
import { useId, useState } from "react";
import type { Schemas } from "@/api/client";
import { FormField, PlaceList } from "./field";
import { entriesOf } from "./lists";

type Place = Schemas["CheckedPlace"];

interface ChoiceProps<Choice extends string> {
  label: string;
  name: string;
  value: Choice;
  choices: readonly { value: Choice; label: string }[];
  places: readonly Place[];
  /** Why it can't be chosen. */
  mayNot: boolean;
  onChange: (value: Choice) => void;
}

export function ChoiceField<Choice extends string>(props: ChoiceProps<Choice>) {
  const { label, name, value, choices, places } = props;
  const id = useId();
  return (
    <div className="form-field">
      <label htmlFor={id} className="label">
        {label}
      </label>
      <select
        id={id}
        className="select"
        value={value}
        disabled={props.mayNot}
        data-form-field={name}
        aria-invalid={places.some((place) => place.severity === "error") || undefined}
        aria-describedby={places.length > 0 ? `${id}-said` : undefined}
        onChange={(event) => {
          const chosen = choices.find((choice) => choice.value === event.target.value);
          if (chosen) props.onChange(chosen.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      <PlaceList id={`${id}-said`} places={places} />
    </div>
  );
}

interface EntriesProps {
  label: string;
  name: string;
  entries: readonly string[];
  hint: string;
  places: readonly Place[];
  readOnly: boolean;
  code?: boolean;
  onChange: (entries: readonly string[]) => void;
}

/** Commas and blanks stay as one types them, while they say the same entries. */
export function EntriesField({ entries, onChange, ...rest }: EntriesProps) {
  const [typed, setTyped] = useState(entries.join(", "));
  const says = entriesOf(typed);
  const isSame = says.length === entries.length && says.every((one, index) => one === entries[index]);
  return (
    <FormField
      {...rest}
      value={isSame ? typed : entries.join(", ")}
      onChange={(value) => {
        setTyped(value);
        onChange(entriesOf(value));
      }}
    />
  );
}
