/** What the page asks of the editor, whichever of the two it is: CodeMirror, or the plain field until it is there. */
import { createContext, useContext } from "react";
import type { Format } from "./paste";
import type { Findings } from "./places";

export interface Edge {
  /** Middle of the place on the screen, in pixels from the window's top. */
  y: number;
  inView: boolean;
}

export interface EditorHandle {
  text(): string;
  /** Puts a whole text there. `fromServer`: it is what was read from a pasted page, not somebody's edit. */
  replaceAll(text: string, fromServer: boolean): void;
  show(findings: Findings): void;
  /** Scrolls to the place and puts the cursor there. */
  goTo(place: string): void;
  goToLine(line: number): void;
  /** The place at `at` changes places with the next one (`by` 1) or the one before; false where it can't. */
  move(places: readonly string[], at: number, by: 1 | -1): boolean;
  focus(): void;
  hasFocus(): boolean;
  /** Places that have a line in view, and `also`, wherever it is. */
  edges(also: string | null): Map<string, Edge>;
  /** Calls when places may have moved on the screen. */
  onMove(listener: () => void): () => void;
}

/** Which events the editor tells. */
export interface EditorEvents {
  /** Somebody changed the text; `atOnce` where it was not typing. */
  onText: (text: string, atOnce: boolean) => void;
  /** A page or a file came in and takes the place of everything. */
  onWhole: (incoming: { text: string; format: Format | undefined }, shown: string) => void;
  onLeave: () => void;
  onPropose: () => void;
}

export interface EditorProps extends EditorEvents {
  /** The text to begin with, asked for when the editor begins. */
  initial: () => string;
  hint: string;
  handle: (handle: EditorHandle | null) => void;
}

export const EditorContext = createContext<{ current: EditorHandle | null }>({ current: null });

export function useEditor(): { current: EditorHandle | null } {
  return useContext(EditorContext);
}
