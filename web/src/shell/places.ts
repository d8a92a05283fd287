/** The pages that one goes to by name; `key` goes there after `g`. The top bar has those with `bar`, in this order. */
export interface Place {
  to: string;
  label: string;
  key: string;
  bar: boolean;
  /** Words by which the palette finds it, too. */
  more?: string;
}

export const PLACES: readonly Place[] = [
  { to: "/runbooks", label: "Runbooks", key: "r", bar: true },
  { to: "/executions", label: "Executions", key: "e", bar: true },
  { to: "/pulls", label: "Pull requests", key: "p", bar: true },
  { to: "/sync", label: "Sync", key: "s", bar: true },
  { to: "/agents", label: "Agents", key: "a", bar: true },
  { to: "/audit", label: "Audit", key: "u", bar: true },
  { to: "/settings", label: "Settings", key: "t", bar: false },
  {
    to: "/upgrade",
    label: "Verdicts after an update",
    key: "v",
    bar: false,
    more: "scanner upgrade accept lower",
  },
  { to: "/import", label: "Import a runbook", key: "i", bar: false, more: "paste wiki markdown new" },
  { to: "/import/many", label: "Import many documents", key: "m", bar: false, more: "folder zip export" },
];
