/** Risk is shape + word + colour, always the three. Colour is used for nothing else. */
import type { ReactNode } from "react";

export type RiskWord = "safe" | "caution" | "dangerous" | "unknown" | "manual";

const PATHS: Record<RiskWord, ReactNode> = {
  safe: <circle cx="6" cy="6" r="4.6" />,
  caution: <path d="M6 1.3 11 10.4H1Z" />,
  dangerous: <path d="M6 .8 11.2 6 6 11.2.8 6Z" />,
  unknown: <circle cx="6" cy="6" r="4.6" />,
  manual: <rect x="1.8" y="1.8" width="8.4" height="8.4" rx="1.5" />,
};

const WORDS: Record<RiskWord, string> = {
  safe: "Safe",
  caution: "Caution",
  dangerous: "Dangerous",
  unknown: "Unknown",
  manual: "Manual",
};

/** The order in which tallies are shown. */
export const RISKS: readonly RiskWord[] = ["safe", "caution", "dangerous", "unknown", "manual"];

/** The class that sets --risk --fill --soft --edge. */
export function riskClass(risk: RiskWord): string {
  return risk === "dangerous" ? "danger" : risk;
}

export function riskLabel(risk: RiskWord): string {
  return WORDS[risk];
}

/** What a step shows: manual where a person does it; dangerous before unknown, which is where nobody could tell. */
export function shownRisk(step: {
  command?: string | null;
  risk?: string | null;
  unknown?: boolean | null;
}): RiskWord {
  if (!step.command) return "manual";
  if (step.risk === "dangerous") return "dangerous";
  if (step.unknown) return "unknown";
  return step.risk === "safe" ? "safe" : "caution";
}

/** The bare shape, hidden from screen readers: a word always stands beside it or in a label. */
export function Shape({ risk }: { risk: RiskWord }) {
  return (
    <svg className={`shape ${riskClass(risk)}`} viewBox="0 0 12 12" aria-hidden="true">
      {PATHS[risk]}
    </svg>
  );
}

/** Shape and word. `children` goes behind the word: a confidence, a reason. */
export function Risk({
  risk,
  pill = false,
  children,
}: {
  risk: RiskWord;
  pill?: boolean;
  children?: ReactNode;
}) {
  return (
    <span className={`risk ${pill ? "risk--pill" : ""} ${riskClass(risk)}`}>
      <Shape risk={risk} />
      {WORDS[risk]}
      {children}
    </span>
  );
}

/** One bar a step, in step order; height says the risk again, so that it reads in greyscale. */
export function Profile({ risks }: { risks: readonly RiskWord[] }) {
  if (risks.length === 0) return null;
  return (
    <span
      className={`profile ${risks.length > 10 ? "profile--dense" : ""}`}
      role="img"
      aria-label={`Risk by step: ${risks.map((risk) => WORDS[risk].toLowerCase()).join(", ")}`}
    >
      {risks.map((risk, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars have no identity but their place.
        <i key={index} className={riskClass(risk)} />
      ))}
    </span>
  );
}

/** `● 7 safe ▲ 3 caution`; risks that do not occur are left out. */
export function Tally({
  counts,
  words = true,
}: {
  counts: Partial<Record<string, number>>;
  words?: boolean;
}) {
  return (
    <span className="tally small">
      {RISKS.filter((risk) => (counts[risk] ?? 0) > 0).map((risk) => (
        <span key={risk}>
          <Shape risk={risk} />
          {counts[risk]}
          {words ? ` ${WORDS[risk].toLowerCase()}` : <span className="sr"> {WORDS[risk].toLowerCase()}</span>}
        </span>
      ))}
    </span>
  );
}

/** Counts by shown risk, for a Tally. */
export function tallyOf(risks: readonly RiskWord[]): Partial<Record<RiskWord, number>> {
  const counts: Partial<Record<RiskWord, number>> = {};
  for (const risk of risks) counts[risk] = (counts[risk] ?? 0) + 1;
  return counts;
}
