/** The source in a plain field: until the editor's code is there, and where it can't be fetched. */
import { useContext, useEffect, useLayoutEffect, useRef } from "react";
import type { EditorHandle, EditorProps } from "./handle";
import { LitContext } from "./lit";
import { fromClipboard } from "./paste";
import { wellFormed } from "./points";

interface Props extends EditorProps {
  /** Told with true where the field had the focus when the editor took its place. */
  onGone: (hadFocus: boolean) => void;
}

export function PlainField(props: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const lit = useContext(LitContext);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (field.current) latest.current.handle(handleOf(field.current));
    return () => latest.current.handle(null);
  }, []);
  useLayoutEffect(() => {
    const element = field.current;
    return () => latest.current.onGone(document.activeElement === element);
  }, []);
  return (
    <textarea
      ref={field}
      className="plain-field"
      aria-label="Source text"
      spellCheck={false}
      defaultValue={props.initial()}
      placeholder={props.hint}
      onFocus={() => lit.set(null)}
      onChange={(event) => props.onText(wellFormed(event.target.value), false)}
      onPaste={(event) => {
        const incoming = fromClipboard(event.clipboardData);
        const element = event.currentTarget;
        const whole = element.selectionStart === 0 && element.selectionEnd === element.value.length;
        if (!incoming || !whole) return;
        event.preventDefault();
        const plain = wellFormed(event.clipboardData.getData("text/plain"));
        element.value = incoming.format === "html" ? plain : incoming.text;
        props.onWhole(incoming, element.value);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") props.onLeave();
      }}
    />
  );
}

/** Without marks and links; everything else works. */
function handleOf(field: HTMLTextAreaElement): EditorHandle {
  const at = (line: number) => field.value.split("\n", line - 1).join("\n").length + (line > 1 ? 1 : 0);
  return {
    text: () => field.value,
    replaceAll: (text) => {
      field.value = text;
    },
    show: () => undefined,
    goTo: () => field.focus(),
    goToLine: (line) => {
      field.focus();
      field.setSelectionRange(at(line), at(line));
    },
    move: () => false,
    focus: () => field.focus(),
    hasFocus: () => document.activeElement === field,
    edges: () => new Map(),
    onMove: () => () => undefined,
  };
}
