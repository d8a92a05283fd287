/** Where places of the source are on the screen. Asks the editor's own height map, so lines out of view cost nothing. */
import type { EditorView } from "@codemirror/view";
import type { Edge } from "../handle";
import { placesBetween, rangesOf } from "./findings";

export function edgesOf(view: EditorView, also: string | null): Map<string, Edge> {
  const box = view.scrollDOM.getBoundingClientRect();
  const top = view.documentTop;
  const first = view.lineBlockAtHeight(box.top - top).from;
  const last = view.lineBlockAtHeight(box.bottom - top).to;
  const found = new Map<string, Edge>();
  for (const [id, [from, to]] of placesBetween(view.state, first, last))
    found.set(id, edgeOf(view, from, to, box));
  if (also && !found.has(also)) {
    const ranges = rangesOf(view.state, also);
    const from = ranges[0]?.from;
    const to = ranges.at(-1)?.to;
    if (from !== undefined && to !== undefined) found.set(also, edgeOf(view, from, to, box));
  }
  return found;
}

function edgeOf(view: EditorView, from: number, to: number, box: DOMRect): Edge {
  const top = view.documentTop;
  const y = top + (view.lineBlockAt(from).top + view.lineBlockAt(to).bottom) / 2;
  return { y: Math.min(Math.max(y, box.top), box.bottom), inView: y >= box.top && y <= box.bottom };
}
