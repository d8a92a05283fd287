/** What the two keys say: the scanner and the advisor. Nothing is safe on one key, and the label says so. */
import { KeyRound } from "lucide-react";
import { Popover } from "radix-ui";
import { type RiskWord, riskLabel } from "./risk";
import { visible } from "./visible";

export interface Keys {
  scanner: RiskWord;
  scannerWhy?: string | null;
  /** Absent where there is no second key. */
  advisor?: RiskWord | null;
  advisorWhy?: string | null;
  rule?: string | null;
}

/** `scanner says safe · 1 of 2 keys`: short, for the line under a title. */
export function keysText(keys: Keys): string {
  const scanner = `scanner says ${riskLabel(keys.scanner).toLowerCase()}`;
  if (!keys.advisor) return `${scanner} · 1 of 2 keys`;
  return `${scanner} · advisor says ${riskLabel(keys.advisor).toLowerCase()}`;
}

/** The label, with what is behind it one click away: both opinions, and how to get the second key. */
export function KeysLabel({ keys }: { keys: Keys }) {
  return (
    <Popover.Root>
      <Popover.Trigger className="keys-label small">
        <KeyRound className="icon" aria-hidden />
        {keysText(keys)}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover popover--wide"
          aria-label="The keys of this step"
          align="start"
          sideOffset={6}
          collisionPadding={12}
        >
          <strong>{keys.advisor ? "Two keys" : "One of two keys"}</strong>
          <dl className="facts small">
            <dt>Scanner</dt>
            <dd>
              {riskLabel(keys.scanner)}
              {keys.scannerWhy ? `: ${visible(keys.scannerWhy)}` : ""}
            </dd>
            <dt>Advisor</dt>
            <dd>
              {keys.advisor
                ? `${riskLabel(keys.advisor)}${keys.advisorWhy ? `: ${visible(keys.advisorWhy)}` : ""}`
                : "nobody has been asked"}
            </dd>
          </dl>
          {keys.advisor ? null : (
            <p className="small dim">
              A command is safe only where both say so. The second key is an advisor, which whoever runs the
              controller chooses with the setting <code>DD0C_ADVISOR</code>. Without it a person approves it.
            </p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
