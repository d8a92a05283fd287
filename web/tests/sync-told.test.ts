/** What a status on the forge leads to says what has become of its file. */
import { expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { since, type Told } from "@/pages/sync/told";

const broken = { path: "runbooks/a.yaml", state: "stale_invalid", reason: "no title" };
const item = { name: "prod", head: "c2", broken: 1, brokenFiles: [broken] };
const items = [item] as unknown as Schemas["RepositorySync"][];
const told: Told = { repository: "prod", path: "runbooks/a.yaml", commit: "c2" };

it("tells the same, what is newer, mended, not listed, or gone", () => {
  expect(since(told, items)).toBe("same");
  expect(since({ ...told, commit: "c1" }, items)).toBe("newer");
  expect(since({ repository: "prod", commit: "c2" }, items)).toBe("same");
  expect(since({ ...told, path: "runbooks/b.yaml" }, items)).toBe("mended");
  const many = [{ ...item, broken: 60 }] as unknown as Schemas["RepositorySync"][];
  expect(since({ ...told, path: "runbooks/b.yaml" }, many)).toBe("unlisted");
  expect(since({ ...told, repository: "gone" }, items)).toBe("gone");
});
