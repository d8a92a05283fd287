/** Completion from the published schema: as one types a key or a value, and by Ctrl-Space. */
import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  completionStatus,
  moveCompletionSelection,
  selectedCompletion,
} from "@codemirror/autocomplete";
import { type Extension, Prec } from "@codemirror/state";
import { type EditorView, keymap } from "@codemirror/view";
import schema from "../../../../../schemas/jsonschema/runbook.v1.json";
import { choicesAt, type Schema, textOf } from "./schema-complete";

function source(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const lines = context.state.doc.toString().split("\n");
  const found = choicesAt(schema as Schema, lines, line.number - 1, context.pos - line.from);
  // Unasked, nothing opens on an empty word: Enter and the arrows stay what they are.
  if (!found || (!context.explicit && line.from + found.from === context.pos)) return null;
  return {
    from: line.from + found.from,
    options: found.choices.map(
      (choice): Completion => ({
        label: choice.label,
        ...(choice.required ? { detail: "required" } : {}),
        ...(choice.detail ? { info: choice.detail } : {}),
        apply: textOf(choice, found.column),
        boost: choice.required ? 1 : 0,
      }),
    ),
    validFor: /^[\w.-]*$/,
  };
}

/** The chosen word, or the first one. */
function take(view: EditorView): boolean {
  if (completionStatus(view.state) !== "active") return false;
  if (!selectedCompletion(view.state)) moveCompletionSelection(true)(view);
  return acceptCompletion(view);
}

/** Tab takes the first word, arrows and Enter another; Enter alone stays a new line, so that none is taken by mistake. */
export const completion: Extension = [
  autocompletion({
    override: [source],
    icons: false,
    maxRenderedOptions: 60,
    selectOnOpen: false,
    interactionDelay: 0,
  }),
  Prec.high(keymap.of([{ key: "Tab", run: take }])),
];
