/** What most steps leave as it is: their id, what they come after, their condition, and where they run. */
import type { Schemas } from "@/api/client";
import { visible, visibleCode } from "@/ui/visible";
import { ChoiceField, EntriesField } from "./choice-field";
import { FormField, PlaceList } from "./field";
import { placeName, STEPS, type StepFields } from "./form-model";
import { withLabels } from "./lists";
import { type Atom, TESTS, type Test, withId, withNeeds, withWhen, wordsOf } from "./relations";
import type { Make } from "./step-fields";

type Place = Schemas["CheckedPlace"];

interface Props {
  step: StepFields;
  index: number;
  /** The id of the step above. */
  above: string | null;
  places: readonly Place[];
  mayNot: string | null;
  make: Make;
}

type After = "above" | "nothing" | "these";

const AFTER: readonly { value: After; label: string }[] = [
  { value: "above", label: "The step above" },
  { value: "nothing", label: "Nothing: it can begin at once" },
  { value: "these", label: "These steps" },
];

const TEST_LABELS: Record<Test, string> = {
  exitCode: "If a step exits with",
  answer: "If the answer of a step is",
  output: "If the output of a step matches",
  skipped: "If a step was skipped",
};
const RUNS = [
  { value: "always", label: "Always" },
  ...TESTS.map((value) => ({ value, label: TEST_LABELS[value] })),
] as const;
const VALUE_LABELS: Record<Test, string> = {
  exitCode: "Exit codes",
  answer: "Answer",
  output: "Pattern of the whole output",
  skipped: "",
};

/** What it says of these, in a line: shown while they are folded. */
export function summaryOf(step: StepFields): string {
  const parts = [visibleCode(step.id) || "no id"];
  if (step.needs !== null)
    parts.push(step.needs.length > 0 ? `after ${step.needs.map(visibleCode).join(", ")}` : "after nothing");
  if (step.when.kind === "atom")
    parts.push(`only if ${visible(wordsOf({ step: step.when.step, [step.when.test]: step.when.value }))}`);
  if (step.when.kind === "nested") parts.push(`only if ${visible(step.when.words)}`);
  if (step.target && step.target.length > 0) parts.push(`on ${step.target.map(visibleCode).join(", ")}`);
  return parts.join(" · ");
}

export function MoreFields(props: Props) {
  const { step, index, places, make } = props;
  const name = (key: string) => placeName([...STEPS, index, key]);
  const of = (key: string) =>
    places.filter((place) => new RegExp(`^${key}($|[.[])`).test(place.path.slice(name("").length)));
  const readOnly = props.mayNot !== null;
  const mine = [...of("id"), ...of("needs"), ...of("when"), ...of("target")];
  return (
    <details className="form-more" open={mine.some((place) => place.severity === "error")}>
      <summary>
        Id, order, condition and place <span className="small dim wrap">{summaryOf(step)}</span>
      </summary>
      <div className="form-fields">
        <FormField
          label="Id"
          name={name("id")}
          value={step.id}
          code
          readOnly={readOnly}
          places={of("id")}
          onChange={(value) => make((before) => withId(before, index, value), name("id"))}
        />
        <NeedsFields {...props} name={name("needs")} places={of("needs")} readOnly={readOnly} />
        <WhenFields {...props} name={name("when")} places={of("when")} readOnly={readOnly} />
        {step.target === null ? (
          <p className="small dim">Its labels hold blanks or commas: they are in the YAML.</p>
        ) : (
          <EntriesField
            label="Runs on agents with, else where the runbook does"
            name={name("target")}
            entries={step.target}
            hint="role=db, env=prod"
            code
            readOnly={readOnly}
            places={of("target")}
            onChange={(entries) =>
              make((before) => withLabels(before, [...STEPS, index, "target"], entries), name("target"))
            }
          />
        )}
      </div>
    </details>
  );
}

type PartProps = Props & { name: string; readOnly: boolean };

function NeedsFields({ step, index, above, name, places, readOnly, make }: PartProps) {
  const chosen: After = step.needs === null ? "above" : step.needs.length === 0 ? "nothing" : "these";
  const choose = (after: After) => {
    const these = above === null ? [] : [above];
    const needs = after === "above" ? null : after === "nothing" ? [] : these;
    make((before) => withNeeds(before, index, needs), "");
  };
  return (
    <>
      <ChoiceField
        label="Comes after"
        name={name}
        value={chosen}
        // The first step has none above that it could come after.
        choices={
          above === null ? AFTER.filter((each) => each.value !== "these" || chosen === "these") : AFTER
        }
        places={chosen === "these" ? [] : places}
        mayNot={readOnly}
        onChange={choose}
      />
      {chosen === "these" ? (
        <EntriesField
          label="Ids of these steps"
          name={`${name}.ids`}
          entries={step.needs ?? []}
          hint="look, list"
          code
          readOnly={readOnly}
          places={places}
          onChange={(entries) => make((before) => withNeeds(before, index, entries), `${name}.ids`)}
        />
      ) : null}
    </>
  );
}

function WhenFields({ step, index, above, name, places, readOnly, make }: PartProps) {
  const { when } = step;
  if (when.kind === "nested")
    return (
      <div className="form-field">
        <span className="label">Runs only if</span>
        <p className="wrap">{visible(when.words)}</p>
        <p className="small dim">A condition of several parts is changed in the YAML.</p>
        <PlaceList places={places} />
      </div>
    );
  const put = (atom: Atom | null, field: string) => make((before) => withWhen(before, index, atom), field);
  const atom = when.kind === "atom" ? when : null;
  const choose = (test: Test | "always") => {
    if (test === "always") put(null, "");
    else put({ step: atom?.step ?? above ?? "", test, value: test === "exitCode" ? "0" : "" }, "");
  };
  return (
    <>
      <ChoiceField
        label="Runs"
        name={name}
        value={atom?.test ?? "always"}
        choices={RUNS}
        places={atom ? places.filter((place) => place.path === name) : places}
        mayNot={readOnly}
        onChange={choose}
      />
      {atom ? <AtomFields atom={atom} name={name} places={places} readOnly={readOnly} put={put} /> : null}
    </>
  );
}

interface AtomProps {
  atom: Atom;
  name: string;
  places: readonly Place[];
  readOnly: boolean;
  put: (atom: Atom, field: string) => void;
}

function AtomFields({ atom, name, places, readOnly, put }: AtomProps) {
  const of = (key: string) => places.filter((place) => place.path.startsWith(`${name}.${key}`));
  const { step, test, value } = atom;
  return (
    <>
      <FormField
        label="Id of that step"
        name={`${name}.step`}
        value={step}
        code
        readOnly={readOnly}
        places={of("step")}
        onChange={(typed) => put({ step: typed, test, value }, `${name}.step`)}
      />
      {test === "exitCode" ? (
        <EntriesField
          label={VALUE_LABELS[test]}
          name={`${name}.exitCode`}
          entries={value.split(/[\s,]+/).filter(Boolean)}
          hint="0, 1"
          code
          readOnly={readOnly}
          places={of("exitCode")}
          onChange={(entries) => put({ step, test, value: entries.join(", ") }, `${name}.exitCode`)}
        />
      ) : null}
      {test === "answer" || test === "output" ? (
        <FormField
          label={VALUE_LABELS[test]}
          name={`${name}.${test}`}
          value={value}
          code={test === "output"}
          readOnly={readOnly}
          places={of(test)}
          onChange={(typed) => put({ step, test, value: typed }, `${name}.${test}`)}
        />
      ) : null}
    </>
  );
}
