/** What became of every sentence; what was set aside is listed with its reason, because nothing is lost silently. */
import { useContext, useMemo, useState } from "react";
import { Button } from "@/ui/button";
import { visible } from "@/ui/visible";
import type { CoverageItem, Preview } from "../answer";
import { lineCounter } from "../points";
import { count } from "../wording";
import { ImportContext } from "./context";

const FEW = 12;

export function CoverageCard({ preview }: { preview: Preview }) {
  const { coverage } = preview;
  const aside = coverage.items.filter((item) => item.fate === "note" || item.fate === "ignored");
  const lost = coverage.sentences - coverage.accounted;
  return (
    <section className="card coverage" id="coverage" aria-labelledby="coverage-h">
      <div className="card__head">
        <h3 id="coverage-h">What became of every sentence</h3>
        <span className="faint small">{fateText(preview)}</span>
      </div>
      <div className="card__body stack">
        {lost > 0 ? (
          <p>{count(lost, "sentence")} of the source has no place. Look for it before you go on.</p>
        ) : null}
        {aside.length > 0 ? (
          <SetAside items={aside} text={preview.sourceText} />
        ) : (
          <p className="dim">Nothing was set aside.</p>
        )}
      </div>
    </section>
  );
}

const FATES = {
  step: ["step", "steps"],
  expectation: ["expectation", "expectations"],
  branch: ["branch", "branches"],
  prerequisite: ["prerequisite", "prerequisites"],
  note: ["note", "notes"],
  ignored: ["set aside", "set aside"],
} as const;

function fateText(preview: Preview): string {
  const { sentences, accounted, byFate } = preview.coverage;
  const parts = Object.entries(FATES)
    .filter(([fate]) => byFate[fate])
    .map(([fate, [one, many]]) => count(byFate[fate] ?? 0, one, many));
  return `${accounted} of ${count(sentences, "sentence")}: ${parts.join(", ")}`;
}

function SetAside({ items, text }: { items: readonly CoverageItem[]; text: string }) {
  const { goToLine } = useContext(ImportContext);
  const [all, setAll] = useState(false);
  const lineOf = useMemo(() => lineCounter(text), [text]);
  const ordered = [...items].sort(
    (a, b) => Number(b.fate === "ignored") - Number(a.fate === "ignored") || a.start - b.start,
  );
  const shown = all ? ordered : ordered.slice(0, FEW);
  return (
    <>
      <ul className="set-aside small">
        {shown.map((item) => (
          <li key={`${item.start}.${item.line}.${item.detail}`}>
            <button type="button" className="linkish" onClick={() => goToLine(lineOf(item.start))}>
              {linesText(lineOf(item.start), lineOf(item.end))}
            </button>
            <span className="dim">
              {item.fate === "ignored" ? "set aside: " : "note: "}
              {visible(item.detail)}
            </span>
          </li>
        ))}
      </ul>
      {ordered.length > shown.length ? (
        <div>
          <Button look="quiet" onClick={() => setAll(true)}>
            Show all {ordered.length}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function linesText(first: number, last: number): string {
  return last > first ? `Lines ${first}–${last}` : `Line ${first}`;
}
