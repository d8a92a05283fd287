/** Lines from the source to the cards, for the pairs in view only; and for the lit one, wherever its ends are. */
import { type RefObject, useContext, useEffect, useState } from "react";
import { useEditor } from "./handle";
import { LitContext } from "./lit";
import { linkPath } from "./places";

interface Link {
  id: string;
  d: string;
  lit: boolean;
}

interface Props {
  /** The scroll area of the preview, and the box that both panes are in. */
  preview: RefObject<HTMLElement | null>;
  panes: RefObject<HTMLElement | null>;
  gutter: RefObject<HTMLElement | null>;
  /** Changes when there is something new to draw. */
  version: unknown;
}

export function Links({ preview, panes, gutter, version }: Props) {
  const editor = useEditor();
  const lit = useContext(LitContext);
  const [links, setLinks] = useState<readonly Link[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new answer is a new set of ends.
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      frame = 0;
      const edges = editor.current?.edges(lit.id());
      const boxes = { preview: preview.current, panes: panes.current, gutter: gutter.current };
      if (!edges || !boxes.preview || !boxes.panes || !boxes.gutter?.offsetWidth) return setLinks([]);
      setLinks(linksOf(edges, lit.id(), boxes.preview, boxes.gutter));
    };
    const soon = () => {
      frame ||= requestAnimationFrame(draw);
    };
    soon();
    const seen = new ResizeObserver(soon);
    if (panes.current) seen.observe(panes.current);
    const list = preview.current?.querySelector(".preview");
    if (list) seen.observe(list);
    const area = preview.current;
    area?.addEventListener("scroll", soon, { passive: true });
    const ends = [lit.subscribe(soon), editor.current?.onMove(soon)];
    return () => {
      cancelAnimationFrame(frame);
      seen.disconnect();
      area?.removeEventListener("scroll", soon);
      for (const end of ends) end?.();
    };
  }, [version, editor, lit, preview, panes, gutter]);
  return (
    <svg className="import-links" aria-hidden="true">
      {links.map((link) => (
        <path key={link.id} d={link.d} className={link.lit ? "lit" : undefined} />
      ))}
    </svg>
  );
}

function linksOf(
  edges: ReadonlyMap<string, { y: number; inView: boolean }>,
  lit: string | null,
  preview: HTMLElement,
  gutter: HTMLElement,
): Link[] {
  const box = preview.getBoundingClientRect();
  const origin = gutter.getBoundingClientRect();
  const links: Link[] = [];
  for (const [id, edge] of edges) {
    const end = endOf(preview, id);
    if (!end) continue;
    const isLit = id === lit;
    const inView = edge.inView && end.y >= box.top && end.y <= box.bottom;
    if (!inView && !isLit) continue;
    const to = Math.min(Math.max(end.y, box.top), box.bottom);
    const d = linkPath(edge.y - origin.top, to - origin.top, end.x - origin.left, origin.width);
    links.push({ id, d, lit: isLit });
  }
  // The lit one is drawn last, over the others.
  return links.sort((a, b) => Number(a.lit) - Number(b.lit));
}

/** Where a part of the preview is reached: at its node on the rail, or at its card's edge. */
function endOf(preview: HTMLElement, id: string): { x: number; y: number } | null {
  const part = preview.querySelector(`[data-place="${CSS.escape(id)}"]`);
  if (!part) return null;
  const found = (id.startsWith("step:") ? part.closest("li")?.querySelector(":scope > .node") : null) ?? part;
  const box = found.getBoundingClientRect();
  // A line inside a card is reached at the card's edge: nothing is drawn across text.
  const edge = (found.closest(".card, .ask") ?? found).getBoundingClientRect();
  return { x: edge.left, y: box.top + Math.min(12, box.height / 2) };
}
