import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "@/api/client";
import { anyPullQuery, queryClient } from "@/api/queries";
import { nextHint } from "@/shell/first-run";

afterEach(() => {
  vi.restoreAllMocks();
  queryClient.clear();
});

describe("the hint of the first days", () => {
  const known = { runbooks: [{ id: "rbk_1", name: "host-health" }], executions: 1, canImport: true };

  it("goes when it is done, and stays away when the pull request is merged or closed", async () => {
    expect(nextHint({ ...known, proposed: false })?.to).toBe("/import");
    const get = vi.spyOn(api, "GET").mockImplementation(((_path: string, { params }: never) => {
      const { state } = (params as { query: { state: string } }).query;
      const items = state === "closed" ? [{ number: 1 }] : [];
      return Promise.resolve({ data: { items }, response: new Response() });
    }) as never);
    const proposed = await queryClient.fetchQuery(anyPullQuery);
    expect(get).toHaveBeenCalledTimes(3);
    expect(proposed).toBe(true);
    expect(nextHint({ ...known, proposed })).toBeNull();
  });

  it("is nothing done where nothing was done", async () => {
    vi.spyOn(api, "GET").mockResolvedValue({ data: { items: [] }, response: new Response() } as never);
    expect(await queryClient.fetchQuery(anyPullQuery)).toBe(false);
  });
});
