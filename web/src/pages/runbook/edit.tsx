/** Edit the document as it is in git, comments and all; what comes of it is a pull request. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useBlocker, useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { api, once, type Schemas, take } from "@/api/client";
import { asProblem, type Place, type Problem } from "@/api/problem";
import { meQuery, placeOf, queryClient } from "@/api/queries";
import { Button } from "@/ui/button";
import { ErrorBox, Loading } from "@/ui/states";
import { LookSwitch } from "@/ui/switch";
import { visible, visibleCode } from "@/ui/visible";
import { CheckLine } from "./editor/check-line";
import type { CheckedStep } from "./editor/checked";
import { useCheck } from "./editor/use-check";
import { RunbookForm } from "./form/runbook-form";
import { yamlQuery } from "./queries";
import { type EditorHandle, YamlEditor } from "./yaml-editor";

type Item = Schemas["RunbookShape"];

function useProposal(item: Item, digest: string, sent: () => void) {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (yaml: string) =>
      once(["edit", item.id, digest, yaml], (key) =>
        take(
          api.PUT("/api/v1/runbooks/{runbook}", {
            params: { path: { runbook: item.id }, header: { "if-match": `"${digest}"` } },
            body: { yaml },
            headers: { "Idempotency-Key": key },
          }),
        ),
      ),
    onSuccess: async ({ pull }) => {
      sent();
      await queryClient.invalidateQueries({ queryKey: ["pulls"] });
      await navigate({
        to: "/pulls/$number",
        params: { number: String(pull.number) },
        search: placeOf(pull),
      });
    },
  });
}

function Problems({ problem, go }: { problem: Problem; go: (place: Place) => void }) {
  if (problem.places.length === 0) return <ErrorBox error={problem} />;
  return (
    <div className="notice" role="alert">
      <strong>{visible(problem.message)}</strong>
      <ul className="stack small">
        {problem.places.slice(0, 50).map((place, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: places have no identity but their order.
          <li key={index} className="wrap">
            {place.line ? (
              <button type="button" className="link" onClick={() => go(place)}>
                Line {place.line}
              </button>
            ) : null}{" "}
            {place.path ? <code>{visibleCode(place.path)}</code> : null} {visible(place.message)}
          </li>
        ))}
      </ul>
    </div>
  );
}

type Look = "form" | "yaml";

const LOOKS = [
  { look: "form", label: "Form" },
  { look: "yaml", label: "YAML" },
] as const;

const NO_PLACES: readonly Place[] = [];
const NO_STEPS: readonly CheckedStep[] = [];

function Form({ item, yaml }: { item: Item; yaml: string }) {
  // What was read first is what is changed: a new version in between is said by the server, not merged here.
  const [began] = useState({ yaml, digest: item.contentSha256 ?? "" });
  const [text, setText] = useState(yaml);
  const [look, setLook] = useState<Look>("form");
  const changed = text !== began.yaml;
  const me = useQuery(meQuery).data;
  const mayNot = me?.permissions.includes("propose") ? null : "Your role may not propose changes";
  const editor = useRef<EditorHandle>(null);
  const isSent = useRef(false);
  const proposal = useProposal(item, began.digest, () => {
    isSent.current = true;
  });
  const problem = proposal.error ? asProblem(proposal.error) : null;
  const check = useCheck(began.yaml, mayNot === null);
  const found = check.live.answer;
  useBlocker({
    shouldBlockFn: () =>
      changed &&
      !isSent.current &&
      !window.confirm("Leave without opening a pull request? Your changes are lost."),
    enableBeforeUnload: () => changed && !isSent.current,
  });
  const goTo = (line: number) => {
    flushSync(() => setLook("yaml"));
    editor.current?.go(line);
  };
  const propose = () => {
    if (changed && !mayNot && !proposal.isPending) proposal.mutate(editor.current?.text() ?? "");
  };
  return (
    <div className="stack">
      {item.contentSha256 !== began.digest ? (
        <p className="notice">
          <strong>Another version came into service since you began.</strong> A pull request of this text
          would be refused: copy what you changed, and begin again from what serves now.
        </p>
      ) : null}
      <LookSwitch label="How the document is edited" choices={LOOKS} chosen={look} choose={setLook} />
      {look === "form" ? (
        <RunbookForm
          text={text}
          check={check}
          mayNot={mayNot}
          onChange={(next) => editor.current?.put(next)}
          onPropose={propose}
          onUndo={() => editor.current?.undo()}
          onYaml={goTo}
        />
      ) : null}
      {/* The text stays in its editor, with its history, whichever of the two is shown. */}
      <div hidden={look === "form"}>
        <YamlEditor
          ref={editor}
          initial={began.yaml}
          places={found?.places ?? problem?.places ?? NO_PLACES}
          steps={found?.steps ?? NO_STEPS}
          onChange={(typed) => {
            setText(typed);
            check.typed(typed);
          }}
          onPropose={propose}
        />
      </div>
      {mayNot ? null : <CheckLine check={check} go={goTo} />}
      {problem ? <Problems problem={problem} go={(place) => goTo(place.line ?? 1)} /> : null}
      <div className="row">
        <Button
          look="primary"
          blocked={mayNot ?? (changed ? null : "Nothing is changed yet")}
          busy={proposal.isPending}
          onClick={propose}
        >
          {proposal.isPending ? "Checking every step…" : "Propose change"}
        </Button>
        <Link className="btn btn--quiet" to="/runbooks/$runbook" params={{ runbook: item.id }}>
          Cancel
        </Link>
        <span className="small dim">
          {mayNot ? `${mayNot}. ` : ""}It opens a pull request; what serves stays until somebody merges it.{" "}
          {look === "yaml" ? (
            <>
              <kbd className="kbd">Ctrl</kbd> <kbd className="kbd">Space</kbd> completes,{" "}
              <kbd className="kbd">Esc</kbd> leaves the text.
            </>
          ) : null}
        </span>
      </div>
    </div>
  );
}

export function Edit({ item }: { item: Item }) {
  const version = item.versionId ?? "";
  const [first] = useState(version);
  const yaml = useQuery({ ...yamlQuery(item.id, first), enabled: first !== "" });
  if (!first) return <p className="notice">It has no version in service to begin from.</p>;
  if (yaml.error) return <ErrorBox error={yaml.error} again={() => void yaml.refetch()} />;
  if (yaml.data === undefined) return <Loading what="the document" lines={14} />;
  return <Form item={item} yaml={yaml.data} />;
}
