/** Marks of an answer as the editor draws them: chips, struck-out repairs, masks that stand over a secret. */
import type { EditorState, Range } from "@codemirror/state";
import { Decoration, type DecorationSet, WidgetType } from "@codemirror/view";
import { visible } from "@/ui/visible";
import type { Mark } from "../places";
import { type IconName, icon } from "./icons";

class Chip extends WidgetType {
  private readonly kind: IconName;
  private readonly text: string;
  private readonly now: string;

  constructor(kind: IconName, text: string, now = "") {
    super();
    this.kind = kind;
    this.text = text;
    this.now = now;
  }

  override eq(other: Chip): boolean {
    return other.kind === this.kind && other.text === this.text && other.now === this.now;
  }

  override toDOM(): HTMLElement {
    const around = document.createElement("span");
    if (this.now) {
      const now = around.appendChild(document.createElement("b"));
      now.textContent = visible(this.now);
    }
    if (this.text) {
      const chip = around.appendChild(document.createElement("span"));
      chip.className = this.kind === "mask" ? "mark mark--mask" : "mark";
      chip.append(icon(this.kind), visible(this.text));
    }
    return around;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

type Made = Range<Decoration>[];

/** One mark's own decorations. */
function drawn(mark: Mark): Made {
  const { from, to } = mark;
  if (mark.kind === "mask") {
    return [Decoration.replace({ widget: new Chip("mask", mark.text) }).range(from, to)];
  }
  if (mark.kind === "repair") {
    const was = Decoration.mark({ class: "was", tagName: "del" }).range(from, to);
    if (!mark.now) return [was];
    return [was, Decoration.widget({ widget: new Chip("repair", "", mark.now), side: 1 }).range(to)];
  }
  const attributes: Record<string, string> = mark.text ? { title: visible(mark.text) } : {};
  const words = Decoration.mark({ class: `src-${mark.kind}`, attributes }).range(from, to);
  if (mark.kind !== "aside" || !mark.text) return [words];
  return [words, Decoration.widget({ widget: new Chip("aside", mark.text), side: 2 }).range(to)];
}

/** One chip a line for its repairs, at the line's end. */
function repairChips(marks: readonly Mark[], state: EditorState): Made {
  const lines = new Map<number, string[]>();
  for (const mark of marks) {
    if (mark.kind !== "repair") continue;
    const end = state.doc.lineAt(mark.to).to;
    lines.set(end, [...(lines.get(end) ?? []), mark.text]);
  }
  return [...lines].map(([end, texts]) =>
    Decoration.widget({ widget: new Chip("repair", summary(texts)), side: 3 }).range(end),
  );
}

function summary(texts: readonly string[]): string {
  const [first = ""] = texts;
  if (texts.length === 1) return first;
  return texts.every((text) => text === first) ? `${first} ×${texts.length}` : `${texts.length} repairs`;
}

/** All marks of one answer; those that lie outside of the text are left out. */
export function decorationsOf(marks: readonly Mark[], state: EditorState): DecorationSet {
  const sound = marks.filter((mark) => mark.from < mark.to && mark.to <= state.doc.length);
  return Decoration.set([...sound.flatMap(drawn), ...repairChips(sound, state)], true);
}
