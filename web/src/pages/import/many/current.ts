/** The import of many documents that this tab is at: kept while the page lives, also while somebody looks elsewhere. */
import { askBatch, openBatch } from "./ask";
import type { Picked } from "./gather";
import { ManyImport } from "./many-import";

let current: ManyImport | null = null;
const listeners = new Set<() => void>();

function put(next: ManyImport | null): void {
  current?.stop();
  current = next;
  for (const listener of listeners) listener();
}

/** For `useSyncExternalStore`. */
export function subscribeMany(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Begins one; the one before ends where it is. */
export function beginMany(owner: string, files: () => Promise<readonly Picked[]>): void {
  const next = new ManyImport(owner, { look: askBatch, open: openBatch, pause });
  put(next);
  void next.start(files);
}

/** The one of this member; another's is not shown. */
export function currentMany(owner: string): ManyImport | null {
  return current?.owner === owner ? current : null;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
