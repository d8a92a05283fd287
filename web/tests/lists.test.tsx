import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Page, usePages } from "@/api/pages";
import { queryClient } from "@/api/queries";
import { countText } from "@/shell/topbar";
import { stateWord } from "@/ui/execution-states";
import { LoadMore } from "@/ui/load-more";

afterEach(() => {
  cleanup();
  queryClient.clear();
});

function List({ ask }: { ask: (cursor: { cursor?: string }) => Promise<Page<string>> }) {
  const pages = usePages(["test"], ask);
  return (
    <>
      <p data-testid="items">{pages.data?.join(" ")}</p>
      <LoadMore pages={pages} noun="runs" />
    </>
  );
}

describe("a list that is longer than one answer", () => {
  it("says so, and is loaded to its end", async () => {
    const ask = vi.fn(({ cursor }: { cursor?: string }) =>
      Promise.resolve(cursor ? { items: ["c"], nextCursor: null } : { items: ["a", "b"], nextCursor: "b" }),
    );
    render(
      <QueryClientProvider client={queryClient}>
        <List ask={ask} />
      </QueryClientProvider>,
    );
    expect(await screen.findByText("2 shown, there are more")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Load older runs" }));
    await vi.waitFor(() => expect(screen.getByTestId("items").textContent).toBe("a b c"));
    expect(ask).toHaveBeenCalledWith({ cursor: "b" });
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("is counted with a plus", () => {
    expect(countText(undefined)).toBe("");
    expect(countText({ items: [] })).toBe("");
    expect(countText({ items: [1, 2], nextCursor: null })).toBe("2");
    expect(countText({ items: [1, 2], nextCursor: "x" })).toBe("2+");
  });
});

describe("the state of an execution", () => {
  it("says first what a person must know", () => {
    expect(stateWord({ state: "paused", unknown: true }).text).toBe("Fate unknown");
    expect(stateWord({ state: "completed", unknown: true }).text).toBe("Completed");
    expect(stateWord({ state: "a_new_state" }).text).toBe("a new state");
  });
});
