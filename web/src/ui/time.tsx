/** Times: relative in the text, absolute on hover. */
import { useEffect, useState } from "react";
import { serverNow } from "@/api/clock";

const UNITS: readonly [seconds: number, suffix: string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

/** `just now`, `40 s ago`, `3 h ago`, `in 5 min`. */
export function relative(at: Date, now: number): string {
  const seconds = Math.round((now - at.getTime()) / 1000);
  const ahead = seconds < 0;
  const size = Math.abs(seconds);
  if (size < 3) return "just now";
  const [per, suffix] = UNITS.find(([unit]) => size >= unit) ?? [1, "s"];
  const text = `${Math.floor(size / per)} ${suffix}`;
  return ahead ? `in ${text}` : `${text} ago`;
}

/** `2026-11-23 03:07:12 UTC`. */
export function absolute(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `03:07:12`, in UTC: people in several zones look at one execution. */
export function clockTime(at: Date): string {
  return at.toISOString().slice(11, 19);
}

/** `06:41`, `1:02:03`. */
export function duration(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const rest = `${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** Seconds of a wait or a run, short: `0.4 s`, `23 s`, `2 min 5 s`. */
export function seconds(milliseconds: number): string {
  if (milliseconds < 10_000) return `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`;
  const total = Math.round(milliseconds / 1000);
  return total < 60 ? `${total} s` : `${Math.floor(total / 60)} min ${total % 60} s`;
}

/** The present by the controller's clock, ticking; one timer a user of it. */
export function useNow(everyMs = 1_000, running = true): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(serverNow()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, running]);
  return now;
}

/** `3 h ago` with the absolute time on hover. */
export function Ago({ at }: { at: string | null | undefined }) {
  const now = useNow(10_000);
  if (!at) return <span className="faint">never</span>;
  const date = new Date(at);
  return (
    <time dateTime={at} title={absolute(date)}>
      {relative(date, Math.max(now, serverNow()))}
    </time>
  );
}
