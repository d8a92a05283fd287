/** The steps in service as a graph: a link a node, in the order of the steps, to its place in the rail. */
import "./graph.css";
import { Link } from "@tanstack/react-router";
import {
  BaseEdge,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import { CircleHelp, CircleSlash2, Hand, SquareTerminal, Undo2 } from "lucide-react";
import { memo, useMemo } from "react";
import type { Schemas } from "@/api/client";
import { PointOfNoReturn } from "@/ui/rail";
import { Risk, riskClass } from "@/ui/risk";
import { visible } from "@/ui/visible";
import { NODE_WIDTH, type Placed, type PlacedEdge, type PlacedNode, placed, whenWords } from "./layout";
import { graphOf } from "./model";
import { Toolbar, useZoom } from "./zoom";

type StepNode = Node<{ step: PlacedNode; runbook: string }, "step">;
type StepEdge = Edge<{ edge: PlacedEdge }, "step">;

const KINDS = { Command: SquareTerminal, Question: CircleHelp, Instruction: Hand };
const ARROW = "dag-arrow";

function Back({ back }: { back: NonNullable<PlacedNode["back"]> }) {
  const Icon = back === "Rollback" ? Undo2 : CircleSlash2;
  return (
    <span className="dag-back">
      <Icon className="icon" aria-hidden />
      {back}
    </span>
  );
}

/** What a node says; a screen reader hears it in this order. */
function NodeText({ step }: { step: PlacedNode }) {
  const Kind = KINDS[step.kind];
  return (
    <>
      {step.isPoint ? <PointOfNoReturn /> : null}
      <span className="dag-head">
        <span className="dag-order n">
          <span className="sr">Step </span>
          {step.order}
        </span>
        <Risk risk={step.risk} />
        <span className="dag-kind">
          <Kind className="icon" aria-hidden />
          {step.kind}
        </span>
      </span>
      <strong className={`dag-title dag-lines-${step.titleLines}`} title={visible(step.title)}>
        {visible(step.title)}
      </strong>
      {step.when ? (
        <span className={`dag-when dag-lines-${step.whenLines}`} title={visible(whenWords(step.when))}>
          {visible(whenWords(step.when))}
        </span>
      ) : null}
      {step.back ? <Back back={step.back} /> : null}
      {step.after.length > 0 ? (
        <span className="sr">
          after step{step.after.length > 1 ? "s" : ""} {step.after.join(", ")}
        </span>
      ) : null}
    </>
  );
}

const StepBox = memo(function StepBox({ data: { step, runbook } }: NodeProps<StepNode>) {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Link
        to="/runbooks/$runbook"
        params={{ runbook }}
        search={{}}
        hash={`step-${step.id}`}
        className={`dag-node ${riskClass(step.risk)}`}
        data-step={step.id}
        preload={false}
      >
        <NodeText step={step} />
      </Link>
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
});

const StepLine = memo(function StepLine({ data }: EdgeProps<StepEdge>) {
  if (!data) return null;
  const { path, label, words, isConditional } = data.edge;
  return (
    <>
      <BaseEdge
        path={path}
        className={isConditional ? "dag-edge dag-edge--if" : "dag-edge"}
        markerEnd={`url(#${ARROW})`}
        interactionWidth={0}
      />
      {label && words ? (
        <EdgeLabelRenderer>
          {/* The node that it leads to says the whole condition. */}
          <span
            className="dag-label"
            aria-hidden="true"
            title={visible(words)}
            style={{
              maxWidth: label.width,
              transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)`,
            }}
          >
            {visible(words)}
          </span>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
});

const NODES = { step: StepBox };
const EDGES = { step: StepLine };
/** No drag and no wheel: the box around it scrolls as everything else does, by finger, wheel and key. */
const STILL = {
  nodesDraggable: false,
  nodesConnectable: false,
  nodesFocusable: false,
  edgesFocusable: false,
  elementsSelectable: false,
  panOnDrag: false,
  panOnScroll: false,
  zoomOnScroll: false,
  zoomOnPinch: false,
  zoomOnDoubleClick: false,
  preventScrolling: false,
  disableKeyboardA11y: true,
  proOptions: { hideAttribution: true },
} as const;

/** The canvas is no application but a list of links, and is read as one. */
function asList(element: HTMLDivElement | null): void {
  element?.setAttribute("role", "list");
}

const UNSAID = { "aria-roledescription": undefined };

function flowNodes(graph: Placed, runbook: string): StepNode[] {
  return graph.nodes.map((step) => ({
    id: step.id,
    type: "step",
    position: { x: step.x, y: step.y },
    width: NODE_WIDTH,
    height: step.height,
    data: { step, runbook },
    ariaRole: "listitem",
    domAttributes: UNSAID,
  }));
}

function flowEdges(graph: Placed): StepEdge[] {
  return graph.edges.map((edge) => ({
    id: edge.id,
    type: "step",
    source: edge.from,
    target: edge.to,
    data: { edge },
    ariaRole: "none",
    ariaLabel: null as unknown as string,
    domAttributes: UNSAID,
  }));
}

/** The head of the arrows, once for all of them. */
function Arrow() {
  return (
    <svg className="dag-defs" aria-hidden="true">
      <defs>
        <marker id={ARROW} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
          <path d="M0 .5 8 4 0 7.5Z" />
        </marker>
      </defs>
    </svg>
  );
}

export function Graph({ item }: { item: Schemas["RunbookShape"] }) {
  const graph = useMemo(() => placed(graphOf(item.stepList, item.document)), [item.stepList, item.document]);
  const nodes = useMemo(() => flowNodes(graph, item.id), [graph, item.id]);
  const edges = useMemo(() => flowEdges(graph), [graph]);
  const { box, zoom, toolbar } = useZoom(graph.width);
  return (
    <div className="dag">
      <Toolbar {...toolbar} zoom={zoom} />
      <div className="dag-box" ref={box}>
        <div className="dag-canvas" style={{ width: graph.width * zoom, height: graph.height * zoom }}>
          <ReactFlow
            ref={asList}
            aria-label={`Steps as a graph, ${graph.nodes.length} in all`}
            nodes={nodes}
            edges={edges}
            nodeTypes={NODES}
            edgeTypes={EDGES}
            viewport={{ x: 0, y: 0, zoom }}
            {...STILL}
          />
        </div>
      </div>
      <Arrow />
    </div>
  );
}
