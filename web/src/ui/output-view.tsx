/** Output of a command in a box of its own: only what is in view is drawn, however long it is. */
import { ArrowDownToLine, Pause, Play } from "lucide-react";
import { memo, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { piecesOf, plainText, type Row } from "./ansi";
import { Button } from "./button";
import { CopyButton } from "./copy";
import type { OutputBuffer } from "./output-buffer";

/** The height of a row, as `--lead-code` has it. */
const ROW_PX = 20;
const SPARE_ROWS = 12;
/** Where fewer columns fit, long lines are scrolled to instead of broken: a table broken twice can't be read. */
const FEWEST_COLUMNS = 64;
const SCROLLED_COLUMNS = 200;
const AT_END_PX = 2 * ROW_PX;

const BEGINS = { line: "", wrap: " row-wrap", return: " row-return" } as const;

const OutputRow = memo(function OutputRow({ row }: { row: Row }) {
  return (
    <div className={`out-row${BEGINS[row.begin]}`}>
      {piecesOf(row).map((piece, index) => {
        const classes = piece.hidden ? `${piece.className} hidden-char`.trim() : piece.className;
        return classes ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place.
          <span key={index} className={classes}>
            {piece.text}
          </span>
        ) : (
          piece.text
        );
      })}
    </div>
  );
});

/** How many columns fit into the box; measured again when it changes. */
function useColumns(box: React.RefObject<HTMLElement | null>, probe: React.RefObject<HTMLElement | null>) {
  const [columns, setColumns] = useState<number | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    const sample = probe.current;
    if (!element || !sample) return;
    const measure = () => {
      const each = sample.getBoundingClientRect().width / 100;
      const style = getComputedStyle(element);
      const inner = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const fit = each > 0 ? Math.floor(inner / each) - 1 : 0;
      setColumns(fit >= FEWEST_COLUMNS ? fit : SCROLLED_COLUMNS);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, probe]);
  return columns;
}

interface Following {
  follow: boolean;
  setFollow: (follow: boolean) => void;
}

/** The box stays at its end while somebody looks at the end. */
function useFollow(box: React.RefObject<HTMLElement | null>, count: number, live: boolean): Following {
  const [follow, setFollow] = useState(true);
  // What came live is followed to its last row, which is drawn after the stream has said that it ended.
  const cameLive = useRef(live);
  useLayoutEffect(() => {
    const element = box.current;
    if (element && follow && cameLive.current && count > 0) element.scrollTop = element.scrollHeight;
  }, [box, count, follow]);
  return { follow, setFollow };
}

/** The last line, said politely and not too often, to those who listen instead of look. */
function Spoken({ buffer, quiet }: { buffer: OutputBuffer; quiet: boolean }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (quiet) return;
    const timer = setInterval(() => {
      const last = buffer.rows.rows.findLast((row) => row.text.trim() !== "");
      if (last) {
        setSaid(plainText(last).slice(0, 200));
      }
    }, 3_000);
    return () => clearInterval(timer);
  }, [buffer, quiet]);
  return (
    <div className="sr" role="log" aria-live="polite">
      {said}
    </div>
  );
}

interface Props {
  buffer: OutputBuffer;
  label: string;
  /** Whether more may come. */
  live: boolean;
  /** The address of the whole, as plain text. */
  download?: string;
  title?: React.ReactNode;
  note?: React.ReactNode;
  id?: string;
  /** It was over before it was shown, and wrote nothing: there is no box. Else the box has one height throughout. */
  nothing?: boolean;
  /** Said in the box while no byte is there: an empty box would say that nothing was written. */
  waiting?: string;
}

interface ToolsProps extends Following {
  buffer: OutputBuffer;
  live: boolean;
  download?: string;
  toEnd: () => void;
}

function Tools({ buffer, live, download, follow, setFollow, toEnd }: ToolsProps) {
  return (
    <span className="row row--tight row--one push">
      {live ? (
        <>
          <span className="live small dim">{follow ? "Live" : "Held here"}</span>
          <Button
            look="icon"
            aria-label={follow ? "Hold the output here" : "Follow the output"}
            title={follow ? "Hold here" : "Follow"}
            onClick={() => {
              if (!follow) toEnd();
              setFollow(!follow);
            }}
          >
            {follow ? <Pause className="icon" aria-hidden /> : <Play className="icon" aria-hidden />}
          </Button>
        </>
      ) : null}
      <CopyButton text={() => buffer.text()} what="the output" />
      {download ? (
        <a
          className="btn btn--quiet btn--icon"
          href={download}
          download
          aria-label="Download the whole output"
          title="Download"
        >
          <ArrowDownToLine className="icon" aria-hidden />
        </a>
      ) : null}
    </span>
  );
}

/** The rows in view, each under the number that it has in the whole. */
function inView(rows: readonly Row[], first: number, last: number, dropped: number) {
  const shown: { number: number; row: Row }[] = [];
  for (let at = first; at < last; at += 1) {
    const row = rows[at];
    if (row) shown.push({ number: at + dropped, row });
  }
  return shown;
}

export function OutputView(props: Props) {
  const { buffer, label, live, download, title, note, id, nothing = false, waiting } = props;
  const box = useRef<HTMLElement>(null);
  const probe = useRef<HTMLSpanElement>(null);
  useSyncExternalStore(buffer.subscribe, buffer.snapshot);
  const columns = useColumns(box, probe);
  useEffect(() => {
    if (columns !== null) buffer.setWidth(columns);
  }, [buffer, columns]);
  const [view, setView] = useState({ top: 0, height: 400 });
  const { rows, dropped } = buffer.rows;
  const { follow, setFollow } = useFollow(box, rows.length + dropped, live);
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  const onScroll = (event: React.UIEvent<HTMLElement>) => {
    const element = event.currentTarget;
    setView({ top: element.scrollTop, height: element.clientHeight });
    setFollow(element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX);
  };
  const first = Math.max(0, Math.min(Math.floor(view.top / ROW_PX) - SPARE_ROWS, rows.length - 1));
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW_PX) + SPARE_ROWS);
  const left =
    dropped > 0 ? ` The first ${dropped.toLocaleString("en")} rows are in the download alone.` : "";
  return (
    <section className={`card out${nothing ? " out--none" : ""}`} id={id} aria-label={label}>
      <div className="card__head">
        {title}
        <Tools {...{ buffer, live, download, follow, setFollow, toEnd }} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section className="term" ref={box} tabIndex={0} onScroll={onScroll} aria-label={`${label}: text`}>
        <span className="out-probe" ref={probe} aria-hidden="true">
          {"m".repeat(100)}
        </span>
        {waiting && buffer.bytes === 0 ? <p className="small faint">{waiting}</p> : null}
        <div className="out-rows" style={{ height: rows.length * ROW_PX }}>
          <div style={{ transform: `translateY(${first * ROW_PX}px)` }}>
            {inView(rows, first, last, dropped).map(({ number, row }) => (
              <OutputRow key={number} row={row} />
            ))}
          </div>
        </div>
      </section>
      <Spoken buffer={buffer} quiet={!live || !follow} />
      {note || left ? (
        <p className="out__note small dim">
          {note}
          {left}
        </p>
      ) : null}
    </section>
  );
}
