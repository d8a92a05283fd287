import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sessionEnded, signedInAs } from "@/api/standing";
import { usePaletteKey } from "@/shell/palette";
import { ShortcutProvider, useShortcuts } from "@/shell/shortcuts";

afterEach(cleanup);

function Page({ run, field }: { run: () => void; field: boolean }) {
  useShortcuts("Page", [{ keys: "a", label: "Go to the approval", run }]);
  return field ? <input aria-label="note" /> : <p>It is gone</p>;
}

const show = (run: () => void, field: boolean) => (
  <ShortcutProvider>
    <Page run={run} field={field} />
  </ShortcutProvider>
);

describe("a field that is taken away while somebody writes", () => {
  const begin = () => {
    const run = vi.fn();
    const { rerender } = render(show(run, true));
    fireEvent.keyDown(screen.getByLabelText("note"), { key: "l" });
    rerender(show(run, false));
    return run;
  };

  it("makes no shortcuts of the rest of the word, and no click of a blank", () => {
    const run = begin();
    expect(fireEvent.keyDown(document.body, { key: "a" })).toBe(false);
    expect(fireEvent.keyDown(document.body, { key: " " })).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });

  it("is left by a click, and by the keys that leave", () => {
    const clicked = begin();
    fireEvent.pointerDown(document.body);
    fireEvent.keyDown(document.body, { key: "a" });
    expect(clicked).toHaveBeenCalledTimes(1);
    cleanup();
    const escaped = begin();
    fireEvent.keyDown(document.body, { key: "Escape" });
    fireEvent.keyDown(document.body, { key: "a" });
    expect(escaped).toHaveBeenCalledTimes(1);
  });

  it("is left by an Escape that its editor takes for itself", () => {
    const run = vi.fn();
    render(show(run, true));
    const field = screen.getByLabelText("note");
    field.addEventListener("keydown", (event) => event.key === "Escape" && event.preventDefault());
    fireEvent.keyDown(field, { key: "l" });
    fireEvent.keyDown(field, { key: "Escape" });
    fireEvent.keyDown(document.body, { key: "a" });
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe("a key that is held", () => {
  it("presses a button once: the next one under the focus may ask something else", () => {
    render(
      <ShortcutProvider>
        <button type="button">Approve</button>
        <p>Text</p>
      </ShortcutProvider>,
    );
    const button = screen.getByRole("button");
    for (const key of ["Enter", " "]) {
      expect(fireEvent.keyDown(button, { key })).toBe(true);
      expect(fireEvent.keyDown(button, { key, repeat: true })).toBe(false);
    }
    expect(fireEvent.keyDown(screen.getByText("Text"), { key: " ", repeat: true })).toBe(true);
  });
});

describe("a blank that comes up", () => {
  const buttons = () => {
    render(
      <ShortcutProvider>
        <button type="button">Refuse</button>
        <button type="button">Approve</button>
        <Page run={() => undefined} field />
      </ShortcutProvider>,
    );
    const [refuse, approve] = screen.getAllByRole("button");
    if (!refuse || !approve) throw new Error("two buttons were drawn");
    return { refuse, approve, field: screen.getByLabelText("note") };
  };
  const up = (element: HTMLElement) => fireEvent.keyUp(element, { key: " " });
  const down = (element: HTMLElement, more = {}) => fireEvent.keyDown(element, { key: " ", ...more });

  it("presses the button on which it went down, once, however long it was held", () => {
    const { approve } = buttons();
    down(approve);
    down(approve, { repeat: true });
    expect(up(approve)).toBe(true);
    expect(up(approve)).toBe(false);
  });

  it("presses none that got the focus while it was held", () => {
    const { refuse, approve, field } = buttons();
    for (const before of [refuse, field]) {
      down(before);
      down(approve, { repeat: true });
      expect(up(approve)).toBe(false);
    }
    expect(up(approve)).toBe(false);
  });

  it("presses none where the key that went down was the rest of a word", () => {
    const { approve, field } = buttons();
    fireEvent.keyDown(field, { key: "l" });
    expect(down(approve)).toBe(false);
    expect(up(approve)).toBe(false);
    fireEvent.pointerDown(document.body);
    expect(down(approve)).toBe(true);
    expect(up(approve)).toBe(true);
  });

  it("is known to have gone down, also where the page keeps that to itself", () => {
    const { approve } = buttons();
    approve.addEventListener("keydown", (event) => event.stopPropagation());
    down(approve);
    expect(up(approve)).toBe(true);
  });
});

function Covered({ go, find }: { go: () => void; find: () => void }) {
  useShortcuts("Page", [
    { keys: "g r", label: "Go to Runbooks", run: go },
    { keys: "/", label: "Find", run: find },
  ]);
  usePaletteKey(find);
  return <button type="button">I have signed in</button>;
}

describe("under the cover of a session that has ended", () => {
  const press = (...keys: string[]) => {
    for (const key of keys) fireEvent.keyDown(screen.getByRole("button"), { key });
  };

  it("no key leads away or opens anything, nor begins what a later one ends", () => {
    const go = vi.fn();
    const find = vi.fn();
    signedInAs("mem_a");
    render(
      <ShortcutProvider>
        <Covered go={go} find={find} />
      </ShortcutProvider>,
    );
    press("g");
    sessionEnded();
    press("r", "g", "r", "/");
    fireEvent.keyDown(screen.getByRole("button"), { key: "k", ctrlKey: true });
    press("g");
    signedInAs("mem_a");
    press("r");
    expect(go).not.toHaveBeenCalled();
    expect(find).not.toHaveBeenCalled();
    press("g", "r", "/");
    fireEvent.keyDown(screen.getByRole("button"), { key: "k", metaKey: true });
    expect(go).toHaveBeenCalledTimes(1);
    expect(find).toHaveBeenCalledTimes(2);
  });
});

it("a shortcut works as soon as what it acts on is on screen", () => {
  const run = vi.fn();
  const place = document.body.appendChild(document.createElement("div"));
  const page = createRoot(place);
  flushSync(() => page.render(show(run, false)));
  expect(place.textContent).toContain("It is gone");
  fireEvent.keyDown(document.body, { key: "a" });
  page.unmount();
  place.remove();
  expect(run).toHaveBeenCalledTimes(1);
});
