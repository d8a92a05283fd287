/** What the parts of a preview can do, without knowing the page around them. */
import { createContext } from "react";
import type { AnswerGiven, Overrides, VariableChange } from "../answer";

export interface ImportActions {
  /** `clicks`: of a pointer, as `UIEvent.detail` counts them; 0 for a key. False where nothing was done: another question has just moved to where the last one was answered. */
  answer: (question: string, given: AnswerGiven | null, clicks?: number) => boolean;
  /** Take the model's reading of a difference, or go back to the rules'. */
  take: (difference: string, wanted: boolean) => void;
  correct: (change: Overrides) => void;
  /** Change a variable, under the name that it has in the text; an empty change takes changes back. */
  change: (found: string, change: VariableChange) => void;
  /** Show the place in the source, with the cursor there. */
  goTo: (place: string) => void;
  goToLine: (line: number) => void;
}

const nothing = () => undefined;

export const ImportContext = createContext<ImportActions>({
  answer: () => false,
  take: nothing,
  correct: nothing,
  change: nothing,
  goTo: nothing,
  goToLine: nothing,
});
