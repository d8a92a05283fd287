/** The bar at the foot of a phone: the next action, and Panic, always in reach of a thumb. */
import { ArrowDown } from "lucide-react";
import { PanicHere } from "@/shell/panic";
import { Button } from "@/ui/button";
import { Shape } from "@/ui/risk";
import { type Execution, type Gate, gateRisk } from "./steps";

const WORDS: Record<string, string> = {
  pending: "Go to the start",
  preflight: "Fill in what is missing",
  await_manual: "Go to the step",
  executing: "Watch the output",
  rolling_back: "Watch the output",
  rollback_available: "Decide how to go on",
  manual_intervention: "Decide how to go on",
  paused: "Go to resume",
};

function gateWord(gate: Gate): string {
  if (gate.lapsed) return "Ask again";
  return gate.notJudged ? "Go to the step" : "Go to the approval";
}

export function FootBar({ x, toGate, toOutput }: { x: Execution; toGate: () => void; toOutput: () => void }) {
  const running = x.state === "executing" || x.state === "rolling_back";
  const text = x.gate ? gateWord(x.gate) : WORDS[x.state];
  return (
    <footer className="footbar only-phone">
      {text ? (
        <Button onClick={running ? toOutput : toGate}>
          {x.gate ? <Shape risk={gateRisk(x.gate)} /> : null}
          {text}
          <ArrowDown className="icon" aria-hidden />
        </Button>
      ) : null}
      <PanicHere label="Panic" />
    </footer>
  );
}
