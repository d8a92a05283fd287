/** A unified diff as lines with their numbers, and what of a changed line changed. Pure. */

export interface DiffLine {
  kind: "same" | "added" | "removed" | "gap" | "note";
  text: string;
  old: number | null;
  new: number | null;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/;

/** The lines of a patch; its file header is left out. */
export function parsePatch(patch: string): DiffLine[] {
  const lines: DiffLine[] = [];
  const at = { old: 0, new: 0, inside: false };
  for (const line of patch.replace(/\n$/, "").split("\n")) {
    const hunk = HUNK.exec(line);
    if (hunk) {
      at.inside = true;
      at.old = Number(hunk[1]);
      at.new = Number(hunk[2]);
      lines.push({ kind: "gap", text: hunk[3] ?? "", old: null, new: null });
    } else if (at.inside) lines.push(oneLine(line, at));
  }
  return lines;
}

function oneLine(line: string, at: { old: number; new: number }): DiffLine {
  const text = line.slice(1);
  switch (line[0]) {
    case "+":
      return { kind: "added", text, old: null, new: at.new++ };
    case "-":
      return { kind: "removed", text, old: at.old++, new: null };
    case "\\":
      return { kind: "note", text: text.trim(), old: null, new: null };
    default:
      return { kind: "same", text, old: at.old++, new: at.new++ };
  }
}

export interface Piece {
  text: string;
  changed: boolean;
}

/** What two texts share at both ends stays; the middle is what changed. Cut at words, so that it reads. */
export function changedMiddle(before: string, after: string): [Piece[], Piece[]] {
  const olds = before.split(/(\s+)/);
  const news = after.split(/(\s+)/);
  const most = Math.min(olds.length, news.length);
  let head = 0;
  while (head < most && olds[head] === news[head]) head++;
  let tail = 0;
  while (tail < most - head && olds[olds.length - 1 - tail] === news[news.length - 1 - tail]) tail++;
  return [cut(olds, head, tail), cut(news, head, tail)];
}

function cut(words: readonly string[], head: number, tail: number): Piece[] {
  const end = words.length - tail;
  return [
    { text: words.slice(0, head).join(""), changed: false },
    { text: words.slice(head, end).join(""), changed: true },
    { text: words.slice(end).join(""), changed: false },
  ].filter((piece) => piece.text);
}
