/** The cover of a session that has ended: what is typed goes nowhere under it, and on where it was afterwards. */
import { QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { queryClient } from "@/api/queries";
import { sessionEnded, signedInAs } from "@/api/standing";
import { SessionOver } from "@/shell/session-over";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

it("takes the keys from the field that somebody writes in, presses nothing by them, and gives them back", async () => {
  signedInAs("mem_a");
  render(
    <QueryClientProvider client={queryClient}>
      <textarea aria-label="Comment" />
      <SessionOver />
    </QueryClientProvider>,
  );
  const field = screen.getByLabelText("Comment");
  field.focus();
  act(sessionEnded);
  const cover = await screen.findByRole("alertdialog", { name: "Your session has ended" });
  await waitFor(() => expect(document.activeElement).toBe(cover));
  act(() => void signedInAs("mem_a"));
  await waitFor(() => expect(document.activeElement).toBe(field));
});
