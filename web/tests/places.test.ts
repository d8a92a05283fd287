/** The logic of sync, agents, audit, settings and the way back in. */
import { describe, expect, it } from "vitest";
import { fleetWords } from "@/pages/agents/agents-page";
import { readLabels } from "@/pages/agents/labels";
import { count } from "@/pages/audit/chain";
import { actorWords, gist } from "@/pages/audit/event";
import { withChosen } from "@/pages/audit/filter-bar";
import { asked, isFiltered, withFilter } from "@/pages/audit/filters";
import { approvalWords, span } from "@/pages/settings/policy-view";
import { tokenState } from "@/pages/settings/tokens";
import { ownPath } from "@/pages/signed-out/come-back";
import { whyWords } from "@/pages/signed-out/signed-out";
import { linesAround } from "@/pages/sync/file-page";
import { consequences, fieldsOf, wanted } from "@/pages/sync/repositories";
import { place, policyWords, triggerWords } from "@/pages/sync/repository";
import { countWords, tookWords } from "@/pages/sync/runs";
import { firstBroken, said, summary } from "@/pages/sync/sync-page";
import { actionsFor } from "@/shell/actions";
import { isOutdated } from "@/shell/fallbacks";
import { nextHint } from "@/shell/first-run";

describe("labels of an agent", () => {
  it("reads pairs parted by commas or blanks", () => {
    expect(readLabels("role=db-agent, env=prod\n tier=1")).toEqual({
      labels: { role: "db-agent", env: "prod", tier: "1" },
      problem: null,
    });
    expect(readLabels("")).toEqual({ labels: {}, problem: null });
  });
  it.each(["role", "=x", "role=", "Role=x", "role=a b=", "role=<b>", "role=\u202eabc"])(
    "names what it can't read: %s",
    (text) => {
      expect(readLabels(text).problem).toContain("is not a label");
    },
  );
});

describe("filters of the trail", () => {
  const now = Date.parse("2026-11-28T20:00:00Z");
  it("asks for what the address says, and no more", () => {
    expect(asked({}, now)).toEqual({ limit: 50 });
    expect(asked({ type: "step", actor: "system:sync", execution: "exe_1", within: "1h" }, now)).toEqual({
      limit: 50,
      type: "step",
      actor: "system:sync",
      execution: "exe_1",
      since: "2026-11-28T19:00:00.000Z",
    });
    expect(asked({ within: "forever" }, now)).toEqual({ limit: 50 });
  });
  it("adds and takes away one filter", () => {
    expect(withFilter({ type: "step" }, "actor", "x")).toEqual({ type: "step", actor: "x" });
    expect(withFilter({ type: "step", actor: "x" }, "type", "")).toEqual({ actor: "x" });
    expect(isFiltered({})).toBe(false);
    expect(isFiltered({ within: "1h" })).toBe(true);
  });
  it("keeps a choice that the list does not have", () => {
    const choices = [{ value: "step", label: "Steps" }];
    expect(withChosen(choices, "step")).toBe(choices);
    expect(withChosen(choices, "step.approved")[0]).toEqual({
      value: "step.approved",
      label: "step.approved",
    });
  });
});

describe("an event in words", () => {
  it("names who did it", () => {
    expect(actorWords({ actor: "member:mem_1", actorName: "a@b.c" })).toBe("a@b.c");
    expect(actorWords({ actor: "agent:agt_1", actorName: "home" })).toBe("agent home");
    expect(actorWords({ actor: "system:sync", actorName: undefined })).toBe("the product: sync");
    expect(actorWords({ actor: "member:mem_2", actorName: undefined })).toBe("member:mem_2");
  });
  it("shows short plain values in a line, never objects or long texts", () => {
    expect(gist({ name: "x", on: true, list: [1], long: "a".repeat(81), empty: "" })).toBe("name x, on true");
  });
  it("groups digits of a number", () => {
    expect([count(7), count(18204), count(1234567)]).toEqual(["7", "18\u00a0204", "1\u00a0234\u00a0567"]);
  });
});

describe("sync in words", () => {
  it("sums up the repositories", () => {
    const of = (...states: string[]) => summary(states.map((state) => ({ state })));
    expect(of()).toBe("No repository");
    expect(of("synced")).toBe("1 repository, all in service as git has them");
    expect(of("synced", "broken", "behind", "broken")).toBe("4 repositories, 2 broken, 1 behind");
    expect(of("never")).toBe("1 repository, 1 never synced");
  });
  it("says what came of a sync, what is wrong first", () => {
    const item = { name: "a", outcome: "unchanged", state: "synced", counts: {}, rejected: [] } as const;
    const told = (...items: object[]) =>
      said({ items: items.map((each) => ({ ...item, ...each })) as never });
    const rejected = [{ path: "b.yaml", line: 1, reason: "no" }];
    expect(told({})).toBe("Synced: nothing new in git");
    expect(told({ outcome: "synced" }, {})).toBe("Synced: 1 of 2 changed");
    expect(told({ outcome: "partial", rejected })).toBe("Synced, but 1 file is not in service");
    expect(told({ outcome: "running" })).toContain("Still syncing");
    expect(told({}, { outcome: "failed", error: "gone" })).toBe("The sync of a failed: gone");
  });
  it("leads to the first broken file, never to a name that is only refused", () => {
    const skipped = { path: "CON.yaml", state: "skipped" };
    const broken = { path: "b.yaml", state: "stale_invalid" };
    const of = (...files: object[]) => firstBroken([{ brokenFiles: files }] as never)?.file.path;
    expect([of(), of(skipped), of(skipped, broken)]).toEqual([undefined, undefined, "b.yaml"]);
    const linked = { path: "policy.json", state: "skipped", link: "https://github.com/acme/x" };
    const elsewhere = (forge: string) => firstBroken([{ forge, brokenFiles: [linked] }] as never)?.file.path;
    expect([elsewhere("github"), elsewhere("builtin")]).toEqual(["policy.json", undefined]);
  });
  it("asks for what the forge needs, and says what removing a repository does", () => {
    expect(fieldsOf("builtin").map((field) => field.name)).toEqual(["environment", "name"]);
    expect(fieldsOf("github").map((field) => field.name)).toContain("url");
    expect(wanted({ url: " https://x/y/z ", branch: "", environment: "dev" })).toEqual({
      url: "https://x/y/z",
      branch: "main",
      prefix: "",
      environment: "dev",
    });
    const found = {
      runbooks: ["a\u202e"],
      runbookCount: 1,
      underWay: 2,
      asks: ["fourEyes"],
      flags: ["edit"],
    };
    const said = consequences({ repository: "x", ...found });
    expect(said[0]).toBe("Out of service: a⟨U+202E⟩.");
    expect(said).toHaveLength(5);
    expect(consequences({ ...found, repository: "x", runbookCount: 0, runbooks: [] })[0]).toContain(
      "No runbook",
    );
  });
  it("says what a policy of another repository does", () => {
    const of = (role: string, inForce: boolean, asks: string[] = []) =>
      policyWords({ policy: { role, inForce, asks } } as never);
    expect(of("other", false)).toBeNull();
    expect(of("source", false)).toContain("The policy source");
    expect(of("other", true, ["fourEyes"])).toContain("only asks for more (fourEyes)");
  });
  it("shows a file around its line, and says how long a sync took", () => {
    expect(linesAround("a\nb\n", 2)).toEqual({ first: 1, lines: ["a", "b"] });
    const long = linesAround("x\n".repeat(5_000), 4_000);
    expect([long.first, long.lines.length]).toEqual([3_001, 2_000]);
    expect([tookWords(40), tookWords(1_234)]).toEqual(["40 ms", "1.2 s"]);
  });
  it("says where a file is broken", () => {
    expect(place({ path: "runbooks/a\u202e.yaml", line: 4, column: 7 })).toBe(
      "runbooks/a⟨U+202E⟩.yaml, line 4, column 7",
    );
    expect(place({ path: "a.yaml", line: null, column: 3 })).toBe("a.yaml");
  });
  it("says what began it and what came of it", () => {
    expect(triggerWords("manual")).toBe("a person");
    expect(triggerWords("some_thing")).toBe("some thing");
    expect(countWords({ files: 3, broken: 0 })).toBe("3 files");
    expect(countWords({})).toBe("nothing changed");
    expect(countWords({ retired: 2, rewritten: 1 })).toBe("history rewritten (a force-push), 2 retired");
  });
});

describe("settings in words", () => {
  it("says who must approve", () => {
    expect(approvalWords({ members: 1, role: "responder" })).toBe("1 member, responder or more");
    expect(approvalWords({ members: 2, role: "owner" })).toBe("2 different members, each owner or more");
  });
  it("says a span in the largest whole unit", () => {
    expect([span(86_400_000), span(3_600_000), span(90_000), span(1_500)]).toEqual([
      "24 hours",
      "1 hour",
      "90 seconds",
      "1500 milliseconds",
    ]);
  });
  it("knows when a token no longer works", () => {
    const now = Date.parse("2026-11-28T20:00:00Z");
    expect(tokenState({ revokedAt: null, expiresAt: "2026-11-29T00:00:00Z" }, now)).toBe("active");
    expect(tokenState({ revokedAt: null, expiresAt: "2026-11-28T00:00:00Z" }, now)).toBe("expired");
    expect(tokenState({ revokedAt: "2026-11-28T00:00:00Z", expiresAt: null }, now)).toBe("revoked");
    expect(tokenState({ revokedAt: null, expiresAt: null }, now)).toBe("active");
  });
  it("counts the fleet without the revoked", () => {
    expect(fleetWords([{ status: "online" }, { status: "offline" }, { status: "revoked" }])).toBe(
      "2 agents, 1 online",
    );
    expect(fleetWords([])).toBe("No agent");
  });
});

describe("the way back in", () => {
  it("leads only to addresses of our own", () => {
    const origin = "http://localhost:8440";
    expect(ownPath("/audit?type=step#x", origin)).toBe("/audit?type=step#x");
    for (const evil of [
      "//evil.example/x",
      "/\\evil.example",
      "https://evil.example",
      "javascript:alert(1)",
      "",
      undefined,
    ]) {
      expect(ownPath(evil, origin)).toBe("/runbooks");
    }
  });
  it("has a reason for every word", () => {
    const titles = ["spent", "left", "ended", "needed", undefined].map((why) => whyWords(why).title);
    expect(new Set(titles).size).toBe(4);
  });
});

describe("the palette's actions", () => {
  const hands = { help: () => {}, panic: () => {}, syncNow: () => {}, theme: () => {}, leave: () => {} };
  const texts = (...may: Parameters<typeof actionsFor>[0] extends ReadonlySet<infer P> ? P[] : never) =>
    actionsFor(new Set(may), false, hands).map((action) => action.text);
  it("offers only what the role may", () => {
    expect(texts("read")).not.toContain("Halt everything…");
    expect(texts("read")).not.toContain("Add an agent");
    expect(texts("read", "panic", "agents")).toEqual(
      expect.arrayContaining(["Halt everything…", "Add an agent"]),
    );
  });
  it("leads to the end of a panic while it lasts", () => {
    expect(actionsFor(new Set(["panic" as const]), true, hands)[0]).toMatchObject({ to: "/settings#panic" });
  });
});

describe("hints of the first days", () => {
  const runbooks = [{ id: "rbk_1", name: "host-health" }];
  it("point at the next thing, and end", () => {
    expect(nextHint({ runbooks, executions: 0, proposed: false, canImport: true })?.to).toBe(
      "/runbooks/rbk_1",
    );
    expect(nextHint({ runbooks, executions: 1, proposed: false, canImport: true })?.to).toBe("/import");
    expect(nextHint({ runbooks: [], executions: 0, proposed: false, canImport: true })?.to).toBe("/import");
    expect(nextHint({ runbooks, executions: 1, proposed: true, canImport: true })).toBeNull();
    expect(nextHint({ runbooks, executions: 1, proposed: false, canImport: false })).toBeNull();
  });
});

describe("a page that failed", () => {
  it("is called outdated only where a part could not be fetched", () => {
    expect(isOutdated(new TypeError("Failed to fetch dynamically imported module: /assets/x.js"))).toBe(true);
    expect(isOutdated(new TypeError("x is undefined"))).toBe(false);
    expect(isOutdated("text")).toBe(false);
  });
});
