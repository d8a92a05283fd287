import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, type Schemas } from "@/api/client";
import { queryClient } from "@/api/queries";
import { Members } from "@/pages/settings/members";
import type { Me } from "@/pages/settings/queries";
import { TooltipProvider } from "@/ui/overlay";

const member = (id: string, role: Schemas["Role"]) => ({
  id,
  email: `${id}@example.com`,
  displayName: "",
  role,
  createdAt: "2026-11-28T03:00:00Z",
});
const me = { id: "ada", permissions: ["members"], role: "owner" } as unknown as Me;
const post = vi.spyOn(api, "POST");
const put = vi.spyOn(api, "PUT");

beforeEach(() => {
  post.mockReset();
  put.mockReset();
  vi.spyOn(api, "GET").mockReturnValue(new Promise(() => undefined) as never);
  const items = [member("ada", "owner"), member("kim", "viewer")];
  queryClient.setQueryData(["members", "pages"], { pages: [{ items }], pageParams: [""] });
  render(
    <QueryClientProvider client={queryClient}>
      <TooltipProvider>
        <Members me={me} />
      </TooltipProvider>
    </QueryClientProvider>,
  );
});
afterEach(() => {
  cleanup();
  queryClient.clear();
});

describe("a role", () => {
  const choose = (role: string) =>
    fireEvent.change(screen.getByLabelText("Role of kim@example.com"), { target: { value: role } });

  it("is not given by a slip in the list: it is asked for first", async () => {
    put.mockResolvedValue({ data: member("kim", "owner"), response: new Response() } as never);
    choose("owner");
    expect(put).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(put).not.toHaveBeenCalled();
    expect((screen.getByLabelText("Role of kim@example.com") as HTMLSelectElement).value).toBe("viewer");
    choose("owner");
    fireEvent.click(screen.getByRole("button", { name: "Make kim@example.com owner" }));
    await vi.waitFor(() => expect(put).toHaveBeenCalledTimes(1));
    expect(put.mock.calls[0]?.[1]).toMatchObject({
      params: { path: { member_id: "kim" } },
      body: { role: "owner" },
    });
  });
});

describe("a sign-in URL", () => {
  it("names whom it signs in, and is made once at a time", async () => {
    let answer: (value: unknown) => void = () => undefined;
    post.mockReturnValue(new Promise((resolve) => (answer = resolve)) as never);
    fireEvent.click(screen.getByRole("button", { name: "Make a sign-in URL for kim@example.com" }));
    const making = screen.getByRole("button", { name: "Make a sign-in URL for kim@example.com" });
    await vi.waitFor(() => expect(making.getAttribute("aria-busy")).toBe("true"));
    fireEvent.click(making);
    fireEvent.click(screen.getByRole("button", { name: /^Make a sign-in URL for ada/ }));
    await vi.waitFor(() => expect(post).toHaveBeenCalledTimes(1));
    answer({ data: { url: "http://x/sign-in?token=t", minutes: 30 }, response: new Response() });
    expect(await screen.findByText("A sign-in URL for kim@example.com, which works once")).toBeTruthy();
  });
});
