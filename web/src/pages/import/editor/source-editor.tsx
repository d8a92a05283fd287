/** The source in CodeMirror. A chunk of its own; until it is there, the plain field stands in its place. */
import {
  Annotation,
  EditorSelection,
  EditorState,
  type Extension,
  Transaction,
  type TransactionSpec,
} from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useContext, useEffect, useRef } from "react";
import type { EditorHandle, EditorProps } from "../handle";
import { type Lit, LitContext } from "../lit";
import { fromClipboard } from "../paste";
import { wellFormed } from "../points";
import { edgesOf } from "./edges";
import { maskChanges, placeIdAt, rangesOf, setFindings, setLit } from "./findings";
import { moved } from "./move";
import { extensions } from "./setup";

const fromServer = Annotation.define<boolean>();

interface Around {
  props: EditorProps;
  lit: Lit;
  moved: Set<() => void>;
}

export default function SourceEditor(props: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const lit = useContext(LitContext);
  const around = useRef<Around>({ props, lit, moved: new Set() });
  around.current.props = props;
  useEffect(() => {
    if (!place.current) return;
    const now = around.current;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: now.props.initial(), extensions: extensionsOf(now) }),
    });
    const ended = now.lit.subscribe(() => {
      view.dispatch({ effects: setLit.of(now.lit.id()) });
    });
    now.props.handle(handleOf(view, now));
    return () => {
      ended();
      now.props.handle(null);
      view.destroy();
    };
  }, []);
  return <div className="source-editor" ref={place} />;
}

function extensionsOf(around: Around): Extension[] {
  return [
    ...extensions({
      onLeave: () => around.props.onLeave(),
      onPropose: () => around.props.onPropose(),
      hint: around.props.hint,
    }),
    settleMasks,
    EditorState.transactionFilter.of(wellFormedOnly),
    EditorView.domEventHandlers({
      paste: (event, view) => pasted(event, view, around.props),
      scroll: () => tell(around),
      mousemove: (event, view) => hovered(event, view, around.lit),
      mouseleave: () => around.lit.set(null),
    }),
    EditorView.updateListener.of((update) => {
      if (update.geometryChanged || update.viewportChanged) tell(around);
      if (update.selectionSet && !update.docChanged && update.view.hasFocus) {
        around.lit.set(placeIdAt(update.state, update.state.selection.main.head), "cursor");
      }
      if (!update.docChanged || update.transactions.some((item) => item.annotation(fromServer))) return;
      const typed = update.transactions.every((item) => item.isUserEvent("input.type"));
      const deleted = update.transactions.every((item) => item.isUserEvent("delete"));
      around.props.onText(update.state.doc.toString(), !typed && !deleted);
    }),
  ];
}

function tell(around: Around): void {
  for (const listener of around.moved) listener();
}

function hovered(event: MouseEvent, view: EditorView, lit: Lit): void {
  const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
  lit.set(at === null ? null : placeIdAt(view.state, at));
}

/** A page on the clipboard takes the place of everything, where there is nothing else; text goes where the cursor is. */
function pasted(event: ClipboardEvent, view: EditorView, props: EditorProps): boolean {
  const { doc, selection } = view.state;
  const incoming = event.clipboardData ? fromClipboard(event.clipboardData) : null;
  const isWhole = selection.main.from === 0 && selection.main.to === doc.length;
  if (!incoming || !isWhole) return false;
  event.preventDefault();
  const shown =
    incoming.format === "html" ? wellFormed(event.clipboardData?.getData("text/plain") ?? "") : incoming.text;
  replaceAll(view, shown, true);
  props.onWhole(incoming, shown);
  return true;
}

function replaceAll(view: EditorView, text: string, silent: boolean): void {
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    selection: EditorSelection.cursor(0),
    annotations: [
      ...(silent ? [fromServer.of(true)] : []),
      Transaction.userEvent.of("input.paste"),
      Transaction.addToHistory.of(true),
    ],
    scrollIntoView: true,
  });
}

/** Halves of characters can't be sent; they become U+FFFD on the way in. */
function wellFormedOnly(transaction: Transaction): TransactionSpec | readonly TransactionSpec[] {
  if (!transaction.docChanged) return transaction;
  let isSound = true;
  transaction.changes.iterChanges((_from, _to, _fromB, _toB, inserted) => {
    for (const chunk of inserted.iter()) if (/\p{Surrogate}/u.test(chunk)) isSound = false;
  });
  if (isSound) return transaction;
  const changes: { from: number; to: number; insert: string }[] = [];
  transaction.changes.iterChanges((from, to, _fromB, _toB, inserted) => {
    changes.push({ from, to, insert: wellFormed(inserted.toString()) });
  });
  return { changes, userEvent: "input.paste" };
}

/**
 * What was read from a pasted page shows each secret as bullets. With the first edit it is a text of its own, so the
 * secret's variable takes the place of the bullets. In other texts the secret itself stands under its mask.
 */
const settleMasks = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.annotation(fromServer)) return transaction;
  const bullets = maskChanges(transaction.startState).filter((mask) =>
    /^•+$/.test(transaction.startState.sliceDoc(mask.from, mask.to)),
  );
  if (bullets.length === 0) return transaction;
  const changes = bullets
    .map((mask) => ({
      from: transaction.changes.mapPos(mask.from, 1),
      to: transaction.changes.mapPos(mask.to, -1),
      insert: mask.insert,
    }))
    .filter((mask) => mask.from < mask.to);
  return [transaction, { changes, sequential: true }];
});

/** In the editor's history like any edit; the focus stays where it is. */
function move(view: EditorView, places: readonly string[], at: number, by: 1 | -1): boolean {
  const { doc } = view.state;
  const lines = places.map((place) => {
    const ranges = rangesOf(view.state, place);
    if (ranges.length === 0) return null;
    const first = doc.lineAt(Math.min(...ranges.map(({ from }) => from))).number - 1;
    return { first, last: doc.lineAt(Math.max(...ranges.map(({ to }) => to))).number - 1 };
  });
  const found = moved(doc.toString(), lines, at, by);
  if (!found) return false;
  view.dispatch({
    changes: { from: found.from, to: found.to, insert: found.insert },
    selection: EditorSelection.cursor(found.at),
    userEvent: "move.line",
    scrollIntoView: true,
  });
  return true;
}

function handleOf(view: EditorView, around: Around): EditorHandle {
  const show = (from: number, to: number) => {
    view.dispatch({
      selection: EditorSelection.cursor(from),
      effects: EditorView.scrollIntoView(EditorSelection.range(from, to), { y: "nearest", yMargin: 48 }),
    });
    view.focus();
  };
  return {
    text: () => view.state.doc.toString(),
    replaceAll: (text, silent) => replaceAll(view, text, silent),
    show: (findings) => view.dispatch({ effects: setFindings.of(findings) }),
    goTo: (place) => {
      const [first] = rangesOf(view.state, place);
      if (first) show(first.from, first.to);
    },
    goToLine: (line) => {
      const found = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
      show(found.from, found.to);
    },
    move: (places, at, by) => move(view, places, at, by),
    focus: () => view.focus(),
    hasFocus: () => view.hasFocus,
    edges: (also) => edgesOf(view, also),
    onMove: (listener) => {
      around.moved.add(listener);
      return () => around.moved.delete(listener);
    },
  };
}
