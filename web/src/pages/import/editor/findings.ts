/** What an answer says about the text, kept at its place while the text is edited. */
import {
  type EditorState,
  MapMode,
  RangeSet,
  RangeValue,
  StateEffect,
  StateField,
  type Transaction,
} from "@codemirror/state";
import { type DecorationSet, EditorView } from "@codemirror/view";
import { type Findings, NOTHING_FOUND, type Place } from "../places";
import { decorationsOf } from "./marks";

export const setFindings = StateEffect.define<Findings>();
export const setLit = StateEffect.define<string | null>();

class PlaceValue extends RangeValue {
  readonly id: string;
  readonly kind: Place["kind"];

  constructor(id: string, kind: Place["kind"]) {
    super();
    this.id = id;
    this.kind = kind;
  }

  override eq(other: RangeValue): boolean {
    return other instanceof PlaceValue && other.id === this.id;
  }
}
PlaceValue.prototype.mapMode = MapMode.TrackDel;

interface Found {
  places: RangeSet<PlaceValue>;
  marks: DecorationSet;
  masks: RangeSet<MaskValue>;
  lit: string | null;
}

/** A masked secret and what stands for it. */
class MaskValue extends RangeValue {
  readonly now: string;

  constructor(now: string) {
    super();
    this.now = now;
  }
}

function found(findings: Findings, state: EditorState, lit: string | null): Found {
  const most = state.doc.length;
  const places = findings.places.flatMap((place) =>
    place.ranges
      .filter((range) => range.to <= most)
      .map((range) => new PlaceValue(place.id, place.kind).range(range.from, range.to)),
  );
  const masks = findings.marks
    .filter((mark) => mark.kind === "mask" && mark.to <= most)
    .map((mark) => new MaskValue(mark.now ?? "***").range(mark.from, mark.to));
  return {
    places: RangeSet.of(places, true),
    marks: decorationsOf(findings.marks, state),
    masks: RangeSet.of(masks, true),
    lit,
  };
}

export const foundField = StateField.define<Found>({
  create: (state) => found(NOTHING_FOUND, state, null),
  update(value, transaction: Transaction) {
    let now = value;
    if (transaction.docChanged) {
      const { changes } = transaction;
      now = {
        ...now,
        places: now.places.map(changes),
        marks: now.marks.map(changes),
        masks: now.masks.map(changes),
      };
    }
    for (const effect of transaction.effects) {
      if (effect.is(setFindings)) now = found(effect.value, transaction.state, now.lit);
      if (effect.is(setLit)) now = { ...now, lit: effect.value };
    }
    return now;
  },
  provide: (field) => [
    EditorView.decorations.from(field, (value) => value.marks),
    EditorView.atomicRanges.of((view) => view.state.field(field).masks),
  ],
});

/** Where a place stands now: from its first character to its last; null where its text was deleted. */
export function rangesOf(state: EditorState, id: string): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  state.field(foundField).places.between(0, state.doc.length, (from, to, value) => {
    if (value.id === id) ranges.push({ from, to });
  });
  return ranges;
}

/** The narrowest place around a position; on a line of a step, that step. */
export function placeIdAt(state: EditorState, at: number): string | null {
  const line = state.doc.lineAt(at);
  let best: { id: string; width: number } | null = null;
  let near: string | null = null;
  state.field(foundField).places.between(line.from, line.to, (from, to, value) => {
    if (value.kind === "variable") return;
    near ??= value.id;
    const width = to - from;
    if (from <= at && at <= to && (!best || width < best.width)) best = { id: value.id, width };
  });
  return (best as { id: string } | null)?.id ?? near;
}

/** Places between two positions that are tied to a card, each with its first and last position. */
export function placesBetween(state: EditorState, from: number, to: number): Map<string, [number, number]> {
  const seen = new Map<string, [number, number]>();
  state.field(foundField).places.between(from, to, (start, end, value) => {
    if (value.kind === "variable") return;
    const known = seen.get(value.id);
    seen.set(value.id, known ? [Math.min(known[0], start), Math.max(known[1], end)] : [start, end]);
  });
  return seen;
}

/** Changes that put the variable's name where a secret is masked. */
export function maskChanges(state: EditorState): { from: number; to: number; insert: string }[] {
  const changes: { from: number; to: number; insert: string }[] = [];
  state.field(foundField).masks.between(0, state.doc.length, (from, to, value) => {
    changes.push({ from, to, insert: value.now });
  });
  return changes;
}
