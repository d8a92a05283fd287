/** Nothing pasted yet: what will stand here, and a real example one click away. */
import { Link } from "@tanstack/react-router";
import { FileText, FolderOpen, Undo2 } from "lucide-react";
import { Button } from "@/ui/button";
import example from "./example.md?raw";

interface Props {
  example: (text: string) => void;
  bringBack: (() => void) | null;
  signedOut: boolean;
}

export function EmptyPreview({ example: show, bringBack, signedOut }: Props) {
  return (
    <div className="card">
      <div className="card__body stack empty-import">
        <h2 className="title-l">Paste it as it is</h2>
        <p className="dim">
          A wiki page, a README, a chat thread. Here you see it as steps: what would run, how risky each
          command is and why, what it asks for, and what became of every sentence.
        </p>
        <ul className="bullets dim">
          <li>A page keeps its lists, tables and code when you copy it from the browser.</li>
          <li>Secrets are masked before anything else reads the text.</li>
          <li>
            Nothing runs{signedOut ? ", and nothing is kept" : ""}. What you propose is reviewed and merged by
            a person.
          </li>
        </ul>
        <div className="row">
          <Button onClick={() => show(example)}>
            <FileText className="icon" aria-hidden />
            Show an example: disk full on a build runner
          </Button>
          {signedOut ? null : (
            <Link className="btn btn--quiet" to="/import/many">
              <FolderOpen className="icon" aria-hidden />
              Many at once: a folder or a ZIP
            </Link>
          )}
          {bringBack ? (
            <Button look="quiet" onClick={bringBack}>
              <Undo2 className="icon" aria-hidden />
              Bring back what was discarded
            </Button>
          ) : null}
        </div>
      </div>
    </div>
  );
}
