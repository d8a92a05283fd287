/** The text asked about again at each pause in typing: what is wrong in it, and the verdict of each command. */
import { useEffect, useState, useSyncExternalStore } from "react";
import { api, type Schemas, take } from "@/api/client";
import { type Live, LiveParser } from "@/pages/import/live-parser";

export type Checked = Schemas["CheckedDocument"];

function ask(yaml: string, signal: AbortSignal): Promise<Checked> {
  return take(api.POST("/api/v1/runbooks/check", { body: { yaml }, signal }));
}

export interface Check {
  live: Live<string, Checked>;
  typed: (text: string) => void;
}

/** Asks at once about the text that is there at first; never for somebody whom the answer would refuse. */
export function useCheck(initial: string, mayAsk: boolean): Check {
  const [parser] = useState(() => new LiveParser<string, Checked>((yaml, signal) => ask(yaml, signal)));
  useEffect(() => {
    if (mayAsk) parser.now(initial);
    return () => parser.stop();
  }, [parser, initial, mayAsk]);
  const live = useSyncExternalStore(parser.subscribe, parser.snapshot);
  const typed = (text: string) => {
    if (mayAsk) parser.later(text);
  };
  return { live, typed };
}
