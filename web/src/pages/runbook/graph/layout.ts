/** Where each node and edge of the graph stands: dagre's layers, from sizes that are known before drawing. Pure. */
import { layout, Graph as Plane } from "@dagrejs/dagre";
import { visible } from "@/ui/visible";
import type { Graph, GraphEdge, GraphNode } from "./model";

export interface Point {
  x: number;
  y: number;
}

export interface PlacedNode extends GraphNode {
  /** The upper left corner, pixels. */
  x: number;
  y: number;
  height: number;
  /** How many lines the title and the condition are given. */
  titleLines: number;
  whenLines: number;
}

export interface PlacedEdge extends GraphEdge {
  id: string;
  path: string;
  /** The middle of the words, pixels; null where there are none. */
  label: (Point & { width: number }) | null;
}

export interface Placed {
  nodes: PlacedNode[];
  edges: PlacedEdge[];
  width: number;
  height: number;
}

/** The sizes that graph.css gives, in pixels. */
export const NODE_WIDTH = 240;
const PADDING = 22;
const GAP = 4;
const HEAD = 24;
const TITLE_LINE = 20;
const SMALL_LINE = 16;
const TITLE_WIDE = 26;
const SMALL_WIDE = 33;
const MOST_LINES = 3;
const LABEL_HEIGHT = 20;
const LABEL_PADDING = 14;
const LABEL_CHARACTER = 7;
const LABEL_MOST = 180;
const MARGIN = 12;

/** Hangul, and all from the East Asian scripts to the pictures. */
const WIDE = /[\u1100-\u115f\u2e80-\u{10ffff}]/u;

/** How many columns a text takes, about. */
export function columns(text: string): number {
  let width = 0;
  for (const character of visible(text)) width += WIDE.test(character) ? 2 : 1;
  return width;
}

function lines(text: string, wide: number): number {
  return Math.min(MOST_LINES, Math.max(1, Math.ceil(columns(text) / wide)));
}

/** The words on a node under its title: the condition as the node says it. */
export function whenWords(when: string): string {
  return `Only if ${when}`;
}

function sized(node: GraphNode): Omit<PlacedNode, "x" | "y"> {
  const titleLines = lines(node.title, TITLE_WIDE);
  const whenLines = node.when ? lines(whenWords(node.when), SMALL_WIDE) : 0;
  const rows = [
    node.isPoint ? SMALL_LINE : 0,
    HEAD,
    titleLines * TITLE_LINE,
    whenLines * SMALL_LINE,
    node.back ? SMALL_LINE : 0,
  ].filter((height) => height > 0);
  const height = PADDING + rows.reduce((sum, row) => sum + row, 0) + GAP * (rows.length - 1);
  return { ...node, height, titleLines, whenLines };
}

/** A line through the points, its corners rounded. */
export function pathOf(points: readonly Point[]): string {
  const [first, second, ...rest] = points;
  if (!first || !second) return "";
  const at = (point: Point) => `${Math.round(point.x * 10) / 10} ${Math.round(point.y * 10) / 10}`;
  const middle = (a: Point, b: Point) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const parts = [`M ${at(first)}`];
  let corner = second;
  for (const point of rest) {
    parts.push(`Q ${at(corner)} ${at(middle(corner, point))}`);
    corner = point;
  }
  return [...parts, `L ${at(corner)}`].join(" ");
}

function labelWidth(words: string): number {
  return Math.min(LABEL_MOST, columns(words) * LABEL_CHARACTER + LABEL_PADDING);
}

/** What dagre calls each step: its tables are plain objects, in which a step `constructor` is there already. */
function planeNames(nodes: readonly { id: string }[]): ReadonlyMap<string, string> {
  return new Map(nodes.map((node, index) => [node.id, `n${index}`]));
}

export function placed(graph: Graph): Placed {
  const plane = new Plane();
  plane.setGraph({ rankdir: "TB", nodesep: 24, edgesep: 24, ranksep: 36, marginx: MARGIN, marginy: MARGIN });
  const nodes = graph.nodes.map(sized);
  const names = planeNames(nodes);
  const on = (id: string) => names.get(id) ?? id;
  for (const node of nodes) plane.setNode(on(node.id), { width: NODE_WIDTH, height: node.height });
  // Of edges that lead from one node, dagre puts the last one given leftmost.
  for (const edge of graph.edges.toReversed()) {
    const label = edge.words ? { width: labelWidth(edge.words), height: LABEL_HEIGHT, labelpos: "c" } : {};
    plane.setEdge(on(edge.from), on(edge.to), label);
  }
  layout(plane);
  const size = plane.graph();
  return {
    nodes: nodes.map((node) => {
      const centre = plane.node(on(node.id));
      return { ...node, x: centre.x - NODE_WIDTH / 2, y: centre.y - node.height / 2 };
    }),
    edges: graph.edges.map((edge) => {
      const drawn = plane.edge(on(edge.from), on(edge.to));
      const label = edge.words ? { x: drawn.x ?? 0, y: drawn.y ?? 0, width: labelWidth(edge.words) } : null;
      return { ...edge, id: `${edge.from} ${edge.to}`, path: pathOf(drawn.points ?? []), label };
    }),
    width: size.width ?? 0,
    height: size.height ?? 0,
  };
}
