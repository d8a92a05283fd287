/** ⌘K: runbooks, executions, pull requests, places and actions, by typing. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { executionsQuery, openExecutionsQuery, placeOf, pullsQuery, runbooksQuery } from "@/api/queries";
import { isSessionOver } from "@/api/standing";
import { stateWord } from "@/ui/execution-states";
import { Dialog } from "@/ui/overlay";
import { visible } from "@/ui/visible";
import { type Action, useActions } from "./actions";
import { PLACES } from "./places";

export interface Entry {
  kind: string;
  text: string;
  /** Searched too, and shown behind. */
  more: string;
  to?: string;
  run?: () => void;
}

const MOST = 12;

/** Every word must occur; what begins with the first word comes first. Order is kept otherwise. */
export function search(entries: readonly Entry[], text: string): Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter((entry) => {
    const hay = `${entry.kind} ${entry.text} ${entry.more}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
  const first = words[0];
  const rank = (entry: Entry) => (first && entry.text.toLowerCase().startsWith(first) ? 0 : 1);
  return [...found].sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

/** All of the first, and what the second adds; each once, by its id. Pure. */
export function withoutRepeats<T extends { id: string }>(
  first: readonly T[] = [],
  second: readonly T[] = [],
): readonly T[] {
  return [...new Map([...second, ...first].map((item) => [item.id, item])).values()].sort((a, b) =>
    a.id < b.id ? 1 : -1,
  );
}

function useEntries(open: boolean, actions: readonly Action[]): Entry[] {
  const runbooks = useQuery({ ...runbooksQuery, enabled: open });
  const executions = useQuery({ ...executionsQuery, enabled: open });
  const running = useQuery({ ...openExecutionsQuery, enabled: open });
  const pulls = useQuery({ ...pullsQuery, enabled: open });
  return useMemo(
    () => [
      ...PLACES.map((place) => ({ kind: "Go to", text: place.label, more: place.more ?? "", to: place.to })),
      ...(runbooks.data?.items ?? []).map((item) => ({
        kind: "Runbook",
        text: item.title,
        more: item.name,
        to: `/runbooks/${item.id}`,
      })),
      ...withoutRepeats(running.data?.items, executions.data?.items).map((item) => ({
        kind: item.parentId ? "Rollback" : "Execution",
        text: item.title,
        more: `${stateWord(item).text} ${item.id}`,
        to: `/executions/${item.id}`,
      })),
      ...(pulls.data?.items ?? []).map((item) => ({
        kind: "Pull request",
        text: item.title,
        more: `#${item.number} ${item.state}`,
        to: `/pulls/${item.number}${placeOf(item).repository ? `?repository=${item.repository}` : ""}`,
      })),
      ...actions.map((action) => ({ kind: "Do", ...action })),
    ],
    [runbooks.data, running.data, executions.data, pulls.data, actions],
  );
}

/** ⌘K, or Ctrl K, calls this; not under the cover of a session that has ended. */
export function usePaletteKey(open: () => void): void {
  const latest = useRef(open);
  latest.current = open;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      if (!isSessionOver()) latest.current();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

interface PaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onHelp: () => void;
}

export function Palette({ open, onOpenChange, onHelp }: PaletteProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Find">
      {open ? <Finder close={() => onOpenChange(false)} onHelp={onHelp} /> : null}
    </Dialog>
  );
}

function Finder({ close, onHelp }: { close: () => void; onHelp: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const list = useId();
  const found = search(useEntries(true, useActions(onHelp)), text);
  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    if (entry.to) void navigate({ href: entry.to });
    else entry.run?.();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((now) => (found.length ? (now + step + found.length) % found.length : 0));
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(found[at]);
    }
  };
  return (
    <div className="stack">
      <input
        className="field"
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={found[at] ? `${list}-${at}` : undefined}
        aria-label="Find a runbook, an execution, a pull request, a place or an action"
        placeholder="A runbook, an execution, a place, an action…"
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the dialog exists for this field.
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={list} role="listbox" aria-label="Found">
        {found.map((entry, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, as comboboxes do.
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field's keys choose.
          <div
            key={`${entry.kind} ${entry.to ?? ""} ${entry.text}`}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            className="menu__item"
            onMouseMove={() => setAt(index)}
            onClick={() => go(entry)}
          >
            <span className="faint small palette__kind">{entry.kind}</span>
            <span className="palette__text">{visible(entry.text)}</span>
            {entry.run ? null : <span className="faint small push palette__more">{visible(entry.more)}</span>}
          </div>
        ))}
        {found.length === 0 ? (
          <p className="dim">Nothing is called that. Try a part of a title, or a name.</p>
        ) : null}
      </div>
    </div>
  );
}
