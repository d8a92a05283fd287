/** Passages that speak to a machine, or that no reader of the source sees: listed, because nothing obeyed them. */
import { ShieldAlert } from "lucide-react";
import { useContext } from "react";
import { visible } from "@/ui/visible";
import type { Preview } from "../answer";
import { count } from "../wording";
import { ImportContext } from "./context";

const WORDS = {
  "speaks to a machine": "speaks to a machine",
  "hidden text": "no reader of the page sees it",
  "hidden characters": "characters that are not seen",
} as const;

export function SuspiciousCard({ preview }: { preview: Preview }) {
  const { goToLine } = useContext(ImportContext);
  const found = preview.suspicious;
  if (found.length === 0) return null;
  return (
    <section className="card" aria-labelledby="suspicious-h">
      <div className="card__head">
        <h3 id="suspicious-h">
          <ShieldAlert className="icon" aria-hidden /> Suspicious: {count(found.length, "passage")}
        </h3>
        <span className="faint small">Nothing obeyed them. Ask who wrote them.</span>
      </div>
      <div className="card__body stack">
        <ul className="set-aside small">
          {found.map((item) => (
            <li key={`${item.kind}.${item.line}.${item.text}`}>
              <button type="button" className="linkish" onClick={() => goToLine(item.line)}>
                line {item.line}
              </button>
              <span className="dim">
                {WORDS[item.kind]}: <q>{visible(item.text)}</q>
              </span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
