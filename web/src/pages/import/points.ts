/**
 * The API counts Unicode code points, the browser counts UTF-16 units: they part where a character needs two.
 */
export interface Range {
  from: number;
  to: number;
}

/** Both countings of one text. Lookups cost the logarithm of the number of wide characters. */
export class Points {
  /** The code point index of each character beyond U+FFFF, in order. */
  private readonly wide: readonly number[];
  private readonly units: number;

  constructor(text: string) {
    const wide: number[] = [];
    for (let unit = 0; unit < text.length - 1; unit += 1) {
      if (!isPair(text, unit)) continue;
      wide.push(unit - wide.length);
      unit += 1;
    }
    this.wide = wide;
    this.units = text.length;
  }

  /** UTF-16 units before the code point; never beyond the text. */
  unit(point: number): number {
    return Math.min(this.units, Math.max(0, point + this.before(point)));
  }

  /** Code points before the UTF-16 unit. */
  point(unit: number): number {
    let low = 0;
    let high = this.wide.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.wide[middle] ?? 0) + middle < unit) low = middle + 1;
      else high = middle;
    }
    return unit - low;
  }

  /** A span of the API as a range of the editor; null where it is empty or lies outside. */
  range(span: { start: number; end: number } | null | undefined): Range | null {
    if (!span || !(span.end > span.start) || span.start < 0) return null;
    const from = this.unit(span.start);
    const to = this.unit(span.end);
    return from < to ? { from, to } : null;
  }

  private before(point: number): number {
    let low = 0;
    let high = this.wide.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.wide[middle] ?? 0) < point) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The line, from 1, of a code point of the text: the lines that the editor shows, whatever was sent. */
export function lineCounter(text: string): (point: number) => number {
  const ends: number[] = [];
  let at = 0;
  for (const character of text) {
    if (character === "\n") ends.push(at);
    at += 1;
  }
  return (point) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < point) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

function isPair(text: string, unit: number): boolean {
  const high = text.charCodeAt(unit);
  const low = text.charCodeAt(unit + 1);
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}

/** Text that survives the way to the server: halves of a character become U+FFFD, line ends become `\n`. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd").replace(/\r\n?/g, "\n");
}
