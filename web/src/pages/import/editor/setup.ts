/** The editor of a source: text first, no colours (colour means risk), what can't be seen is named. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension, Prec } from "@codemirror/state";
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { cspNonce } from "@/ui/nonce";
import { HIDDEN_CHARACTERS, nameOf } from "@/ui/visible";
import { foundField } from "./findings";
import { pairedLines } from "./lines";

const WEIGHT = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "600" },
  { tag: tags.strong, fontWeight: "600" },
  { tag: tags.emphasis, fontStyle: "italic" },
]);

function namedCharacter(code: number): HTMLElement {
  const box = document.createElement("span");
  box.className = "hidden-char";
  box.textContent = nameOf(String.fromCodePoint(code));
  return box;
}

/** A key's command that is always done. */
function taken(call: () => void): () => boolean {
  return () => {
    call();
    return true;
  };
}

/** `onLeave` is called by Escape: the editor keeps Tab for moving on, so nobody is caught in it. */
export function extensions(calls: { onLeave: () => void; onPropose: () => void; hint: string }): Extension[] {
  return [
    EditorView.cspNonce.of(cspNonce()),
    Prec.highest(
      keymap.of([
        { key: "Mod-Enter", run: taken(calls.onPropose) },
        { key: "Escape", run: taken(calls.onLeave) },
      ]),
    ),
    lineNumbers(),
    history(),
    drawSelection(),
    dropCursor(),
    highlightSpecialChars({ specialChars: HIDDEN_CHARACTERS, render: namedCharacter }),
    EditorState.allowMultipleSelections.of(false),
    EditorView.lineWrapping,
    markdownLanguage.extension,
    syntaxHighlighting(WEIGHT),
    placeholder(calls.hint),
    foundField,
    pairedLines,
    EditorView.contentAttributes.of({
      tabindex: "0",
      "aria-label": "Source text",
      spellcheck: "false",
      autocorrect: "off",
    }),
    keymap.of([...defaultKeymap, ...historyKeymap]),
  ];
}
