import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
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
