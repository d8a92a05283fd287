/** One field of the form: its label, its text, and what the check says of it. */
import { type ReactNode, useId } from "react";
import type { Schemas } from "@/api/client";
import { Command } from "@/ui/command";
import { HIDDEN_IN_CODE, hasHidden, pieces, visible } from "@/ui/visible";

type Place = Schemas["CheckedPlace"];

interface Props {
  label: string;
  /** The place in the document; focus is brought to it by this name. */
  name: string;
  value: string;
  places: readonly Place[];
  onChange: (value: string) => void;
  /** In the type of code, with its hidden characters named below. */
  code?: boolean;
  lines?: boolean;
  readOnly?: boolean;
  hint?: string;
  beside?: ReactNode;
}

export function PlaceList({ id, places }: { id?: string; places: readonly Place[] }) {
  if (places.length === 0) return null;
  return (
    <ul id={id} className="form-field__said small">
      {places.map((place, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places have no identity but their order.
        <li key={index} className="wrap">
          <strong>{place.severity === "error" ? "Error" : "Warning"}</strong> {visible(place.message)}
          {place.hint ? <span className="dim">: {visible(place.hint)}</span> : null}
        </li>
      ))}
    </ul>
  );
}

export function FormField(props: Props) {
  const {
    label,
    name,
    value,
    places,
    onChange,
    code = false,
    lines = false,
    readOnly = false,
    hint,
    beside,
  } = props;
  const id = useId();
  const isWrong = places.some((place) => place.severity === "error");
  const hidden = code ? pieces(value, HIDDEN_IN_CODE).some((piece) => piece.hidden) : hasHidden(value);
  const shared = {
    id,
    value,
    readOnly,
    "data-form-field": name,
    "aria-invalid": isWrong || undefined,
    "aria-describedby": places.length > 0 ? `${id}-said` : undefined,
    spellCheck: !code,
    autoComplete: "off",
    placeholder: hint,
  };
  const look = code ? " form-field__code" : "";
  return (
    <div className="form-field">
      <span className="row row--tight form-field__head">
        <label htmlFor={id} className="label">
          {label}
        </label>
        {beside}
      </span>
      {lines ? (
        <textarea
          {...shared}
          className={`textarea${look}`}
          rows={Math.min(20, value.split("\n").length)}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <input
          {...shared}
          type="text"
          className={`field${look}`}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {hidden ? (
        <div className="small">
          It holds characters that can't be seen:{" "}
          {code ? <Command text={value} bare /> : <span className="wrap">{visible(value)}</span>}
        </div>
      ) : null}
      <PlaceList id={`${id}-said`} places={places} />
    </div>
  );
}
