import { cleanup, render, screen, waitFor } from "@testing-library/react";
import { useEffect, useState } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { Confirm, Dialog } from "@/ui/overlay";

afterEach(cleanup);

function Page({ kind, moves = false }: { kind: "dialog" | "confirm"; moves?: boolean }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (moves && !open) document.getElementById("other")?.focus();
  }, [moves, open]);
  const Shown = kind === "dialog" ? Dialog : Confirm;
  return (
    <form onKeyDown={(event) => event.key === "?" && setOpen(true)}>
      <article id="step" tabIndex={-1} />
      <input id="other" aria-label="other" />
      <Shown
        open={open}
        onOpenChange={setOpen}
        title="Keys"
        description="All"
        action={<button type="button">Do</button>}
      >
        <p>Keys</p>
      </Shown>
    </form>
  );
}

async function openedAndClosed(): Promise<void> {
  const step = document.getElementById("step") as HTMLElement;
  step.focus();
  step.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true }));
  const shown = await screen.findByText("All");
  expect(document.activeElement).not.toBe(step);
  shown.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await waitFor(() => expect(screen.queryByText("All")).toBeNull());
}

describe("what was opened by a key", () => {
  it.each(["dialog", "confirm"] as const)("gives the focus back to where it was (%s)", async (kind) => {
    render(<Page kind={kind} />);
    await openedAndClosed();
    await waitFor(() => expect(document.activeElement?.id).toBe("step"));
  });

  it("takes no focus from where the page put it meanwhile", async () => {
    render(<Page kind="dialog" moves />);
    await openedAndClosed();
    await waitFor(() => expect(document.activeElement?.id).toBe("other"));
    await new Promise((resolve) => setTimeout(resolve)); // Radix gives the focus back a task later
    expect(document.activeElement?.id).toBe("other");
  });
});
