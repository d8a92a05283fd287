/** Nothing was done, because it had changed: what is different now, in place. */
import { CircleAlert } from "lucide-react";
import { Button } from "@/ui/button";
import { visible, visibleCode } from "@/ui/visible";
import type { Change } from "./changes";

export function ChangeList({ changes }: { changes: readonly Change[] }) {
  return (
    <ul className="bullets dim">
      {changes.map((change) => (
        <li key={change.text}>
          {visible(change.text)}
          {change.was !== undefined && change.now !== undefined ? (
            <div className="diff">
              <del>{visibleCode(change.was)}</del>
              <ins>{visibleCode(change.now)}</ins>
            </div>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

interface Props {
  changes: readonly Change[];
  dismiss: () => void;
  title?: string;
}

export function Changed({
  changes,
  dismiss,
  title = "Nothing was done: it changed while you decided",
}: Props) {
  return (
    <div className="changed stack" role="alert">
      <div className="row">
        <CircleAlert className="icon" aria-hidden />
        <strong>{title}</strong>
        <Button look="quiet" className="push" onClick={dismiss}>
          I have seen it
        </Button>
      </div>
      <ChangeList changes={changes} />
    </div>
  );
}
