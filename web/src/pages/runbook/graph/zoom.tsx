/** How large the graph is drawn: as wide as its box until somebody chooses, and never too small to be read. */
import { Maximize, Minus, Plus } from "lucide-react";
import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import { Button } from "@/ui/button";

const SIZES = [0.5, 0.75, 1, 1.25, 1.5] as const;
const LEAST_FIT = 0.66;

/** The scale at which a graph of `width` fits a box of `room` pixels; what is small is not blown up. Pure. */
export function fitting(width: number, room: number): number {
  if (width <= 0 || room <= 0) return 1;
  return Math.min(1, Math.max(LEAST_FIT, room / width));
}

/** The next size up or down from where it is; the same at either end. Pure. */
export function nextSize(zoom: number, by: 1 | -1): number {
  const found = by > 0 ? SIZES.find((size) => size > zoom) : SIZES.findLast((size) => size < zoom);
  return found ?? zoom;
}

interface Toolbar {
  onSize: (by: 1 | -1) => void;
  onFit: () => void;
}

interface Zooming {
  box: RefObject<HTMLDivElement | null>;
  zoom: number;
  toolbar: Toolbar;
}

export function useZoom(width: number): Zooming {
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  const [chosen, setChosen] = useState<number | null>(null);
  // Before the first frame: a graph that shrinks under the eyes would be one that jumps.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    setRoom(element.clientWidth);
    const observer = new ResizeObserver(() => setRoom(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const zoom = chosen ?? fitting(width, room);
  return {
    box,
    zoom,
    toolbar: {
      onSize: (by) => setChosen(nextSize(zoom, by)),
      onFit: () => setChosen(null),
    },
  };
}

export function Toolbar({ zoom, onSize, onFit }: Toolbar & { zoom: number }) {
  return (
    <div className="row row--tight dag-bar">
      <Button look="icon" aria-label="Smaller" onClick={() => onSize(-1)}>
        <Minus className="icon" aria-hidden />
      </Button>
      <span className="small dim n dag-size" aria-live="polite">
        {Math.round(zoom * 100)} %
      </span>
      <Button look="icon" aria-label="Larger" onClick={() => onSize(1)}>
        <Plus className="icon" aria-hidden />
      </Button>
      <Button look="icon" aria-label="Fit the width" onClick={onFit}>
        <Maximize className="icon" aria-hidden />
      </Button>
    </div>
  );
}
