/** A session that ends while a page is open: known before anything is refused, and nothing is sent after. */
import { beforeEach, describe, expect, it, vi } from "vitest";

// The client takes the browser's fetch when it is made: it has to be replaced before.
const fetching = vi.hoisted(() => {
  const made = vi.fn<typeof fetch>();
  globalThis.fetch = made;
  return made;
});
const SESSION_PATH = "/api/v1/session";
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const pathOf = (asked: RequestInfo | URL) =>
  new URL(asked instanceof Request ? asked.url : String(asked), "http://localhost").pathname;

/** The modules as a page has them that was just opened: nobody is signed in on it yet. */
async function opened() {
  vi.resetModules();
  return {
    ...(await import("@/api/standing")),
    ...(await import("@/api/problem")),
    ...(await import("@/api/client")),
    ...(await import("@/api/queries")),
  };
}

/** Milliseconds of the page. */
let clock = 0;
vi.spyOn(performance, "now").mockImplementation(() => clock);

let there: string | null;
let sent: string[];
let page: Awaited<ReturnType<typeof opened>>;

beforeEach(async () => {
  there = "mem_a";
  sent = [];
  fetching.mockReset();
  fetching.mockImplementation(async (asked) => {
    const path = pathOf(asked);
    sent.push(path);
    return json(path === SESSION_PATH ? { me: there && { id: there } } : { on: false });
  });
  page = await opened();
});

const refused = (call: Promise<unknown>) => call.then(() => null, page.asProblem);
const baseUrl = "http://localhost";
const panic = () => refused(page.take(page.api.GET("/api/v1/panic", { baseUrl })));
const halt = () => refused(page.take(page.api.POST("/api/v1/panic", { baseUrl, body: { reason: "it" } })));

it("a page that never had a session asks nothing first, and none ends on it", async () => {
  page.sessionEnded();
  expect(page.isSessionOver()).toBe(false);
  expect(await panic()).toBeNull();
  expect(sent).toEqual(["/api/v1/panic"]);
});

it("a page that was just told whose it is asks for what it shows at once, and only then", async () => {
  page.signedInAs("mem_a");
  expect(await panic()).toBeNull();
  expect(sent).toEqual(["/api/v1/panic"]);
  clock += 250;
  page.signedInAs("mem_a");
  clock += 250;
  there = null;
  expect(await panic()).toMatchObject({ status: 401 });
  expect(sent).toEqual(["/api/v1/panic", SESSION_PATH]);
});

describe("a page with a session", () => {
  beforeEach(() => {
    page.signedInAs("mem_a");
    clock += 500;
  });

  it("asks whether it lasts before it asks anything else, once for all that goes out together", async () => {
    expect(await Promise.all([panic(), panic(), page.isStillSignedIn()])).toEqual([null, null, true]);
    expect(sent).toEqual([SESSION_PATH, "/api/v1/panic", "/api/v1/panic"]);
  });

  it("sends nothing once it has ended, and says so once", async () => {
    const told = vi.fn();
    const stop = page.subscribeSession(told);
    there = null;
    expect(await panic()).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(await panic()).toMatchObject({ status: 401, message: "Your session has ended." });
    expect(await halt()).toMatchObject({ status: 401, message: "Your session has ended." });
    expect(sent).toEqual([SESSION_PATH]);
    expect(page.isSessionOver()).toBe(true);
    expect(told).toHaveBeenCalledTimes(1);
    stop();
  });

  it("has ended, too, where somebody else is signed in now", async () => {
    there = "mem_b";
    expect(await page.isStillSignedIn()).toBe(false);
    expect(await page.lookAgain()).toBe("other");
    expect(page.isSessionOver()).toBe(true);
  });

  it("has ended where a request is refused for want of one", async () => {
    fetching.mockImplementation(async (asked) =>
      pathOf(asked) === SESSION_PATH ? json({ me: { id: "mem_a" } }) : json({ code: "unauthenticated" }, 401),
    );
    expect(await panic()).toMatchObject({ status: 401 });
    expect(page.isSessionOver()).toBe(true);
  });

  it("does not end because nothing answers, or because the answer is a fault", async () => {
    fetching.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    expect(await page.isStillSignedIn()).toBe(true);
    fetching.mockResolvedValueOnce(json({ code: "no_database" }, 503));
    expect(await page.isStillSignedIn()).toBe(true);
    expect(page.isSessionOver()).toBe(false);
  });

  it("goes on where the same member is back", async () => {
    there = null;
    expect(await page.isStillSignedIn()).toBe(false);
    expect(await page.lookAgain()).toBe("nobody");
    there = "mem_a";
    expect(await page.lookAgain()).toBe("back");
    expect(await panic()).toBeNull();
  });
});

describe("what is asked for before a request", () => {
  beforeEach(() => {
    page.signedInAs("mem_a");
    clock += 500;
  });

  it("waits for that answer two seconds and no longer: then the request goes out", async () => {
    const limit = new AbortController();
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(limit.signal);
    fetching.mockImplementationOnce(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(limit.signal.reason));
        }),
    );
    const asked = panic();
    await vi.waitFor(() => expect(timeout).toHaveBeenCalledWith(2_000));
    expect(sent).toEqual([]);
    limit.abort(new DOMException("It took too long.", "TimeoutError"));
    expect(await asked).toBeNull();
    expect(sent).toEqual(["/api/v1/panic"]);
    expect(page.isSessionOver()).toBe(false);
    timeout.mockRestore();
  });

  it("halts at once, also while the answer to that is waited for", async () => {
    fetching.mockReturnValueOnce(new Promise(() => undefined));
    void panic();
    const halted = halt();
    await vi.waitFor(() => expect(sent).toEqual(["/api/v1/panic"]));
    expect(await halted).toBeNull();
  });

  it("keeps the key of a change without an answer while nobody is signed in", async () => {
    const keys: string[] = [];
    const start = () =>
      refused(
        page.once(["start"], (key) => {
          keys.push(key);
          return page.take(page.api.POST("/api/v1/sync", { baseUrl, headers: { "Idempotency-Key": key } }));
        }),
      );
    fetching.mockResolvedValueOnce(json({ me: { id: "mem_a" } }));
    fetching.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    expect(await start()).toMatchObject({ code: "unanswered" });
    there = null;
    expect(await start()).toMatchObject({ status: 401 });
    expect(sent).toEqual([SESSION_PATH]);
    there = "mem_a";
    expect(await page.lookAgain()).toBe("back");
    expect(await start()).toBeNull();
    expect(new Set(keys).size).toBe(1);
    expect(keys).toHaveLength(3);
  });
});

describe("a page that learns by the way that somebody else is signed in", () => {
  const me = (id: string) => ({ id, email: `${id}@example.org` });
  const answer = (data: unknown) =>
    vi.spyOn(page.api, "GET").mockResolvedValue({ data, response: new Response() } as never);
  const shown = () => page.queryClient.getQueryData(page.meQuery.queryKey);
  const asked = () => page.queryClient.fetchQuery({ ...page.meQuery, staleTime: 0 });

  beforeEach(async () => {
    answer(me("mem_a"));
    await asked();
    there = "mem_b";
  });

  it("is covered and stays whose it was: who is there now gets a page of their own", async () => {
    answer(me("mem_b"));
    expect(await refused(asked())).toMatchObject({ status: 401 });
    expect(shown()).toEqual(me("mem_a"));
    expect(page.isSessionOver()).toBe(true);
    expect(await page.lookAgain()).toBe("other");
  });

  it("is not handed over by the question who is signed in, either", async () => {
    answer({ me: me("mem_b") });
    await page.queryClient.fetchQuery(page.sessionQuery);
    expect(shown()).toEqual(me("mem_a"));
    expect(page.isSessionOver()).toBe(true);
  });

  it("is not uncovered by it, and is by its own member", async () => {
    page.sessionEnded();
    answer(me("mem_b"));
    await refused(asked());
    expect(page.isSessionOver()).toBe(true);
    answer(me("mem_a"));
    await asked();
    expect(page.isSessionOver()).toBe(false);
  });
});
