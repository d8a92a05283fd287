/** The controller's time: waits and expiries are counted by it, because the clock of a laptop may be off. */

/** `Date` headers are whole seconds: a difference under this says nothing. */
const NOISE_MS = 2_000;
let offsetMs = 0;

/** Learn from an answer's `Date` header; `receivedAt` is our own time then. */
export function observeDate(header: string | null, receivedAt: number): void {
  const told = header ? Date.parse(header) : Number.NaN;
  if (Number.isNaN(told)) return;
  const difference = told + 500 - receivedAt;
  offsetMs = Math.abs(difference) < NOISE_MS ? 0 : difference;
}

/** Milliseconds since 1970, as the controller counts them. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}
