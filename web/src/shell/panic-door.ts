/** The question of panic is opened from several places: the top bar, a key, the palette. It waits for no later one. */
import { useSyncExternalStore } from "react";

let open = false;
const listeners = new Set<() => void>();

export function openPanic(next: boolean): void {
  open = next;
  for (const listener of listeners) listener();
}

export function usePanicOpen(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}
