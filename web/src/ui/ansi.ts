/**
 * Output of commands as rows of a fixed width: SGR (colours and weights) is rendered, everything else is
 * shown as what it is. Untrusted to the last byte: nothing here can hide, move or link anything.
 *
 * A row keeps its raw text and the style in force at its start; its pieces are made only when it is on screen.
 */
import { pieces as hiddenPieces } from "./visible";

/** Bits 0-4: attributes; bits 5-8 foreground, 9-12 background, each 0 for none, else colour + 1. */
export type Style = number;

const BOLD = 1;
const DIM = 2;
const ITALIC = 4;
const UNDERLINE = 8;
const STRIKE = 16;
const FOREGROUND = 5;
const BACKGROUND = 9;
const ATTRIBUTES: Record<number, number> = { 1: BOLD, 2: DIM, 3: ITALIC, 4: UNDERLINE, 7: BOLD, 9: STRIKE };
const CLEARS: Record<number, number> = {
  22: BOLD | DIM,
  23: ITALIC,
  24: UNDERLINE,
  27: BOLD,
  29: STRIKE,
};

/** Why a row begins where it does. */
export type Begin = "line" | "wrap" | "return";

export interface Row {
  text: string;
  style: Style;
  begin: Begin;
}

/** One SGR sequence and nothing longer; all other escapes are text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for.
const SGR = /\u001b\[([0-9;:]{0,64})m/y;

function withColour(style: Style, shift: number, colour: number | null): Style {
  return (style & ~(15 << shift)) | ((colour === null ? 0 : colour + 1) << shift);
}

/** The nearest of the eight hues for an entry of the 256-colour table, or for red, green, blue. */
function nearest(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  if (most < 64) return 0;
  const on = (part: number) => (part > most * 0.6 ? 1 : 0);
  return on(red) | (on(green) << 1) | (on(blue) << 2);
}

function ofTable(index: number): number {
  if (index < 16) return index % 8;
  if (index >= 232) return index < 244 ? 0 : 7;
  const cube = index - 16;
  return nearest(Math.floor(cube / 36) * 51, (Math.floor(cube / 6) % 6) * 51, (cube % 6) * 51);
}

/** The colour of `38;5;n` and `38;2;r;g;b`, and how many codes it took. */
function extended(codes: readonly number[], at: number): [colour: number | null, used: number] {
  if (codes[at + 1] === 5) return [ofTable(Math.min(255, codes[at + 2] ?? 0)), 2];
  if (codes[at + 1] === 2) {
    return [nearest(codes[at + 2] ?? 0, codes[at + 3] ?? 0, codes[at + 4] ?? 0), 4];
  }
  return [null, 0];
}

/** 30-37 and 90-97 colour the text, 40-47 and 100-107 its ground; 39 and 49 take it back. */
function coloured(style: Style, code: number): Style {
  const tens = Math.floor(code / 10);
  const shift = tens === 3 || tens === 9 ? FOREGROUND : tens === 4 || tens === 10 ? BACKGROUND : null;
  if (shift === null) return style;
  const unit = code % 10;
  if (unit < 8) return withColour(style, shift, unit);
  return unit === 9 && tens < 9 ? withColour(style, shift, null) : style;
}

/** The style after `ESC [ <parameters> m`. Conceal (8) and blink are left out on purpose. */
export function sgr(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number);
  let now = style;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = extended(codes, at);
      now = withColour(now, code === 38 ? FOREGROUND : BACKGROUND, colour);
      at += used;
    } else now = one(now, code);
  }
  return now;
}

/** The style after one code that stands alone. */
function one(style: Style, code: number): Style {
  if (code === 0) return 0;
  const on = ATTRIBUTES[code];
  if (on) return style | on;
  const off = CLEARS[code];
  return off ? style & ~off : coloured(style, code);
}

/** The classes of a style; a text on a ground of its own keeps the page's ink, so that it can be read. */
export function styleClass(style: Style): string {
  const names: string[] = [];
  if (style & BOLD) names.push("t-bold");
  if (style & DIM) names.push("t-dim");
  if (style & ITALIC) names.push("t-italic");
  if (style & UNDERLINE) names.push("t-underline");
  if (style & STRIKE) names.push("t-strike");
  const ground = (style >> BACKGROUND) & 15;
  const colour = (style >> FOREGROUND) & 15;
  if (ground) names.push(`t-on-${ground - 1}`);
  else if (colour) names.push(`t-${colour - 1}`);
  return names.join(" ");
}

export interface Piece {
  text: string;
  className: string;
  hidden: boolean;
}

/** A row as it is shown: styled pieces, with what can't be seen named. */
export function piecesOf(row: Row): Piece[] {
  const found: Piece[] = [];
  let style = row.style;
  let from = 0;
  const push = (to: number) => {
    if (to <= from) return;
    for (const piece of hiddenPieces(row.text.slice(from, to))) {
      found.push({ text: piece.text, hidden: piece.hidden, className: styleClass(style) });
    }
  };
  for (let at = row.text.indexOf("\u001b"); at >= 0; at = row.text.indexOf("\u001b", at)) {
    SGR.lastIndex = at;
    const match = SGR.exec(row.text);
    if (!match) {
      at += 1;
      continue;
    }
    push(at);
    style = sgr(style, match[1] ?? "");
    at += match[0].length;
    from = at;
  }
  push(row.text.length);
  return found;
}

/** A row without its escapes, as it is read and found: for copying and for tests. */
export function plainText(row: Row): string {
  return piecesOf(row)
    .map((piece) => piece.text)
    .join("");
}

/** How many columns a character takes, roughly: the names of hidden ones are long, East Asian ones are wide. */
function columns(code: number): number {
  if (code >= 0x20 && code < 0x7f) return 1;
  if (code === 0x09) return 8;
  if (code < 0xa0) return 8;
  if (code < 0x1100) return 1;
  if ((code >= 0x2000 && code < 0x2070) || code === 0x2800) return 8;
  if (code >= 0xd800 && code < 0xdc00) return 2;
  return code >= 0x2e80 && code < 0xfe00 ? 2 : 1;
}

/** A row of colours alone takes no column; it still ends, so that no row is ever long. */
const RAW_MAX = 4_096;

/** The length of the SGR sequence at a place; 0 where there is none. */
function sgrLength(text: string, at: number): number {
  SGR.lastIndex = at;
  return SGR.exec(text)?.[0].length ?? 0;
}

interface End {
  /** Where the row's text ends, and where the next row begins. */
  end: number;
  next: number;
  /** Why the next one begins; null: the row is still open. */
  why: Begin | null;
}

/** The end of a row at a newline, or at a carriage return: alone, that one begins a row, too. */
function hardEnd(text: string, at: number, code: number): End | null {
  if (code === 0x0a) return { end: at, next: at + 1, why: "line" };
  if (code !== 0x0d) return null;
  if (at + 1 === text.length) return { end: at, next: at, why: null };
  const ended = text.charCodeAt(at + 1) === 0x0a;
  return { end: at, next: at + (ended ? 2 : 1), why: ended ? "line" : "return" };
}

/** What stands at a place: how many columns it takes, and how many characters. */
function unit(text: string, at: number, code: number): [size: number, length: number] {
  const sequence = code === 0x1b ? sgrLength(text, at) : 0;
  if (sequence) return [0, sequence];
  return [columns(code), code >= 0xd800 && code < 0xdc00 ? 2 : 1];
}

/** Where the row that begins at `from` ends. */
function rowEnd(text: string, from: number, width: number): End {
  let used = 0;
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const hard = hardEnd(text, at, code);
    if (hard) return hard;
    const [size, length] = unit(text, at, code);
    const full = used > 0 && used + size > width;
    if (full || at - from > RAW_MAX) return { end: at, next: at, why: "wrap" };
    used += size;
    at += length;
  }
  return { end: text.length, next: text.length, why: null };
}

function styleAfter(text: string, style: Style): Style {
  let now = style;
  for (let at = text.indexOf("\u001b"); at >= 0; at = text.indexOf("\u001b", at + 1)) {
    SGR.lastIndex = at;
    const match = SGR.exec(text);
    if (match) now = sgr(now, match[1] ?? "");
  }
  return now;
}

/** Rows kept; beyond it the oldest are let go, and the whole is one download away. */
export const ROWS_MAX = 200_000;
const LET_GO = 20_000;

/** A growing output as rows. */
export class Rows {
  readonly rows: Row[] = [];
  /** How many rows were let go at the beginning. */
  dropped = 0;
  private readonly width: number;
  private tail = "";
  private style: Style = 0;
  private begin: Begin = "line";
  /** Whether the last row is still open, and will be replaced. */
  private open = false;

  constructor(width: number) {
    this.width = Math.max(20, width);
  }

  /** Take more text. The last row may be cut anywhere: it is made anew with what follows. */
  append(more: string): void {
    if (more === "") return;
    if (this.open) this.rows.pop();
    const text = this.tail + more;
    let at = 0;
    for (;;) {
      const { end, next, why } = rowEnd(text, at, this.width);
      const row = text.slice(at, end);
      if (why === null) {
        this.tail = text.slice(at);
        this.open = row !== "";
        if (this.open) this.push(row);
        return;
      }
      this.push(row);
      this.style = styleAfter(row, this.style);
      this.begin = why;
      at = next;
    }
  }

  private push(text: string): void {
    if (this.rows.length >= ROWS_MAX) {
      this.rows.splice(0, LET_GO);
      this.dropped += LET_GO;
    }
    this.rows.push({ text, style: this.style, begin: this.begin });
  }
}
