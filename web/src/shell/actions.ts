/** What the palette can do, beside going somewhere: each only where the role may. */
import { useMutation, useMutationState, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas, take } from "@/api/client";
import { meQuery, panicQuery } from "@/api/queries";
import { openPanic } from "./panic-door";
import { useTheme } from "./theme";
import { useToast } from "./toast";

export interface Action {
  text: string;
  /** Words by which it is found, too. */
  more: string;
  /** An address to go to, or something to do. */
  to?: string;
  run?: () => void;
}

interface Hands {
  help: () => void;
  panic: () => void;
  syncNow: () => void;
  theme: (theme: "light" | "dark" | "system") => void;
  leave: () => void;
}

/** The actions that somebody with these permissions may take now. Pure. */
export function actionsFor(
  may: ReadonlySet<Schemas["Permission"]>,
  isHalted: boolean,
  hands: Hands,
): Action[] {
  const found: [needs: Schemas["Permission"] | null, action: Action][] = [
    [
      "panic",
      isHalted
        ? { text: "Clear the panic…", more: "resume halted", to: "/settings#panic" }
        : { text: "Halt everything…", more: "panic stop", run: hands.panic },
    ],
    ["propose", { text: "Sync now", more: "git fetch pull", run: hands.syncNow }],
    ["agents", { text: "Add an agent", more: "enrol token", to: "/agents?add=1" }],
    ["members", { text: "Add a member", more: "invite role", to: "/settings#members" }],
    [null, { text: "Make an API token", more: "command line", to: "/settings#tokens" }],
    [null, { text: "Show the policy and the flags", more: "governance four eyes", to: "/settings#policy" }],
    [
      null,
      { text: "Show what was approved today", more: "audit", to: "/audit?type=step.approved&within=24h" },
    ],
    [null, { text: "Show the keys", more: "keyboard shortcuts help", run: hands.help }],
    [null, { text: "Light theme", more: "colours", run: () => hands.theme("light") }],
    [null, { text: "Dark theme", more: "colours", run: () => hands.theme("dark") }],
    [null, { text: "Theme as the system", more: "colours", run: () => hands.theme("system") }],
    [null, { text: "Sign out", more: "leave", run: hands.leave }],
  ];
  return found.filter(([needs]) => needs === null || may.has(needs)).map(([, action]) => action);
}

const LEAVE = ["leave"];

/** Sign out, and stand on the page that says so. */
export function useLeave() {
  return useMutation({
    mutationKey: LEAVE,
    mutationFn: () => take(api.DELETE("/api/v1/session")),
    onSuccess: () => window.location.assign("/signed-out?why=left"),
  });
}

/** Why the last sign-out did not sign out; null where it did, and where nobody asked for one. */
export function useStillSignedIn(): unknown {
  const tries = useMutationState({ filters: { mutationKey: LEAVE }, select: ({ state }) => state });
  const last = tries.at(-1);
  return last?.status === "error" ? last.error : null;
}

export function useActions(help: () => void): Action[] {
  const client = useQueryClient();
  const say = useToast();
  const me = useQuery(meQuery);
  const panic = useQuery(panicQuery);
  const leave = useLeave();
  const [, setTheme] = useTheme();
  const sync = useMutation({
    mutationFn: () => take(api.POST("/api/v1/sync")),
    onSuccess: () => say("Synced with git"),
    onError: () => say("The sync failed: the page Sync says why"),
    onSettled: () => client.invalidateQueries(),
  });
  return actionsFor(new Set(me.data?.permissions ?? []), panic.data?.on ?? false, {
    help,
    panic: () => openPanic(true),
    syncNow: () => sync.mutate(),
    theme: setTheme,
    leave: () => leave.mutate(),
  });
}
