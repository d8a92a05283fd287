import { beforeEach, describe, expect, it, vi } from "vitest";
import { api, once, take } from "@/api/client";
import { asProblem } from "@/api/problem";

// The client takes the browser's fetch when it is made: it has to be replaced before.
const fetching = vi.hoisted(() => {
  const made = vi.fn<typeof fetch>();
  globalThis.fetch = made;
  return made;
});
const json = (status: number, body: unknown, type = "application/json") =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });

beforeEach(() => {
  fetching.mockReset();
});

const comment = (body: string) =>
  once(["comment", 7, body], (key) =>
    take(
      api.POST("/api/v1/pulls/{number}/comments", {
        baseUrl: "http://localhost",
        params: { path: { number: 7 } },
        headers: { "Idempotency-Key": key },
        body: { body },
      }),
    ),
  );
const problem = (call: Promise<unknown>) => call.then(() => null, asProblem);
const keys = () =>
  fetching.mock.calls.map(([request]) => (request as Request).headers.get("Idempotency-Key") ?? "");

describe("a change whose answer is lost", () => {
  it("may have happened, and says so; a question changed nothing", async () => {
    fetching.mockRejectedValue(new TypeError("Failed to fetch"));
    expect(await problem(comment("a"))).toMatchObject({ code: "unanswered", status: 0 });
    expect((await problem(comment("a")))?.message).toContain("may have happened");
    const asked = take(api.GET("/api/v1/me", { baseUrl: "http://localhost" }));
    expect(await problem(asked)).toMatchObject({ code: "unreachable" });
    const scanned = api.POST("/api/v1/classify", {
      baseUrl: "http://localhost",
      body: { command: "ls", language: "bash" },
    });
    expect(await problem(take(scanned))).toMatchObject({ code: "unreachable" });
  });

  it("is what a proxy's refusal is, and the controller's own is not", async () => {
    fetching.mockResolvedValueOnce(new Response("<h1>Bad gateway</h1>", { status: 502 }));
    expect(await problem(comment("b"))).toMatchObject({ code: "unanswered" });
    const refusal = { code: "no_database", detail: "It is away." };
    fetching.mockResolvedValueOnce(json(503, refusal, "application/problem+json"));
    expect(await problem(comment("b"))).toMatchObject({ status: 503, code: "no_database" });
  });

  it("goes out again under the same key, until an answer came; another text has another", async () => {
    fetching.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    await problem(comment("c"));
    fetching.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    await problem(comment("another"));
    fetching.mockResolvedValueOnce(json(201, { id: 1 }));
    await comment("c");
    fetching.mockResolvedValueOnce(json(201, { id: 2 }));
    await comment("c");
    const [first, other, again, next] = keys();
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(again).toBe(first);
    expect(new Set([first, other, next]).size).toBe(3);
  });
});

describe("a change that may have been done", () => {
  it.each([
    [409, "request_running"],
    [503, "no_database"],
  ])("keeps its key after %i %s, and loses it with an answer", async (status, code) => {
    const refusal = json(status, { code, detail: "Not now." }, "application/problem+json");
    fetching.mockResolvedValueOnce(refusal);
    expect(await problem(comment(code))).toMatchObject({ status, code });
    const unknown = { code: "outcome_unknown", detail: "It ended without an answer." };
    fetching.mockResolvedValueOnce(json(409, unknown, "application/problem+json"));
    expect(await problem(comment(code))).toMatchObject({ code: "outcome_unknown" });
    fetching.mockResolvedValueOnce(json(201, { id: 1 }));
    await comment(code);
    const [first, again, next] = keys();
    expect(again).toBe(first);
    expect(next).not.toBe(first);
  });
});

describe("a change that got no answer", () => {
  it.each([401, 408, 429])(
    "keeps its key through %i, which says nothing of what was sent",
    async (status) => {
      const text = `through ${status}`;
      fetching.mockRejectedValueOnce(new TypeError("Failed to fetch"));
      expect(await problem(comment(text))).toMatchObject({ code: "unanswered" });
      fetching.mockResolvedValueOnce(
        json(status, { code: "no", detail: "Not now." }, "application/problem+json"),
      );
      expect(await problem(comment(text))).toMatchObject({ status });
      for (const id of [1, 2]) {
        fetching.mockResolvedValueOnce(json(201, { id }));
        await comment(text);
      }
      const [first, refused, again, next] = keys();
      expect([refused, again]).toEqual([first, first]);
      expect(next).not.toBe(first);
    },
  );
});

describe("a double click", () => {
  it("sends one request, and both get its answer; the next click is a new intention", async () => {
    let answer: (response: Response) => void = () => undefined;
    fetching.mockReturnValueOnce(
      new Promise((resolve) => {
        answer = resolve;
      }),
    );
    const both = Promise.all([comment("d"), comment("d")]);
    await vi.waitFor(() => expect(fetching).toHaveBeenCalled());
    answer(json(201, { id: 3 }));
    expect(await both).toEqual([{ id: 3 }, { id: 3 }]);
    expect(fetching).toHaveBeenCalledTimes(1);
    fetching.mockResolvedValueOnce(json(201, { id: 4 }));
    expect(await comment("d")).toEqual({ id: 4 });
    expect(new Set(keys()).size).toBe(2);
  });

  it("fails for both where it fails", async () => {
    fetching.mockResolvedValueOnce(json(409, { code: "busy", detail: "It is." }, "application/problem+json"));
    const both = await Promise.all([problem(comment("e")), problem(comment("e"))]);
    expect(both.map((one) => one?.code)).toEqual(["busy", "busy"]);
    expect(fetching).toHaveBeenCalledTimes(1);
  });
});
