/** A step that begins to wait for a person: said to those who listen, and under the keys of those who don't look. */
import { useEffect, useRef, useState } from "react";
import { isTyping } from "@/shell/shortcuts";
import { visible } from "@/ui/visible";
import { subjectOf } from "./moved";
import { currentStep, type Execution, gateRisk } from "./steps";

/** What a person is asked now, in a sentence; null where nothing waits for one. Pure. */
export function askedNow(x: Execution): string | null {
  const at = currentStep(x);
  if (!at) return null;
  const step = `Step ${at.order} of ${x.steps.length}, ${visible(at.step.title)}`;
  if (x.gate?.lapsed) return `${step}: the approval has lapsed.`;
  if (x.gate?.notJudged) return `${step} can’t be judged at this moment; nobody can approve it now.`;
  if (x.gate?.kind === "rollback") return `${step}: its rollback waits for an approval, ${gateRisk(x.gate)}.`;
  if (x.gate) return `${step} waits for an approval, ${gateRisk(x.gate)}.`;
  switch (x.state) {
    case "await_manual":
      return `${step} is yours to do.`;
    case "rollback_available":
      return `${step} failed.`;
    case "manual_intervention":
      return `${step} needs you.`;
    default:
      return null;
  }
}

/** Whether the keys are somebody's: in a field, in a dialog, in a menu. */
function isTaken(): boolean {
  return isTyping(document.activeElement) || document.querySelector("[role=dialog], [role=menu]") !== null;
}

/** The card itself takes the focus, never one of its buttons: a key that was meant for elsewhere approves nothing. */
function focusGate(): void {
  const gate = document.getElementById("gate");
  if (!gate || isTaken() || gate.contains(document.activeElement)) return;
  gate.tabIndex = -1;
  gate.focus({ preventScroll: true });
}

/** Says what is asked when it changes; what stood there when the page was opened is read with the page. */
export function Attention({ x }: { x: Execution }) {
  const asked = askedNow(x);
  const subject = asked === null ? null : `${asked} ${subjectOf(x)}`;
  const before = useRef(subject);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (before.current === subject) return;
    before.current = subject;
    setSaid(asked ?? "");
    if (asked !== null) focusGate();
  }, [subject, asked]);
  return (
    <div className="sr" role="status" aria-live="polite" data-attention>
      {said}
    </div>
  );
}
