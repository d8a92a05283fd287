/** The document in CodeMirror: no colours (colour means risk), problems at their lines, hidden characters named. */
import { closeCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, undo } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension, Prec } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { cspNonce } from "@/ui/nonce";
import { HIDDEN_IN_CODE, nameOf } from "@/ui/visible";
import { type CheckedStep, checked, type MarkedPlace, setMarks } from "./editor/checked";
import { completion } from "./editor/completion";

export interface EditorHandle {
  text: () => string;
  /** Change it to another text: only what differs is replaced, so that marks, cursor and undo stay. */
  put: (text: string) => void;
  undo: () => void;
  /** Put the cursor on a line and show it. */
  go: (line: number) => void;
}

interface Props {
  ref: Ref<EditorHandle>;
  initial: string;
  places: readonly MarkedPlace[];
  /** The steps with the verdicts of the newest check. */
  steps?: readonly CheckedStep[];
  onChange: (text: string) => void;
  onPropose: () => void;
}

const WEIGHT = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], fontWeight: "600" },
  { tag: tags.comment, fontStyle: "italic" },
]);

function named(code: number): HTMLElement {
  const box = document.createElement("span");
  box.className = "hidden-char";
  box.textContent = nameOf(String.fromCodePoint(code));
  return box;
}

/** Escape leaves the editor, so that Tab may indent and nobody is caught in it. */
function extensions(calls: { onPropose: () => void; onLeave: () => void }): Extension[] {
  return [
    EditorView.cspNonce.of(cspNonce()),
    Prec.highest(
      keymap.of([
        {
          key: "Mod-Enter",
          run: () => {
            calls.onPropose();
            return true;
          },
        },
        {
          key: "Escape",
          run: (view) => {
            if (!closeCompletion(view)) calls.onLeave();
            return true;
          },
        },
      ]),
    ),
    lineNumbers(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    highlightSpecialChars({ specialChars: HIDDEN_IN_CODE, render: named }),
    EditorState.allowMultipleSelections.of(false),
    EditorState.tabSize.of(2),
    indentUnit.of("  "),
    EditorView.lineWrapping,
    yaml(),
    syntaxHighlighting(WEIGHT),
    checked,
    completion,
    EditorView.contentAttributes.of({
      "aria-label": "The document as YAML",
      "aria-description": "Control and Space complete a word",
      spellcheck: "false",
      tabindex: "0",
    }),
    keymap.of([indentWithTab, ...defaultKeymap, ...historyKeymap]),
  ];
}

/** The one stretch in which two texts differ; null where they do not. Pure. */
export function difference(old: string, text: string): { from: number; to: number; insert: string } | null {
  if (old === text) return null;
  const shorter = Math.min(old.length, text.length);
  let from = 0;
  while (from < shorter && old[from] === text[from]) from += 1;
  let behind = 0;
  while (behind < shorter - from && old.at(-1 - behind) === text.at(-1 - behind)) behind += 1;
  return { from, to: old.length - behind, insert: text.slice(from, text.length - behind) };
}

const NO_STEPS: readonly CheckedStep[] = [];

export function YamlEditor({ ref, initial, places, steps = NO_STEPS, onChange, onPropose }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const calls = useRef({ onChange, onPropose });
  calls.current = { onChange, onPropose };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text belongs to the editor once it is there.
  useEffect(() => {
    if (!place.current) return;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: initial,
        extensions: [
          ...extensions({
            onPropose: () => calls.current.onPropose(),
            onLeave: () => place.current?.focus(),
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) calls.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => view.current?.dispatch({ effects: setMarks.of({ places, steps }) }), [places, steps]);
  useImperativeHandle(ref, () => ({
    text: () => view.current?.state.doc.toString() ?? initial,
    put: (text) => {
      const editor = view.current;
      const change = editor && difference(editor.state.doc.toString(), text);
      if (change) editor.dispatch({ changes: change, userEvent: "input.form" });
    },
    undo: () => {
      if (view.current) undo(view.current);
    },
    go: (line) => {
      const editor = view.current;
      if (!editor) return;
      const at = editor.state.doc.line(Math.min(Math.max(line, 1), editor.state.doc.lines)).from;
      editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      editor.focus();
    },
  }));
  return <div ref={place} className="yaml-editor" tabIndex={-1} />;
}
