/** Under the text: what it comes to as it stands, and the way to what is wrong. */
import type { Schemas } from "@/api/client";
import { Tally, tallyOf } from "@/ui/risk";
import { visible } from "@/ui/visible";
import { riskOf } from "./checked";
import type { Check } from "./use-check";

type Place = Schemas["CheckedPlace"];

export function wordOf(count: number, one: string): string {
  return `${count} ${count === 1 ? one : `${one}s`}`;
}

export function CheckLine({ check, go }: { check: Check; go: (line: number) => void }) {
  const { answer, phase, problem } = check.live;
  if (problem && phase === "settled") {
    return (
      <p className="check-line small" role="status">
        Not checked: {visible(problem.message)}
      </p>
    );
  }
  if (!answer) {
    return (
      <p className="check-line small dim" role="status">
        Checking every step…
      </p>
    );
  }
  const errors = answer.places.filter((place) => place.severity === "error");
  const warnings = answer.places.filter((place) => place.severity === "warn");
  return (
    <div className="check-line small" role="status">
      <span className="row row--tight">
        {answer.steps.length > 0 ? <Tally counts={tallyOf(answer.steps.map(riskOf))} /> : null}
        <span className={phase === "settled" ? "" : "dim"}>
          {errors.length > 0 ? wordOf(errors.length, "error") : "As it stands, it could be merged"}
          {warnings.length > 0 ? `, ${wordOf(warnings.length, "warning")}` : ""}
        </span>
      </span>
      {[...errors, ...warnings].slice(0, 8).map((place, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places have no identity but their order.
        <PlaceLine key={index} place={place} go={go} />
      ))}
    </div>
  );
}

function PlaceLine({ place, go }: { place: Place; go: (line: number) => void }) {
  return (
    <span className="wrap">
      <button type="button" className="link" onClick={() => go(place.line)}>
        Line {place.line}
      </button>{" "}
      {place.severity === "warn" ? "warning: " : ""}
      {visible(place.message)}
      {place.hint ? <span className="dim">: {visible(place.hint)}</span> : null}
    </span>
  );
}
