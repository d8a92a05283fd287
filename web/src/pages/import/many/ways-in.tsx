/** Many documents come in: a ZIP, a folder or several files, chosen by button or let go over the page. */
import { FileArchive, FolderOpen } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { Button } from "@/ui/button";
import type { Picked } from "./gather";
import { ofDrop, ofInput } from "./picked";

/** What the file dialog offers. */
const ACCEPTED =
  ".zip,.md,.markdown,.mdown,.mkd,.rst,.adoc,.asciidoc,.asc,.html,.htm,.xhtml,.txt,.text,.wiki,.confluence,.xml";

export type Begin = (files: () => Promise<readonly Picked[]>) => void;

export function WaysIn({ begin, blocked = null }: { begin: Begin; blocked?: string | null }) {
  return (
    <div className="row">
      <Choose
        begin={begin}
        blocked={blocked}
        icon={<FileArchive className="icon" aria-hidden />}
        label="Choose a ZIP or files"
      />
      <Choose
        begin={begin}
        blocked={blocked}
        icon={<FolderOpen className="icon" aria-hidden />}
        label="Choose a folder"
        isFolder
      />
    </div>
  );
}

interface ChooseProps {
  begin: Begin;
  blocked: string | null;
  icon: ReactNode;
  label: string;
  isFolder?: boolean;
}

function Choose({ begin, blocked, icon, label, isFolder = false }: ChooseProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button blocked={blocked} onClick={() => input.current?.click()}>
        {icon}
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        {...(isFolder ? { webkitdirectory: "" } : { accept: ACCEPTED })}
        aria-label={label}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = "";
          if (files.length > 0) begin(() => Promise.resolve(ofInput(files)));
        }}
      />
    </>
  );
}

/** The whole of `children` takes a drop; `off` while it may not. */
export function DropPlace({ begin, off, children }: { begin: Begin; off: boolean; children: ReactNode }) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    setOver(false);
    if (off || event.dataTransfer.items.length === 0) return;
    event.preventDefault();
    begin(ofDrop(event.dataTransfer));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has buttons that do the same.
    <div
      className={`many-drop${over ? " many-drop--over" : ""}`}
      onDragOver={(event) => {
        if (off || !event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        const into = event.relatedTarget;
        if (!(into instanceof Node && event.currentTarget.contains(into))) setOver(false);
      }}
      onDrop={drop}
    >
      {children}
    </div>
  );
}
