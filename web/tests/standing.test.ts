/** A session that ends while a page is open: known before anything is refused, and nothing is sent after. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { api, take } from "@/api/client";
import { asProblem } from "@/api/problem";
import {
  isSessionOver,
  isStillSignedIn,
  lookAgain,
  SESSION_PATH,
  sessionEnded,
  signedInAs,
  subscribeSession,
} from "@/api/standing";

// The client takes the browser's fetch when it is made: it has to be replaced before.
const fetching = vi.hoisted(() => {
  const made = vi.fn<typeof fetch>();
  globalThis.fetch = made;
  return made;
});
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const pathOf = (asked: RequestInfo | URL) =>
  new URL(asked instanceof Request ? asked.url : String(asked), "http://localhost").pathname;

/** Milliseconds of the page; goes on from test to test, as the module lives as long. */
let clock = 0;
vi.spyOn(performance, "now").mockImplementation(() => clock);

let there: string | null;
let sent: string[];

beforeEach(() => {
  there = "mem_a";
  sent = [];
  fetching.mockReset();
  fetching.mockImplementation(async (asked) => {
    const path = pathOf(asked);
    sent.push(path);
    return json(path === SESSION_PATH ? { me: there && { id: there } } : { on: false });
  });
});

const panic = () =>
  take(api.GET("/api/v1/panic", { baseUrl: "http://localhost" })).then(() => null, asProblem);

it("a page that never had a session asks nothing first, and none ends on it", async () => {
  sessionEnded();
  expect(isSessionOver()).toBe(false);
  expect(await panic()).toBeNull();
  expect(sent).toEqual(["/api/v1/panic"]);
});

describe("a page with a session", () => {
  beforeEach(() => {
    signedInAs("mem_a");
    clock += 500;
  });

  it("asks for what it shows at once where it was just told whose it is, and only then", async () => {
    signedInAs("mem_c");
    expect(await panic()).toBeNull();
    expect(sent).toEqual(["/api/v1/panic"]);
    clock += 250;
    signedInAs("mem_c");
    clock += 250;
    there = null;
    expect(await panic()).toMatchObject({ status: 401 });
    expect(sent).toEqual(["/api/v1/panic", SESSION_PATH]);
  });

  it("asks whether it lasts before it asks anything else, once for all that goes out together", async () => {
    expect(await Promise.all([panic(), panic(), isStillSignedIn()])).toEqual([null, null, true]);
    expect(sent).toEqual([SESSION_PATH, "/api/v1/panic", "/api/v1/panic"]);
  });

  it("sends nothing once it has ended, and says so once", async () => {
    const told = vi.fn();
    const stop = subscribeSession(told);
    there = null;
    expect(await panic()).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(await panic()).toMatchObject({ status: 401, message: "Your session has ended." });
    expect(sent).toEqual([SESSION_PATH]);
    expect(isSessionOver()).toBe(true);
    expect(told).toHaveBeenCalledTimes(1);
    stop();
  });

  it("has ended, too, where somebody else is signed in now", async () => {
    there = "mem_b";
    expect(await isStillSignedIn()).toBe(false);
    expect(await lookAgain()).toBe("other");
    expect(isSessionOver()).toBe(true);
  });

  it("has ended where a request is refused for want of one", async () => {
    fetching.mockImplementation(async (asked) =>
      pathOf(asked) === SESSION_PATH ? json({ me: { id: "mem_a" } }) : json({ code: "unauthenticated" }, 401),
    );
    expect(await panic()).toMatchObject({ status: 401 });
    expect(isSessionOver()).toBe(true);
  });

  it("does not end because nothing answers, or because the answer is a fault", async () => {
    fetching.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    expect(await isStillSignedIn()).toBe(true);
    fetching.mockResolvedValueOnce(json({ code: "no_database" }, 503));
    expect(await isStillSignedIn()).toBe(true);
    expect(isSessionOver()).toBe(false);
  });

  it("goes on where the same member is back", async () => {
    there = null;
    expect(await isStillSignedIn()).toBe(false);
    expect(await lookAgain()).toBe("nobody");
    there = "mem_a";
    expect(await lookAgain()).toBe("back");
    expect(await panic()).toBeNull();
  });
});
