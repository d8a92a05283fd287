/** One execution, as it is now: the page that one can use half asleep. */
import { useParams } from "@tanstack/react-router";
import { useCallback, useRef, useState } from "react";
import type { StreamState } from "@/api/stream";
import { PageFrame, Result } from "@/ui/page";
import { useTitle } from "@/ui/title";
import { Attention } from "./attention";
import { useBring } from "./bring";
import { EditDialog } from "./edit-dialog";
import { Facts } from "./facts";
import { FootBar } from "./footbar";
import { Head } from "./head";
import { goToGate, goToOutput, useExecutionKeys } from "./keys";
import { useExecution } from "./live";
import { Middle } from "./middle";
import { ASKS, type Ask, type Asked, ReasonDialog } from "./reason";
import { currentStep, type Execution, isOver } from "./steps";
import { StepsRail, StepsStrip } from "./steps-rail";

/** Which steps are unfolded, and which one the keys are at. */
function useSelection(x: Execution) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  // No state: moving over 200 steps draws nothing anew, the focus shows where the keys are.
  const selected = useRef<string | null>(null);
  const onToggle = useCallback((id: string, open: boolean) => {
    setOpened((before) => {
      const now = new Set(before);
      if (open) now.add(id);
      else now.delete(id);
      return now;
    });
  }, []);
  const current = currentStep(x)?.step.id;
  const move = useCallback((id: string) => {
    selected.current = id;
    document.querySelector<HTMLElement>(`[data-step="${CSS.escape(id)}"]`)?.focus();
  }, []);
  const onSelect = useCallback(
    (id: string) => {
      move(id);
      if (id === current) {
        document.getElementById("gate")?.scrollIntoView({ block: "center" });
        return;
      }
      onToggle(id, true);
      requestAnimationFrame(() => {
        document.getElementById(`step-${id}`)?.scrollIntoView({ block: "nearest" });
      });
    },
    [current, move, onToggle],
  );
  return { opened, selected, onToggle, onSelect, move };
}

function Live({ x, stream }: { x: Execution; stream: StreamState }) {
  const bringing = useBring(x);
  // The head has its own: what became of a pause is said there, not in the card of the step.
  const holding = useBring(x);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [editing, setEditing] = useState<Execution | null>(null);
  const { opened, selected, onToggle, onSelect, move } = useSelection(x);
  const at = currentStep(x);
  useTitle(x.kind === "rollback" || x.parentId ? "Rollback" : "Execution", x.runbook.title);
  const edit = () => {
    bringing.dismiss();
    setEditing(x);
  };
  const open = (one: Ask) => {
    bringing.dismiss();
    setAsked({ ask: one, of: x });
  };
  useExecutionKeys(x, {
    mayNot: bringing.mayNot,
    select: move,
    selected: () => selected.current,
    skip: () => at && open(ASKS.skip(at.step.title)),
    edit,
    toGate: goToGate,
    toOutput: goToOutput,
  });
  return (
    <>
      <Head x={x} stream={stream} bringing={holding} onAbort={() => open(ASKS.abort())} />
      <StepsStrip x={x} onSelect={onSelect} />
      <div className="exec">
        <nav aria-label="Steps" className="not-phone">
          <StepsRail x={x} onSelect={onSelect} />
        </nav>
        <Middle {...{ x, bringing, opened, onToggle }} onAsk={open} onEdit={edit} />
        <Facts x={x} />
      </div>
      <Attention x={x} />
      {isOver(x) ? null : <FootBar x={x} toGate={goToGate} toOutput={goToOutput} />}
      <ReasonDialog asked={asked} now={x} close={() => setAsked(null)} bringing={bringing} />
      <EditDialog of={editing} now={x} close={() => setEditing(null)} bringing={bringing} />
    </>
  );
}

export function ExecutionPage() {
  const { execution } = useParams({ from: "/app/executions/$execution" });
  const { query, stream } = useExecution(execution);
  if (query.data) return <Live key={execution} x={query.data} stream={stream} />;
  return (
    <PageFrame title="Execution">
      <Result query={query} what="the execution">
        {() => null}
      </Result>
    </PageFrame>
  );
}
