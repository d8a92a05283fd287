/** One changed file, line by line, with both numberings. Its content is untrusted text. */
import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { visible, visibleCode } from "@/ui/visible";
import { type DiffLine, parsePatch } from "./diff";
import type { FileDiff } from "./queries";

const SHOWN_LINES = 400;
const SIGNS: Record<DiffLine["kind"], string> = { same: " ", added: "+", removed: "−", gap: "", note: "" };
const SPOKEN: Partial<Record<DiffLine["kind"], string>> = { added: "added: ", removed: "removed: " };

function Line({ line }: { line: DiffLine }) {
  if (line.kind === "gap" || line.kind === "note") {
    return (
      <tr className="lines-diff__gap">
        <td colSpan={4}>
          {line.kind === "gap" ? "⋯ " : ""}
          {visible(line.text)}
        </td>
      </tr>
    );
  }
  return (
    <tr className={`lines-diff__${line.kind}`}>
      <td className="lines-diff__number lines-diff__number--old">{line.old ?? ""}</td>
      <td className="lines-diff__number">{line.new ?? line.old}</td>
      <td className="lines-diff__sign" aria-hidden="true">
        {SIGNS[line.kind]}
      </td>
      <td className="lines-diff__text">
        {SPOKEN[line.kind] ? <span className="sr">{SPOKEN[line.kind]}</span> : null}
        {visibleCode(line.text) || "\u00a0"}
      </td>
    </tr>
  );
}

function Lines({ file, lines }: { file: FileDiff; lines: readonly DiffLine[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.slice(0, SHOWN_LINES);
  if (lines.length === 0) {
    return <p className="card__body dim">{visible(file.note ?? "There is nothing to show of it.")}</p>;
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section className="lines-diff" tabIndex={0} aria-label={`Changes of ${visible(file.path)}`}>
        <table>
          <caption className="sr">Line before, line after, and the text</caption>
          <colgroup>
            <col className="lines-diff__c-old" />
            <col className="lines-diff__c-new" />
            <col className="lines-diff__c-sign" />
            <col />
          </colgroup>
          <tbody>
            {shown.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place.
              <Line key={index} line={line} />
            ))}
          </tbody>
        </table>
      </section>
      {shown.length < lines.length ? (
        <div className="card__body">
          <Button onClick={() => setAll(true)}>Show {lines.length - shown.length} more lines</Button>
        </div>
      ) : null}
    </>
  );
}

const STATUS = { added: "Added", modified: "Changed", deleted: "Removed" };

export function DiffView({ file, folded = false }: { file: FileDiff; folded?: boolean }) {
  const [open, setOpen] = useState(!folded);
  const lines = useMemo(() => (file.patch ? parsePatch(file.patch) : []), [file.patch]);
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <section className="card file" aria-label={visible(file.path)}>
      <div className="card__head file__head">
        <button type="button" className="file__toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Chevron className="icon" aria-hidden />
          <code>{visibleCode(file.path)}</code>
        </button>
        <span className="tag">{STATUS[file.status]}</span>
        <span className="small dim num">
          <span className="sr">
            {file.additions} lines added, {file.deletions} removed
          </span>
          <span aria-hidden="true">
            +{file.additions} −{file.deletions}
          </span>
        </span>
        <span className="push">
          <CopyButton text={file.path} what="path" />
        </span>
      </div>
      {open ? <Lines file={file} lines={lines} /> : null}
    </section>
  );
}
