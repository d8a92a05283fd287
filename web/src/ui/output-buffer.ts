/** The output of one attempt as it comes: bytes in, rows out, told at most once a frame. */
import { plainText, Rows } from "./ansi";

const FIRST_WIDTH = 100;

export class OutputBuffer {
  private decoder = new TextDecoder("utf-8");
  private chunks: string[] = [];
  private current = new Rows(FIRST_WIDTH);
  private width = FIRST_WIDTH;
  private listeners = new Set<() => void>();
  private frame: number | null = null;
  private version = 0;
  /** Bytes taken so far: where the next ones must begin. */
  bytes = 0;

  get rows(): Rows {
    return this.current;
  }

  /** Take the bytes that begin at `offset`; what was taken before is left out, a hole is refused. */
  append(data: Uint8Array, offset: number): boolean {
    const skip = this.bytes - offset;
    if (skip < 0) return false;
    if (skip >= data.length) return true;
    const fresh = data.subarray(skip);
    this.bytes += fresh.length;
    this.take(this.decoder.decode(fresh, { stream: true }));
    return true;
  }

  /** Nothing will follow: half a character at the end is shown as broken. */
  finish(): void {
    this.take(this.decoder.decode());
    this.decoder = new TextDecoder("utf-8");
  }

  /** Break rows at this many columns from now on, and those that there are. */
  setWidth(columns: number): void {
    if (columns === this.width) return;
    this.width = columns;
    this.current = new Rows(columns);
    for (const chunk of this.chunks) this.current.append(chunk);
    this.changed();
  }

  /** Everything as it is shown: what can't be seen is named, so that pasting it elsewhere does nothing. */
  text(): string {
    const lines: string[] = [];
    for (const row of this.current.rows) {
      if (row.begin === "wrap" && lines.length > 0) lines[lines.length - 1] += plainText(row);
      else lines.push(plainText(row));
    }
    return lines.join("\n");
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  private take(text: string): void {
    if (text === "") return;
    this.chunks.push(text);
    this.current.append(text);
    this.changed();
  }

  private changed(): void {
    if (this.frame !== null) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      this.version += 1;
      for (const listener of this.listeners) listener();
    });
  }
}
