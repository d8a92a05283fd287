/** The named values of a document, one below the other. */
import type { Schemas } from "@/api/client";
import { Button } from "@/ui/button";
import { visibleCode } from "@/ui/visible";
import { FormField, PlaceList } from "./field";
import { placeName, withText } from "./form-model";
import { withMark } from "./lists";
import type { Make } from "./step-fields";
import { VARIABLES, type VariableFields, withoutVariable, withVariable } from "./variables";

type Place = Schemas["CheckedPlace"];

interface Props {
  variables: readonly VariableFields[];
  /** What the check says of them. */
  places: readonly Place[];
  mayNot: string | null;
  make: Make;
  /** Brings the focus to a field of the next text. */
  goTo: (name: string) => void;
}

const nameAt = (index: number) => placeName([...VARIABLES, index, "name"]);

const FIELDS = [
  { key: "name", label: "Name", hint: "" },
  { key: "pattern", label: "Pattern of the whole value", hint: "[a-z0-9-]+" },
  { key: "example", label: "Example", hint: "db-1" },
  { key: "source", label: "Where it comes from, else a person gives it", hint: "alert.labels.instance" },
] as const;

export function VariablesFieldset({ variables, places, mayNot, make, goTo }: Props) {
  const isWrong = places.some((place) => place.severity === "error");
  const names = variables.map((each) => visibleCode(each.name)).join(", ");
  return (
    <details className="form-more" open={isWrong}>
      <summary>
        Variables <span className="small dim wrap">{names || "None"}</span>
      </summary>
      <div className="form-fields">
        {variables.map((variable, index) => (
          <OneVariable
            // biome-ignore lint/suspicious/noArrayIndexKey: names are edited; a variable is its place.
            key={index}
            variable={variable}
            index={index}
            places={places.filter((place) => isIn(place, placeName([...VARIABLES, index])))}
            mayNot={mayNot}
            make={make}
            remove={() => {
              goTo(nameAt(Math.min(index, variables.length - 2)));
              make((before) => withoutVariable(before, index), "");
            }}
          />
        ))}
        <PlaceList places={places.filter((place) => !/^spec\.variables\[/.test(place.path))} />
        <span>
          <Button
            look="quiet"
            blocked={mayNot}
            onClick={() => {
              goTo(nameAt(variables.length));
              make(withVariable, "");
            }}
          >
            Add a variable
          </Button>
        </span>
      </div>
    </details>
  );
}

function isIn(place: Place, name: string): boolean {
  return place.path === name || place.path.startsWith(`${name}.`);
}

interface OneProps {
  variable: VariableFields;
  index: number;
  places: readonly Place[];
  mayNot: string | null;
  make: Make;
  remove: () => void;
}

function OneVariable({ variable, index, places, mayNot, make, remove }: OneProps) {
  const path = [...VARIABLES, index];
  const name = placeName(path);
  const shown = FIELDS.map(({ key }) => `${name}.${key}`);
  const others = places.filter((place) => !shown.some((each) => isIn(place, each)));
  return (
    <fieldset className="form-variable" aria-label={`Variable ${index + 1}`}>
      {FIELDS.map(({ key, label, hint }) => (
        <FormField
          key={key}
          label={label}
          name={`${name}.${key}`}
          value={variable[key]}
          hint={hint}
          code
          readOnly={mayNot !== null}
          places={places.filter((place) => isIn(place, `${name}.${key}`))}
          onChange={(value) =>
            make((before) => withText(before, [...path, key], value, key === "name"), `${name}.${key}`)
          }
        />
      ))}
      <div className="row">
        <label className="tick">
          <input
            type="checkbox"
            checked={variable.secret}
            disabled={mayNot !== null}
            onChange={(event) => {
              const isOn = event.target.checked;
              make((before) => withMark(before, [...path, "secret"], isOn), "");
            }}
          />
          <span>Secret: its value stays on the agent's host</span>
        </label>
        <Button look="quiet" className="push" blocked={mayNot} onClick={remove}>
          Remove<span className="sr"> variable {index + 1}</span>
        </Button>
      </div>
      <PlaceList places={others} />
    </fieldset>
  );
}
