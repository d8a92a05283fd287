/** The steps in service, on their rail or as a graph: which one is in the address. */
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Schemas } from "@/api/client";
import { useShortcuts } from "@/shell/shortcuts";
import { Loading } from "@/ui/states";
import { LookSwitch } from "@/ui/switch";
import { moveFocus } from "../runbooks/move-focus";
import { Steps } from "./steps";

const Graph = lazy(() => import("./graph/graph").then((found) => ({ default: found.Graph })));

export type StepsLook = "rail" | "dag";

/** The look that an address names; the rail where it names none that there is. Pure. */
export function lookOf(view: string | undefined): StepsLook {
  return view === "dag" ? "dag" : "rail";
}

const LOOKS = [
  { look: "rail", label: "Steps" },
  { look: "dag", label: "DAG" },
] as const;

const STEP = "[data-step]";

export function StepsView({ item, look }: { item: Schemas["RunbookShape"]; look: StepsLook }) {
  const navigate = useNavigate();
  const choose = (chosen: StepsLook) =>
    void navigate({
      to: "/runbooks/$runbook",
      params: { runbook: item.id },
      search: chosen === "dag" ? { view: "dag" } : {},
      resetScroll: false,
    });
  useShortcuts("Steps", [
    { keys: "j", label: "Next step", run: () => moveFocus(STEP, 1) },
    { keys: "k", label: "Step before", run: () => moveFocus(STEP, -1) },
    { keys: "v", label: "Rail or DAG", run: () => choose(look === "dag" ? "rail" : "dag") },
  ]);
  return (
    <div className="stack">
      <LookSwitch label="How the steps are shown" choices={LOOKS} chosen={look} choose={choose} />
      {look === "dag" ? (
        <Suspense fallback={<Loading what="the graph" lines={14} />}>
          <Graph item={item} />
        </Suspense>
      ) : (
        <Steps item={item} />
      )}
    </div>
  );
}
