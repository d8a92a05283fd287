/** Hints of the first days: the next thing worth doing, until it is done; then gone for good. */
import { useQuery } from "@tanstack/react-query";
import { Link, useRouter, useRouterState } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { anyPullQuery, executionsQuery, meQuery, runbooksQuery } from "@/api/queries";
import { Button } from "@/ui/button";

const KEY = "dd0c-hints";
const EXAMPLE = "host-health";
const PAGES: ReadonlySet<string> = new Set(["/runbooks", "/executions", "/pulls"]);

export interface Hint {
  text: string;
  action: string;
  to: string;
}

interface Known {
  runbooks: readonly { id: string; name: string }[];
  executions: number;
  /** Whether one was ever opened: one that was merged since is done, too. */
  proposed: boolean;
  /** Whether this build has the page of the import. */
  canImport: boolean;
}

/** The first thing that was not done yet; null when there is none. Pure. */
export function nextHint(known: Known): Hint | null {
  const example = known.runbooks.find((item) => item.name === EXAMPLE);
  if (known.executions === 0 && example) {
    return {
      text: "Run the example first: it only looks at this machine, and asks before each step.",
      action: "Open host-health",
      to: `/runbooks/${example.id}`,
    };
  }
  if (!known.proposed && known.canImport) {
    return {
      text: "Now one of your own: a wiki page becomes classified steps and a pull request.",
      action: "Import a runbook",
      to: "/import",
    };
  }
  return null;
}

function wasPutAway(): boolean {
  try {
    return localStorage.getItem(KEY) === "away";
  } catch {
    // Storage is refused in some private windows: a hint too much does no harm.
    return false;
  }
}

function putAway(): void {
  try {
    localStorage.setItem(KEY, "away");
  } catch {
    // It then comes back with the next page.
  }
}

export function FirstRun() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [away, setAway] = useState(wasPutAway);
  if (away || !PAGES.has(path)) return null;
  return (
    <Shown
      onAway={() => {
        putAway();
        setAway(true);
      }}
    />
  );
}

function Shown({ onAway }: { onAway: () => void }) {
  const router = useRouter();
  const me = useQuery(meQuery);
  const runbooks = useQuery(runbooksQuery);
  const executions = useQuery(executionsQuery);
  const pulls = useQuery(anyPullQuery);
  const may = me.data?.permissions.includes("start") && me.data.permissions.includes("propose");
  if (!may || !runbooks.data || !executions.data || pulls.data === undefined) return null;
  const hint = nextHint({
    runbooks: runbooks.data.items,
    executions: executions.data.items.length,
    proposed: pulls.data,
    canImport: "/import" in router.routesByPath,
  });
  if (!hint) return null;
  return (
    <aside className="hint" aria-label="Next">
      <span className="label">Next</span>
      <span>{hint.text}</span>
      <Link to={hint.to} className="btn">
        {hint.action}
        <ArrowRight className="icon" aria-hidden />
      </Link>
      <Button look="quiet" onClick={onAway}>
        No more hints
      </Button>
    </aside>
  );
}
