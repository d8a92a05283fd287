/** Tabs of one browser tell each other that somebody signed in: those that wait go back to where they were. */
import { useEffect } from "react";

const CHANNEL = "dd0c-session";
const FIRST = "/runbooks";

/** A path of our own, or the first page: an address from outside must not lead elsewhere. */
export function ownPath(next: string | undefined, origin = window.location.origin): string {
  if (!next?.startsWith("/")) return FIRST;
  try {
    const url = new URL(next, origin);
    return url.origin === origin ? `${url.pathname}${url.search}${url.hash}` : FIRST;
  } catch {
    return FIRST;
  }
}

export function announceSignIn(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("in");
  channel.close();
}

/** Be told when somebody signs in, in any tab of this browser; gives what ends that. */
export function onSignIn(told: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = told;
  return () => channel.close();
}

export function useComeBack(next: string | undefined): void {
  useEffect(() => onSignIn(() => window.location.assign(ownPath(next))), [next]);
}
