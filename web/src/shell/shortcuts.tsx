/** Keyboard shortcuts: pages register theirs, `?` lists all that are active now. */
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { isSessionOver } from "@/api/standing";

export interface Shortcut {
  /** One key as `KeyboardEvent.key` names it (`j`, `?`, `Escape`), or two after each other: `g r`. */
  keys: string;
  label: string;
  run: () => void;
}

interface Registry {
  add: (group: string, shortcuts: readonly Shortcut[]) => () => void;
  groups: ReadonlyMap<string, readonly Shortcut[]>;
}

const Context = createContext<Registry | null>(null);
const CHORD_MS = 900;
/** Somebody who types does not pause for longer: what they press next was meant for the field. */
const TYPING_MS = 1_500;
/** Keys by which one leaves a field. */
const LEAVES: ReadonlySet<string> = new Set(["Escape", "Tab", "Enter"]);

/** Whether typing goes into a field: then single keys are text, not shortcuts. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** The shortcut that this key completes, given the key before it. The newest group wins. */
export function match(
  groups: ReadonlyMap<string, readonly Shortcut[]>,
  key: string,
  before: string | null,
): Shortcut | undefined {
  const all = [...groups.values()].reverse().flat();
  const chord = before ? all.find((item) => item.keys === `${before} ${key}`) : undefined;
  return chord ?? all.find((item) => item.keys === key);
}

/** A key with another one held: the browser's, or the palette's. */
function isChord(event: KeyboardEvent): boolean {
  return event.metaKey || event.ctrlKey || event.altKey;
}

/** A key that is still down from before presses no button again: the next one may ask something else. */
function holdNothing(event: KeyboardEvent): void {
  const presses = event.repeat && (event.key === "Enter" || event.key === " ");
  if (presses && event.target instanceof Element && event.target.closest("button")) event.preventDefault();
}

/**
 * Space presses where it went down and nowhere else, and only where that was let through.
 *
 * A button is pressed as the key comes up. Some browsers press whatever has the focus then: a gate that came while
 * the key was held, or a button whose key-down was taken for the rest of a word.
 */
class Space {
  #down: KeyboardEvent | null = null;

  /** Before anybody else: also where the event goes no further. */
  readonly down = (event: KeyboardEvent) => {
    if (event.key === " " && !event.repeat) this.#down = event;
  };

  readonly up = (event: KeyboardEvent) => {
    if (event.key !== " ") return;
    const down = this.#down;
    this.#down = null;
    if (down?.target !== event.target || down?.defaultPrevented) event.preventDefault();
  };
}

/** Whether a key is text: it goes into a field, or went on into one that was taken away under the hands. */
class Typing {
  #at = Number.NEGATIVE_INFINITY;

  readonly forget = () => {
    this.#at = Number.NEGATIVE_INFINITY;
  };

  /** The rest of a word whose field is gone is no row of shortcuts, and its blank presses no button. */
  takes(event: KeyboardEvent): boolean {
    const isField = isTyping(event.target);
    if (LEAVES.has(event.key)) {
      this.forget();
      return isField;
    }
    const goesOn = event.timeStamp - this.#at < TYPING_MS;
    if (!isField && !goesOn) return false;
    this.#at = event.timeStamp;
    if (!isField) event.preventDefault();
    return true;
  }
}

/** The key before this one: some shortcuts are two after each other. */
class Chord {
  #before: { key: string; at: number } | null = null;

  readonly forget = () => {
    this.#before = null;
  };

  /** The shortcut that this key completes. */
  complete(groups: ReadonlyMap<string, readonly Shortcut[]>, event: KeyboardEvent): Shortcut | undefined {
    const before = this.#before;
    const isSoon = before !== null && event.timeStamp - before.at < CHORD_MS;
    const found = match(groups, event.key, isSoon ? before.key : null);
    this.#before = found ? null : { key: event.key, at: event.timeStamp };
    return found;
  }
}

export function ShortcutProvider({ children }: { children: ReactNode }) {
  const [groups, setGroups] = useState<ReadonlyMap<string, readonly Shortcut[]>>(new Map());
  const live = useRef(groups);
  live.current = groups;

  useEffect(() => {
    const space = new Space();
    window.addEventListener("keydown", holdNothing);
    window.addEventListener("keydown", space.down, { capture: true });
    window.addEventListener("keyup", space.up, { capture: true });
    return () => {
      window.removeEventListener("keydown", holdNothing);
      window.removeEventListener("keydown", space.down, { capture: true });
      window.removeEventListener("keyup", space.up, { capture: true });
    };
  }, []);

  useEffect(() => {
    const typing = new Typing();
    const chord = new Chord();
    const onKey = (event: KeyboardEvent) => {
      // An editor that takes Escape for itself is left by it all the same.
      if (event.key === "Escape") typing.forget();
      if (event.defaultPrevented || isChord(event) || typing.takes(event)) return;
      // Under the cover nothing leads away from the page: what was typed there would be lost.
      if (isSessionOver()) return chord.forget();
      const found = chord.complete(live.current, event);
      if (!found) return;
      event.preventDefault();
      found.run();
    };
    window.addEventListener("keydown", onKey);
    window.addEventListener("pointerdown", typing.forget);
    return () => {
      window.removeEventListener("keydown", onKey);
      window.removeEventListener("pointerdown", typing.forget);
    };
  }, []);

  const registry = useMemo<Registry>(
    () => ({
      groups,
      add: (group, shortcuts) => {
        setGroups((now) => new Map(now).set(group, shortcuts));
        return () =>
          setGroups((now) => {
            const next = new Map(now);
            next.delete(group);
            return next;
          });
      },
    }),
    [groups],
  );
  return <Context.Provider value={registry}>{children}</Context.Provider>;
}

/** All active shortcuts, for the help. */
export function useShortcutGroups(): ReadonlyMap<string, readonly Shortcut[]> {
  return useContext(Context)?.groups ?? new Map();
}

/**
 * Make shortcuts active while the caller is on screen: from the frame in which it is drawn, not from a later one.
 * `run` may change at each render; keys may not.
 */
export function useShortcuts(group: string, shortcuts: readonly Shortcut[]): void {
  const add = useContext(Context)?.add;
  const adding = useRef(add);
  adding.current = add;
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const names = shortcuts.map((item) => `${item.keys}\t${item.label}`).join("\n");
  useLayoutEffect(() => {
    const stable = names
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const [keys = "", label = ""] = line.split("\t");
        return { keys, label, run: () => latest.current.find((item) => item.keys === keys)?.run() };
      });
    return adding.current?.(group, stable);
  }, [group, names]);
}
