/** The pair that is lit: one id at a time, from either side. Outside React's state: a hover draws two cards anew. */
import { createContext, useContext, useSyncExternalStore } from "react";

export class Lit {
  private current: string | null = null;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly id = (): string | null => this.current;

  /** Whether the pointer or a card lit it, or the cursor in the source. */
  by: "pointer" | "cursor" = "pointer";

  set(id: string | null, by: Lit["by"] = "pointer"): void {
    if (id === this.current) return;
    this.current = id;
    this.by = by;
    for (const listener of this.listeners) listener();
  }
}

export const LitContext = createContext<Lit>(new Lit());

/** Whether this place is lit, and what lights it. */
export function useLit(id: string) {
  const lit = useContext(LitContext);
  const on = useSyncExternalStore(lit.subscribe, () => lit.id() === id);
  return {
    on,
    handlers: {
      onMouseEnter: () => lit.set(id),
      onMouseLeave: () => lit.set(null),
      onFocus: () => lit.set(id),
    },
  };
}
