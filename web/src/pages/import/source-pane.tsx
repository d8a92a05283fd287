/** The left side: the source, its counts, and every way in: typing, pasting, dropping, choosing a file. */
import { CircleQuestionMark, Lock, Upload, Wrench } from "lucide-react";
import {
  Component,
  type DragEvent,
  lazy,
  type ReactNode,
  Suspense,
  useEffect,
  useRef,
  useState,
} from "react";
import { Button } from "@/ui/button";
import type { EditorEvents, EditorHandle } from "./handle";
import { areMany } from "./many/gather";
import { dropsFolder, ofDrop, ofInput } from "./many/picked";
import type { Begin } from "./many/ways-in";
import { ACCEPTED_FILES, fromFile, type Incoming, NotTaken } from "./paste";
import { PlainField } from "./plain-field";
import type { ImportSession, View } from "./session";
import { count } from "./wording";

/** The editor is a third of the first page, so it is fetched when somebody turns to it, or a text is there. */
let askForEditor: () => void = () => undefined;
const asked = new Promise<void>((resolve) => {
  askForEditor = resolve;
});
const SourceEditor = lazy(() => asked.then(() => import("./editor/source-editor")));
const HINT = "Paste a runbook: a wiki page, Markdown, plain text.";

interface Props {
  title: string;
  /** The way back to where the text came from; it stands in the place of the title. */
  back: ReactNode;
  /** Takes what is more than one document; absent where nobody is signed in. */
  onMany: Begin | undefined;
  view: View;
  session: ImportSession;
  events: EditorEvents;
  editor: (handle: EditorHandle | null) => void;
}

export function SourcePane({ title, back, onMany, view, session, events, editor }: Props) {
  const [over, setOver] = useState(false);
  const [notTaken, setNotTaken] = useState<string | null>(null);
  useEffect(() => {
    if (!view.isEmpty) askForEditor();
  }, [view.isEmpty]);
  const take = (incoming: Promise<{ incoming: Incoming; shown: string } | null>) => {
    setNotTaken(null);
    incoming.then(
      (found) => found && events.onWhole(found.incoming, found.shown),
      (error: unknown) =>
        setNotTaken(error instanceof NotTaken ? error.message : "The file could not be read."),
    );
  };
  const takeFiles = (files: readonly File[], many: Parameters<Begin>[0]) => {
    const [file] = files;
    if (!file) return;
    if (onMany && areMany(files)) onMany(many);
    else take(ofFile(file));
  };
  const choose = (files: readonly File[]) => takeFiles(files, () => Promise.resolve(ofInput(files)));
  const drop = (event: DragEvent) => {
    setOver(false);
    const files = [...event.dataTransfer.files];
    if (files.length === 0) return;
    event.preventDefault();
    // Not the editor's as well: it would put the text in a second time.
    event.stopPropagation();
    const many = ofDrop(event.dataTransfer);
    if (onMany && dropsFolder(event.dataTransfer)) onMany(many);
    else takeFiles(files, many);
  };
  return (
    <>
      <div className="pane-head not-phone">
        {back ?? (
          <p className="title-l pane-title" aria-hidden="true">
            {title}
          </p>
        )}
        <ChooseFile take={choose} many={onMany !== undefined} />
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping has a button beside it that does the same. */}
      <div
        className={`card source-card${over ? " source-card--over" : ""}`}
        onFocus={askForEditor}
        onPointerEnter={askForEditor}
        onDragOver={(event) => {
          if (!event.dataTransfer.types.includes("Files")) return;
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={(event) => {
          const into = event.relatedTarget;
          if (!(into instanceof Node && event.currentTarget.contains(into))) setOver(false);
        }}
        onDropCapture={drop}
      >
        <div className="card__head">
          <strong>Source</strong>
          <span className="faint small">{sourceText(view)}</span>
          <Marks view={view} />
          <span className="only-phone push">
            <ChooseFile take={choose} many={onMany !== undefined} />
          </span>
        </div>
        {notTaken ? (
          <p className="source-card__refusal small" role="alert">
            {notTaken}
          </p>
        ) : null}
        <Editor session={session} events={events} editor={editor} />
        {over ? (
          <div className="source-card__drop">
            Drop it here: .md .html .txt .adoc .rst{onMany ? ", a folder or a ZIP" : ""}
          </div>
        ) : null}
      </div>
    </>
  );
}

async function ofFile(file: File): Promise<{ incoming: Incoming; shown: string }> {
  const incoming = await fromFile(file);
  return { incoming, shown: incoming.format === "html" ? "" : incoming.text };
}

function sourceText(view: View): string {
  if (view.isEmpty) return "";
  if (view.isHtml) return "a pasted page, read as text; an edit makes it Markdown";
  return "kept unchanged with the pull request";
}

function Marks({ view }: { view: View }) {
  const { answer } = view.live;
  if (!answer || view.isEmpty) return null;
  const masked = answer.masked.length;
  const repaired = answer.repairs.length;
  const questions = answer.ambiguities.length;
  return (
    <span className="row row--tight push small dim">
      {masked > 0 ? (
        <span className="mark mark--mask">
          <Lock className="icon" aria-hidden />
          {masked} masked
        </span>
      ) : null}
      {repaired > 0 ? (
        <span className="mark">
          <Wrench className="icon" aria-hidden />
          {repaired} repaired
        </span>
      ) : null}
      {questions > 0 ? (
        <span className="mark">
          <CircleQuestionMark className="icon" aria-hidden />
          {count(questions, "question")}
        </span>
      ) : null}
    </span>
  );
}

function ChooseFile({ take, many }: { take: (files: readonly File[]) => void; many: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button look="quiet" className="push" onClick={() => input.current?.click()}>
        <Upload className="icon" aria-hidden />
        Drop or choose a file
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={many}
        accept={many ? `${ACCEPTED_FILES},.zip` : ACCEPTED_FILES}
        aria-label="Choose a file"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = "";
          take(files);
        }}
      />
    </>
  );
}

function Editor({ session, events, editor }: Pick<Props, "session" | "events" | "editor">) {
  const hadFocus = useRef(false);
  const handle = useRef<EditorHandle | null>(null);
  const props = {
    ...events,
    hint: HINT,
    initial: () => session.text(),
    handle: (now: EditorHandle | null) => {
      handle.current = now;
      editor(now);
      if (now && hadFocus.current) {
        hadFocus.current = false;
        now.focus();
      }
    },
  };
  const plain = (
    <PlainField
      {...props}
      onGone={(focused) => {
        hadFocus.current = focused;
      }}
    />
  );
  return (
    <Fallback plain={plain}>
      <Suspense fallback={plain}>
        <SourceEditor {...props} />
      </Suspense>
    </Fallback>
  );
}

/** Where the editor's code can't be fetched, the plain field stays. */
class Fallback extends Component<{ plain: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.plain : this.props.children;
  }
}
