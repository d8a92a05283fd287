/** A secret that is shown once: whole, with a button to copy it, until it is put away. */
import type { ReactNode } from "react";
import { Button } from "@/ui/button";
import { Command } from "@/ui/command";

export function Secret({
  title,
  text,
  onDone,
  children,
}: {
  title: string;
  text: string;
  onDone: () => void;
  children: ReactNode;
}) {
  return (
    <div className="secret" role="status">
      <strong>{title}</strong>
      <Command text={text} risk="manual" />
      <p className="dim">{children}</p>
      <div className="row">
        <Button onClick={onDone}>I have copied it</Button>
      </div>
    </div>
  );
}
