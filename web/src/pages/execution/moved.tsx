/** A dialog is about what stood there when it was opened: where that has moved, nothing is sent, and it says so. */
import { CircleAlert } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/button";
import { useSettled } from "@/ui/settled";
import { ChangeList } from "./changed";
import { changes } from "./changes";
import { currentStep, type Execution, lastAttempt } from "./steps";

/** What is decided about: the step, its attempt, its gate and the exact command there. */
export function subjectOf(x: Execution): string {
  const step = currentStep(x)?.step;
  const attempt = x.running ?? (step ? lastAttempt(step) : undefined);
  return JSON.stringify([x.state, step?.id, attempt?.id, x.gate?.id, x.gate?.kind, x.gate?.intentSha256]);
}

/** `same`: it is another version, and still about the same; `other`: it is about something else. Pure. */
export function movedFrom(seen: Execution, now: Execution): "no" | "same" | "other" {
  if (seen.version === now.version) return "no";
  return subjectOf(seen) === subjectOf(now) ? "same" : "other";
}

export interface Frozen {
  /** What the person saw; what is sent is sent at its version. */
  seen: Execution;
  moved: "no" | "same" | "other";
  /** Decide by what there is now; only where it is about the same. */
  again: () => void;
}

/** Hold what was on screen when a dialog was opened. */
export function useFrozen(opened: Execution, now: Execution): Frozen {
  const [seen, setSeen] = useState(opened);
  const moved = movedFrom(seen, now);
  return {
    seen,
    moved,
    again: () => {
      if (moved === "same") setSeen(now);
    },
  };
}

/** Why a dialog sends nothing; null where it does. */
export function movedText(moved: Frozen["moved"]): string | null {
  return moved === "no" ? null : "It has moved on since this was opened";
}

export function Moved({ frozen, now }: { frozen: Frozen; now: Execution }) {
  const ready = useSettled(String(now.version));
  if (frozen.moved === "no") return null;
  return (
    <div className="notice stack" role="alert">
      <div className="row row--one">
        <CircleAlert className="icon" aria-hidden />
        <strong>Nothing was sent: it has moved on since this was opened</strong>
      </div>
      <ChangeList changes={changes(frozen.seen, now)} />
      {frozen.moved === "same" ? (
        <div className="row">
          <Button ready={ready} onClick={frozen.again}>
            I have seen it, go on with this step
          </Button>
        </div>
      ) : (
        <p className="dim">Close this, and decide anew by what the page shows now.</p>
      )}
    </div>
  );
}
