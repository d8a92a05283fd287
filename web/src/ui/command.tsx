/** A command, whole and exact: what you read is what runs. */
import { Fragment, type ReactNode } from "react";
import { CopyButton } from "./copy";
import { Tooltip } from "./overlay";
import { type RiskWord, riskClass } from "./risk";
import { HIDDEN_IN_CODE, pieces, visible } from "./visible";

/** Characters [start, end) of the command (Unicode code points) that decided, and why. */
export interface Span {
  start: number;
  end: number;
  risk?: string | null;
  rule?: string | null;
  why?: string | null;
}

/** A hole, exactly as `schemas/holes.py` knows it. */
const HOLE = /\{\{ [a-z][a-z0-9_]{0,62} \}\}/g;
const LONGEST_KEPT = 40;

/** The text with each hidden character named in a box of its own: no text can pretend to be one. */
function exact(text: string): ReactNode {
  const found = pieces(text, HIDDEN_IN_CODE);
  if (!found.some((piece) => piece.hidden)) return text;
  return found.map((piece, index) =>
    piece.hidden ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place.
      <span key={index} className="hidden-char">
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
}

/** Break only between arguments: runs of non-blanks are kept together, unless they are very long. */
function words(text: string, key: string, verb: boolean): ReactNode[] {
  const shown: ReactNode[] = [];
  let first = verb;
  let at = 0;
  for (const word of text.split(/(\s+)/).filter(Boolean)) {
    const place = `${key}.${at}`;
    at += word.length;
    if (first && /\S/.test(word)) {
      first = false;
      shown.push(<b key={place}>{exact(word)}</b>);
    } else if (/\S/.test(word) && word.length > 1 && word.length < LONGEST_KEPT) {
      shown.push(
        <span key={place} className="arg">
          {exact(word)}
        </span>,
      );
    } else shown.push(<Fragment key={place}>{exact(word)}</Fragment>);
  }
  return shown;
}

function holes(text: string, key: string, verb: boolean): ReactNode[] {
  const shown: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(HOLE)) {
    shown.push(...words(text.slice(at, match.index), `${key}-${at}`, verb && at === 0));
    shown.push(
      <span key={`${key}-v${match.index}`} className="var" title={`variable ${match[0].slice(3, -3)}`}>
        {match[0]}
      </span>,
    );
    at = match.index + match[0].length;
  }
  shown.push(...words(text.slice(at), `${key}-${at}`, verb && at === 0));
  return shown;
}

/** Spans in order, without overlap, inside the text: an untrusted or stale span never breaks the page. */
export function soundSpans(spans: readonly Span[], length: number): Span[] {
  const sorted = spans
    .filter((span) => span.start >= 0 && span.end <= length && span.start < span.end)
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Span[] = [];
  for (const span of sorted) {
    const last = kept.at(-1);
    if (!last || span.start >= last.end) kept.push(span);
  }
  return kept;
}

function riskOf(span: Span, fallback: RiskWord): string {
  const word = span.risk;
  return riskClass(
    word === "safe" || word === "caution" || word === "dangerous" || word === "unknown" ? word : fallback,
  );
}

/** A program's own word behind its name, as in `kubectl delete`: no path, no option, no value. */
const SUBCOMMAND = /^[A-Za-z][A-Za-z-]*$/;
/** A redirection and a quoted text have no verb in front: such a span is narrow already. */
const WHOLE = /^[0-9&]*[<>]|^['"]/;

/**
 * What to underline of a span: `{{ holes }}`, the verb, and options. Pure.
 *
 * The scanner's span is all of the command that it judged; where every word is marked, none is. What a verb
 * and its options do is what a rule looks at, and a hole is what nobody knows yet.
 */
export function decidingParts(text: string): { text: string; decides: boolean }[] {
  if (WHOLE.test(text)) return [{ text, decides: true }];
  const found: { text: string; decides: boolean }[] = [];
  const add = (piece: string, decides: boolean) => {
    const last = found.at(-1);
    if (last && !decides && !last.decides) last.text += piece;
    else if (piece) found.push({ text: piece, decides });
  };
  let words = 0;
  let isVerb = true;
  for (const piece of text.split(/(\{\{ [a-z][a-z0-9_]{0,62} \}\}|\s+)/)) {
    if (!/\S/.test(piece)) add(piece, false);
    else {
      isVerb = words === 0 || (words === 1 && isVerb && SUBCOMMAND.test(piece));
      words += 1;
      add(piece, isVerb || /^-/.test(piece) || piece.startsWith("{{ "));
    }
  }
  return found;
}

/** The span that decided: its verb, options and holes underlined, the reason on hover and on focus. */
function Deciding({ span, risk, text, place }: { span: Span; risk: RiskWord; text: string; place: string }) {
  let at = 0;
  return (
    <Tooltip
      text={
        <>
          {span.rule ? <strong>{visible(span.rule)}</strong> : null}
          {span.rule && span.why ? ": " : null}
          {span.why ? visible(span.why) : null}
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the reason must be reachable by keyboard. */}
      <span className={`why ${riskOf(span, risk)}`} tabIndex={0}>
        {decidingParts(text).map((part) => {
          const key = `${place}-${at}`;
          at += part.text.length;
          return part.decides ? <u key={key}>{exact(part.text)}</u> : words(part.text, key, false);
        })}
      </span>
    </Tooltip>
  );
}

interface Line {
  start: number;
  end: number;
}

/** Where the lines of a text begin and end, in code points; the newline belongs to its line. */
function linesOf(points: readonly string[]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  points.forEach((point, index) => {
    if (point !== "\n") return;
    lines.push({ start, end: index + 1 });
    start = index + 1;
  });
  if (start < points.length || lines.length === 0) lines.push({ start, end: points.length });
  return lines;
}

function lineParts(points: readonly string[], line: Line, spans: readonly Span[], risk: RiskWord) {
  const parts: ReactNode[] = [];
  let at = line.start;
  const text = (from: number, to: number) => points.slice(from, to).join("");
  for (const span of spans) {
    if (span.end <= line.start || span.start >= line.end) continue;
    const from = Math.max(span.start, line.start);
    const to = Math.min(span.end, line.end);
    parts.push(...holes(text(at, from), `t${at}`, at === 0));
    parts.push(
      <Deciding key={`s${from}`} place={`s${from}`} span={span} risk={risk} text={text(from, to)} />,
    );
    at = to;
  }
  parts.push(...holes(text(at, line.end), `t${at}`, at === 0));
  return parts;
}

interface Props {
  text: string;
  spans?: readonly Span[] | null;
  risk?: RiskWord;
  /** Leave the copy button out, where the line around has one. */
  bare?: boolean;
  /** Strike it through: a command that another one replaced. */
  was?: boolean;
}

/** The command in its box: verb bold, variables dotted, what decided underlined and explained. */
export function Command({ text, spans, risk = "unknown", bare = false, was = false }: Props) {
  const points = Array.from(text);
  const sound = soundSpans(spans ?? [], points.length);
  return (
    <div className={`cmd${was ? " was" : ""}`}>
      <code className="cmd__text">
        {linesOf(points).map((line) => (
          <span key={line.start} className="cmd__line">
            {lineParts(points, line, sound, risk)}
          </span>
        ))}
      </code>
      {bare ? null : <CopyButton text={text} what="command" />}
    </div>
  );
}
