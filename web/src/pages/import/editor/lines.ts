/** Lines of the source that became something carry a bar at the right edge; those of the lit pair are lit. */
import { RangeSetBuilder } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { foundField } from "./findings";

const PAIRED = Decoration.line({ class: "paired" });
const LIT = Decoration.line({ class: "paired lit" });
const LIT_WORDS = Decoration.mark({ class: "lit-words" });

function lineDecorations(view: EditorView): DecorationSet {
  const { places, lit } = view.state.field(foundField);
  const { doc } = view.state;
  const lines = new Map<number, boolean>();
  const words: [number, number][] = [];
  for (const shown of view.visibleRanges) {
    places.between(shown.from, shown.to, (from, to, value) => {
      if (value.kind === "variable") {
        if (value.id === lit) words.push([from, to]);
        return;
      }
      const end = Math.min(to, shown.to);
      for (let at = Math.max(from, shown.from); at <= end; ) {
        const line = doc.lineAt(at);
        lines.set(line.from, lines.get(line.from) || value.id === lit);
        at = line.to + 1;
      }
    });
  }
  const made = [
    ...[...lines].map(([at, isLit]) => ({ from: at, to: at, value: isLit ? LIT : PAIRED })),
    ...words.map(([from, to]) => ({ from, to, value: LIT_WORDS })),
  ].sort((a, b) => a.from - b.from || a.value.startSide - b.value.startSide);
  const builder = new RangeSetBuilder<Decoration>();
  for (const item of made) builder.add(item.from, item.to, item.value);
  return builder.finish();
}

export const pairedLines = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = lineDecorations(view);
    }

    update(update: ViewUpdate): void {
      const changed = update.startState.field(foundField) !== update.state.field(foundField);
      if (update.docChanged || update.viewportChanged || changed)
        this.decorations = lineDecorations(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
