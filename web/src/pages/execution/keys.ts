/** The page's keys: j and k over the steps, a to the approval, s skip, e edit, o output. */
import { useShortcuts } from "@/shell/shortcuts";
import type { EventWord } from "./bring";
import { currentStep, type Execution } from "./steps";

interface Moves {
  /** Why the role may not; a key then does nothing, as its button. */
  mayNot: (event: EventWord) => string | null;
  select: (id: string) => void;
  selected: () => string | null;
  skip: () => void;
  edit: () => void;
  toGate: () => void;
  toOutput: () => void;
}

/** The step that is `by` places from the selected one, or from where it is. Pure. */
export function neighbour(x: Execution, selected: string | null, by: number): string | null {
  const from = selected ?? currentStep(x)?.step.id ?? x.steps[0]?.id;
  const at = x.steps.findIndex((step) => step.id === from);
  const next = Math.min(x.steps.length - 1, Math.max(0, at + by));
  return x.steps[next]?.id ?? null;
}

export function useExecutionKeys(x: Execution, moves: Moves): void {
  const go = (by: number) => {
    const next = neighbour(x, moves.selected(), by);
    if (next) moves.select(next);
  };
  const may = (word: EventWord, run: () => void) => () => {
    if (x.actions.includes(word) && !moves.mayNot(word)) run();
  };
  useShortcuts("Execution", [
    { keys: "j", label: "Next step; Enter opens it", run: () => go(1) },
    { keys: "k", label: "Step before", run: () => go(-1) },
    { keys: "a", label: "Go to the approval", run: moves.toGate },
    { keys: "s", label: "Skip this step", run: may("skip", moves.skip) },
    { keys: "e", label: "Edit the command", run: may("edit", moves.edit) },
    { keys: "o", label: "Go to the output", run: moves.toOutput },
  ]);
}

/** Bring the gate into view and put the focus where it is decided; nothing is pressed. */
export function goToGate(): void {
  const gate = document.getElementById("gate");
  gate?.scrollIntoView({ block: "center" });
  const target =
    gate?.querySelector<HTMLElement>("[data-approval]") ??
    gate?.querySelector<HTMLElement>("#approve") ??
    gate?.querySelector<HTMLElement>("input, textarea, button");
  target?.focus({ preventScroll: true });
}

export function goToOutput(): void {
  const output = document.getElementById("output");
  output?.scrollIntoView({ block: "center" });
  output?.querySelector<HTMLElement>(".term")?.focus({ preventScroll: true });
}
