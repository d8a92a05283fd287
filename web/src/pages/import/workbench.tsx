/** Source and preview side by side, for whoever is signed in and for those who are not. */
import "./workbench.css";
import {
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { flushSync } from "react-dom";
import { useSignedInAgain } from "@/shell/session-over";
import { useShortcuts } from "@/shell/shortcuts";
import { useToast } from "@/shell/toast";
import { SETTLE_MS } from "@/ui/settled";
import type { PreviewRequest } from "./answer";
import { askPreview } from "./ask";
import { takeDraft } from "./draft";
import { EditorContext, type EditorEvents, type EditorHandle } from "./handle";
import { Links } from "./links";
import { Lit, LitContext } from "./lit";
import { type Gathered, incomingOf } from "./many/gather";
import type { Begin } from "./many/ways-in";
import { findingsOf, NOTHING_FOUND } from "./places";
import { type ImportActions, ImportContext } from "./preview/context";
import { Footbar, type Proposing, reasonAgainst } from "./preview/footbar";
import { PreviewPane } from "./preview/preview-pane";
import { ImportSession, type View } from "./session";
import { SourcePane } from "./source-pane";
import {
  focusAfterAnswer,
  focusAfterChange,
  focusAfterMove,
  focusAfterTaking,
  focusDifference,
  focusedStep,
  focusQuestion,
  focusStep,
  showCard,
} from "./walk";

interface Props {
  title?: string;
  /** The member whose draft it is; null where nobody is signed in. */
  owner: string | null;
  proposing: Omit<Proposing, "run">;
  onPropose: (request: PreviewRequest, session: ImportSession) => void;
  /** What stands in the preview while there is no text. `example` puts one there. */
  empty: (calls: { example: (text: string) => void; bringBack: (() => void) | null }) => ReactNode;
  /** What the preview tells first, about the text that was read. */
  first?: (view: View, session: ImportSession) => ReactNode;
  /** A text to begin with instead of the draft, of which then none is kept. */
  given?: Gathered | null;
  /** The way back to where the text came from. */
  back?: ReactNode;
  /** Takes several files, a folder or an archive; absent where nobody is signed in. */
  onMany?: Begin;
}

export function Workbench(props: Props) {
  const { title = "Import a runbook", owner, proposing, onPropose, empty, first, back, onMany } = props;
  const session = useSession(owner, props.given ?? null);
  const view = useSyncExternalStore(session.subscribe, session.snapshot);
  const [lit] = useState(() => new Lit());
  const editor = useRef<EditorHandle | null>(null);
  const [pane, setPane] = useState<"source" | "preview">(() => (view.isEmpty ? "source" : "preview"));
  const boxes = {
    preview: useRef<HTMLElement>(null),
    panes: useRef<HTMLDivElement>(null),
    gutter: useRef<HTMLDivElement>(null),
  };
  const ready = useEditorShows(session, view, editor);
  const toSource = useCallback(() => flushSync(() => setPane("source")), []);
  const actions = useActions(session, editor, toSource);
  const propose = usePropose(view, session, proposing, onPropose);
  const events = useEvents(session, editor, boxes.preview, propose, setPane);
  useKeys(boxes.preview, propose);
  useStepKeys(session, editor, toSource);
  useEffect(
    () => lit.subscribe(() => showCard(boxes.preview.current, lit, editor.current)),
    [lit, boxes.preview],
  );
  const fill = (text: string) => {
    editor.current?.replaceAll(text, true);
    events.onWhole({ text, format: "markdown" }, text);
  };
  const bringBack = () => editor.current?.replaceAll(session.bringBack() ?? "", true);
  return (
    <LitContext.Provider value={lit}>
      <EditorContext.Provider value={editor}>
        <ImportContext.Provider value={actions}>
          <main
            id="main"
            className={`import import--${view.isEmpty ? "empty" : pane}`}
            data-phase={view.live.phase}
          >
            <Switch title={title} pane={pane} setPane={setPane} back={back} />
            <div className="import-panes" ref={boxes.panes}>
              <section className="import-source" aria-label="Source">
                <SourcePane
                  title={title}
                  back={back}
                  view={view}
                  session={session}
                  events={events}
                  editor={ready}
                  onMany={onMany}
                />
              </section>
              <div className="import-gutter" ref={boxes.gutter}>
                <Links {...boxes} version={view.live.answer} />
              </div>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
              <section className="import-preview" aria-label="Preview" ref={boxes.preview} tabIndex={0}>
                <PreviewPane
                  view={view}
                  session={session}
                  empty={empty({ example: fill, bringBack: view.canBringBack ? bringBack : null })}
                  first={first?.(view, session)}
                />
              </section>
            </div>
          </main>
          <Footbar
            view={view}
            proposing={{ ...proposing, run: propose }}
            onDiscard={() => {
              session.discard();
              editor.current?.replaceAll("", true);
              setPane("source");
            }}
            onQuestion={() => {
              flushSync(() => setPane("preview"));
              focusQuestion(boxes.preview.current);
            }}
          />
        </ImportContext.Provider>
      </EditorContext.Provider>
    </LitContext.Provider>
  );
}

interface SwitchProps {
  title: string;
  pane: string;
  setPane: (pane: "source" | "preview") => void;
  back: ReactNode;
}

/** The heading, and on a phone the choice of the one pane that is shown. */
function Switch({ title, pane, setPane, back }: SwitchProps) {
  return (
    <div className="import-switch">
      <h1 className={back ? "sr" : undefined}>{title}</h1>
      {back ? <span className="only-phone">{back}</span> : null}
      {/* biome-ignore lint/a11y/useSemanticElements: two buttons, not a form. */}
      <div className="switch only-phone" role="group" aria-label="Pane">
        <button type="button" aria-pressed={pane === "source"} onClick={() => setPane("source")}>
          Source
        </button>
        <button type="button" aria-pressed={pane === "preview"} onClick={() => setPane("preview")}>
          Preview
        </button>
      </div>
    </div>
  );
}

/** One session a visit, with the given text or the draft of this person in it. */
function useSession(owner: string | null, given: Gathered | null): ImportSession {
  const [session] = useState(() => {
    const made = new ImportSession(askPreview, given === null);
    made.owner = owner;
    const draft = given ? null : takeDraft(owner);
    if (draft) made.restored(draft);
    if (given?.text) made.replaced(incomingOf(given), given.format === "html" ? "" : given.text);
    return made;
  });
  useEffect(() => {
    if (session.snapshot().live.phase === "typing" || session.snapshot().live.phase === "asking")
      session.again();
    return () => session.stop();
  }, [session]);
  useSignedInAgain(() => session.again());
  return session;
}

/** Keeps what the editor shows with the newest answer; gives the place where the editor says that it is there. */
function useEditorShows(session: ImportSession, view: View, editor: { current: EditorHandle | null }) {
  const { answer, answered } = view.live;
  const show = useCallback(() => {
    const { live, isHtml } = session.snapshot();
    if (!live.answer) return editor.current?.show(NOTHING_FOUND);
    const { sourceText } = live.answer;
    if (isHtml && live.answered?.format === "html" && sourceText && editor.current?.text() !== sourceText) {
      editor.current?.replaceAll(sourceText, true);
      session.shownFromHtml(sourceText);
    }
    editor.current?.show(findingsOf(live.answer));
  }, [session, editor]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: shown once an answer, not once a state.
  useEffect(() => {
    show();
  }, [answer, answered, show]);
  return useCallback(
    (handle: EditorHandle | null) => {
      editor.current = handle;
      if (handle) show();
    },
    [editor, show],
  );
}

function useActions(
  session: ImportSession,
  editor: { current: EditorHandle | null },
  toSource: () => void,
): ImportActions {
  const last = useRef({ question: "", at: Number.NEGATIVE_INFINITY });
  return useMemo(
    () => ({
      answer: (question, given, clicks = 0) => {
        // The second half of a double click falls on whatever has moved under the pointer since. The browser
        // counts it as one, however long a busy page took to draw what moved.
        const now = performance.now();
        const soon = clicks > 1 || now - last.current.at < SETTLE_MS;
        if (clicks > 0 && soon && question !== last.current.question) return false;
        last.current = { question, at: now };
        session.answer(question, given);
        focusAfterAnswer(session, question);
        return true;
      },
      take: (difference, wanted) => {
        session.take(difference, wanted);
        focusAfterTaking(session, difference);
      },
      correct: (change) => session.correct(change),
      change: (found, change) => {
        session.change(found, change);
        focusAfterChange(session, found);
      },
      goTo: (place) => {
        toSource();
        editor.current?.goTo(place);
      },
      goToLine: (line) => {
        toSource();
        editor.current?.goToLine(line);
      },
    }),
    [session, editor, toSource],
  );
}

function usePropose(
  view: View,
  session: ImportSession,
  proposing: Props["proposing"],
  onPropose: Props["onPropose"],
) {
  const say = useToast();
  const latest = useRef({ view, proposing, onPropose });
  latest.current = { view, proposing, onPropose };
  return useCallback(() => {
    const now = latest.current;
    if (now.proposing.busy) return;
    const reason = reasonAgainst(now.view, { ...now.proposing, run: () => undefined });
    const request = session.proposal();
    if (reason || !request) return say(reason ?? "The newest text is being read");
    now.onPropose(request, session);
  }, [session, say]);
}

function useEvents(
  session: ImportSession,
  editor: { current: EditorHandle | null },
  preview: { current: HTMLElement | null },
  propose: () => void,
  setPane: (pane: "source" | "preview") => void,
): EditorEvents {
  return useMemo(
    () => ({
      onText: (text, atOnce) => session.typed(text, atOnce),
      onWhole: (incoming, shown) => {
        if (editor.current?.text() !== shown) editor.current?.replaceAll(shown, true);
        session.replaced(incoming, shown);
        preview.current?.scrollTo(0, 0);
        setPane("preview");
      },
      onLeave: () => focusStep(preview.current, 0),
      onPropose: propose,
    }),
    [session, editor, preview, propose, setPane],
  );
}

/** What is done to the step that has the focus: all of it is an edit of the source. */
function useStepKeys(
  session: ImportSession,
  editor: { current: EditorHandle | null },
  toSource: () => void,
): void {
  const say = useToast();
  const move = (by: 1 | -1) => {
    const { phase, answer } = session.snapshot().live;
    const step = focusedStep();
    if (!answer || step === null) return say("Choose a step first, with j or k");
    if (phase !== "settled") return say("The newest text is being read");
    const at = answer.steps.findIndex(({ id }) => id === step);
    const places = answer.steps.map(({ id }) => `step:${id}`);
    if (editor.current?.move(places, at, by)) return focusAfterMove(session, at + by + 1);
    const isLast = at + by < 0 || at + by >= places.length;
    return say(
      isLast ? "There is no step beyond it" : "It stands in one piece with others: move it in the source",
    );
  };
  useShortcuts("Steps of the import", [
    {
      keys: "e",
      label: "Edit the source, at the step; Escape leaves it",
      run: () => {
        const step = focusedStep();
        toSource();
        if (step === null) editor.current?.focus();
        else editor.current?.goTo(`step:${step}`);
      },
    },
    { keys: "J", label: "Move the step down", run: () => move(1) },
    { keys: "K", label: "Move the step up", run: () => move(-1) },
  ]);
}

function useKeys(preview: { current: HTMLElement | null }, propose: () => void): void {
  useShortcuts("Import", [
    { keys: "j", label: "Next step", run: () => focusStep(preview.current, 1) },
    { keys: "k", label: "Previous step", run: () => focusStep(preview.current, -1) },
    { keys: "n", label: "Next question", run: () => focusQuestion(preview.current) },
    { keys: "m", label: "Next difference of the model", run: () => focusDifference(preview.current) },
  ]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey) || event.defaultPrevented) return;
      event.preventDefault();
      propose();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [propose]);
}
