import { QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "@/api/client";
import { panicQuery, queryClient } from "@/api/queries";
import { clearers, howItEnds } from "@/pages/settings/panic-settings";
import { PanicControl, shortcomings } from "@/shell/panic";
import { openPanic } from "@/shell/panic-door";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  queryClient.clear();
});

const taken = { on: true as const, epoch: 4, latched: true, published: true, agents: 2 };

describe("the question of panic", () => {
  const show = (on: boolean) => act(() => queryClient.setQueryData(panicQuery.queryKey, { on, epoch: 4 }));
  const bar = () =>
    render(
      <QueryClientProvider client={queryClient}>
        <PanicControl />
      </QueryClientProvider>,
    );
  const asks = () => screen.queryByText("Halt everything?") !== null;

  it("does not come back by itself when a panic is cleared", async () => {
    vi.spyOn(api, "GET").mockReturnValue(new Promise(() => undefined) as never);
    vi.spyOn(api, "POST").mockResolvedValue({ data: taken, response: new Response() } as never);
    show(false);
    bar();
    act(() => openPanic(true));
    fireEvent.click(screen.getByRole("button", { name: "Halt everything now" }));
    await waitFor(() => expect(asks()).toBe(false));
    show(true);
    await waitFor(() => expect(screen.queryByRole("button")).toBeNull());
    // The key for it, while everything is halted already.
    act(() => openPanic(true));
    show(false);
    await screen.findByRole("button", { name: /^Panic/ });
    expect(asks()).toBe(false);
  });
});

describe("what a halt could not do", () => {
  const agents = [
    { name: "home", status: "online" },
    { name: "db-agents", status: "offline" },
    { name: "old", status: "revoked" },
  ] as const;

  it("is said: agents out of reach, the disk, the other replicas; and nothing of an earlier panic", () => {
    expect(shortcomings(taken, 4, [])).toEqual([]);
    expect(shortcomings(taken, 4, agents).join()).toMatch(/^Not reachable: db-agents\. /);
    expect(shortcomings(null, 4, undefined)).toHaveLength(1);
    const weak = { ...taken, latched: false, published: false };
    expect(shortcomings(weak, 4, [])).toHaveLength(2);
    expect(shortcomings(weak, 5, [])).toEqual([]);
  });
});

describe("how a panic ends", () => {
  const member = (id: string, role: string) =>
    ({ id, email: `${id}@example.com`, role }) as NonNullable<Parameters<typeof clearers>[0]>[number];
  const ada = member("ada", "owner");
  const kim = member("kim", "maintainer");

  it("is by two words where two may, and on the host where one is alone", () => {
    expect(howItEnds(clearers([ada, kim, member("bo", "viewer")], false), "ada")).toContain(
      "two maintainers",
    );
    const alone = clearers([ada, member("bo", "approver")], false);
    expect(alone).toEqual([ada]);
    expect(howItEnds(alone, "ada")).toMatch(/^You are the only one here.*own machine\.$/);
    expect(howItEnds(alone, "bo")).toMatch(/^ada@example\.com is the only one here/);
  });

  it("is said for both cases while it is not known how many there are", () => {
    expect(clearers(undefined, false)).toBeNull();
    expect(clearers([ada], true)).toBeNull();
    expect(clearers([ada, kim], true)).toHaveLength(2);
    expect(howItEnds(null, "ada")).toMatch(/two maintainers.*where there is one alone/);
  });
});
