/** The pages that the top bar names, in its order; `key` goes there after `g`. */
export interface Place {
  to: string;
  label: string;
  key: string;
}

export const PLACES: readonly Place[] = [
  { to: "/runbooks", label: "Runbooks", key: "r" },
  { to: "/executions", label: "Executions", key: "e" },
  { to: "/pulls", label: "Pull requests", key: "p" },
  { to: "/sync", label: "Sync", key: "s" },
  { to: "/agents", label: "Agents", key: "a" },
  { to: "/audit", label: "Audit", key: "u" },
  { to: "/settings", label: "Settings", key: "t" },
];
