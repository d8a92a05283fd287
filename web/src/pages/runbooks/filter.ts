/** Which runbooks the list shows: its address says it, so that a view can be shared. Pure. */
import type { Schemas } from "@/api/client";

export type Item = Schemas["RunbookItem"];
export type Sync = Schemas["SyncStatus"];

export interface Filter {
  q?: string;
  risk?: string;
  sync?: string;
  run?: string;
  stale?: string;
  owner?: string;
  service?: string;
}

export interface SyncState {
  kind: "synced" | "behind" | "broken" | "unknown";
  word: string;
  detail: string;
}

/** How far git and what serves agree for one runbook. */
export function syncState(item: Item, sync: Sync | undefined): SyncState {
  if (item.state === "stale_invalid" || item.state === "skipped") {
    const where = item.error?.line ? `line ${item.error.line}: ` : "";
    return {
      kind: "broken",
      word: "Broken",
      detail: `${where}${item.error?.reason ?? "its file is not read"}`,
    };
  }
  const repository = sync?.items.find((one) => one.id === item.repository.id);
  const commit = item.commit?.slice(0, 7) ?? "";
  if (!repository) return { kind: "unknown", word: commit || "Not known", detail: "" };
  if (repository.error) return { kind: "broken", word: "Not synced", detail: repository.error };
  // A repository is broken by any of its files too: that says nothing of this one, which is as git has it.
  const isOther = repository.state === "broken" && repository.head === repository.syncedCommit;
  if (repository.state === "synced" || isOther) return { kind: "synced", word: "Synced", detail: commit };
  return { kind: "behind", word: "Behind", detail: `serves ${commit}` };
}

function commandsOf(item: Item): string {
  return `${item.title} ${item.name} ${item.service ?? ""} ${item.path} ${item.owners.join(" ")}`.toLowerCase();
}

export function matches(item: Item, filter: Filter, sync: Sync | undefined): boolean {
  const words = (filter.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => commandsOf(item).includes(word))) return false;
  if (filter.risk && !item.profile.some((risk) => risk === filter.risk)) return false;
  if (filter.sync === "not" && syncState(item, sync).kind === "synced") return false;
  if (filter.run === "never" && item.lastRun) return false;
  if (filter.stale === "yes" && staleOf(item).length === 0) return false;
  if (filter.stale && filter.stale !== "yes" && !staleOf(item).some((one) => one.code === filter.stale))
    return false;
  if (filter.owner && !item.owners.includes(filter.owner)) return false;
  return !filter.service || item.service === filter.service;
}

/** Why it may no longer be what it was. */
export function staleOf(item: Item): NonNullable<Item["stale"]> {
  return item.stale ?? [];
}

export const STALE_WORDS: Record<NonNullable<Item["stale"]>[number]["code"], string> = {
  sync_broken: "Sync broken",
  last_run_failed: "Last run failed",
  declared_too_low: "Declares too little",
  reference_unknown: "Unknown tool",
  verdict_waits: "Verdict waits",
  verdict_outdated: "Older verdict",
  owner_missing: "No owner",
  owner_unknown: "Unknown owner",
  never_run: "Never ran",
  run_long_ago: "Ran long ago",
  never_reviewed: "Never reviewed",
  reviewed_long_ago: "Reviewed long ago",
};

/** Every value that occurs, sorted, for a choice. */
export function choices(
  items: readonly Item[],
  of: (item: Item) => readonly (string | null | undefined)[],
): string[] {
  const found = new Set<string>();
  for (const item of items) for (const value of of(item)) if (value) found.add(value);
  return [...found].sort((a, b) => a.localeCompare(b));
}

export const TRUST: Record<number, string> = { 0: "0 Read-only", 1: "1 Suggest", 2: "2 Copilot" };
