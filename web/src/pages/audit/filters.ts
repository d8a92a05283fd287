/** The filters of the audit trail as they stand in the address. */
import type { paths } from "@/api/schema";

export interface Filters {
  type?: string;
  actor?: string;
  execution?: string;
  /** How far back: `1h`, `24h`, `7d`, `30d`. */
  within?: string;
}

/** The words before the dots of event names, with what they are about. */
export const FAMILIES: readonly [word: string, label: string][] = [
  ["execution", "Executions"],
  ["step", "Steps and approvals"],
  ["runbook", "Runbooks and pull requests"],
  ["alert", "Alerts"],
  ["divergence", "Divergences"],
  ["agent", "Agents"],
  ["member", "Members"],
  ["token", "Tokens"],
  ["policy", "Policy"],
  ["flag", "Flags"],
  ["panic", "Panic"],
  ["party_mode", "Party mode"],
  ["security", "Refused for security"],
  ["audit", "The trail itself"],
  ["tenant", "The tenant"],
];

export const SPANS: readonly [word: string, label: string, milliseconds: number][] = [
  ["1h", "The last hour", 3_600_000],
  ["24h", "The last 24 hours", 86_400_000],
  ["7d", "The last 7 days", 7 * 86_400_000],
  ["30d", "The last 30 days", 30 * 86_400_000],
];

type Query = NonNullable<paths["/api/v1/audit"]["get"]["parameters"]["query"]>;

/** What the API is asked for. `now` fixes the beginning of a span, so that pages of one list fit together. */
export function asked(filters: Filters, now: number): Query {
  const span = SPANS.find(([word]) => word === filters.within);
  return {
    limit: 50,
    ...(filters.type ? { type: filters.type } : {}),
    ...(filters.actor ? { actor: filters.actor } : {}),
    ...(filters.execution ? { execution: filters.execution } : {}),
    ...(span ? { since: new Date(now - span[2]).toISOString() } : {}),
  };
}

export function isFiltered(filters: Filters): boolean {
  return Boolean(filters.type || filters.actor || filters.execution || filters.within);
}

/** Filters with one changed; an empty word takes it away. */
export function withFilter(filters: Filters, name: keyof Filters, value: string): Filters {
  const { [name]: _, ...rest } = filters;
  return value ? { ...rest, [name]: value } : rest;
}
