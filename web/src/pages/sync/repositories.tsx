/** Which repositories runbooks come from: an owner adds one, or removes one with all that it brought. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Schemas, take } from "@/api/client";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy";
import { Confirm } from "@/ui/overlay";
import { ErrorBox } from "@/ui/states";
import { visible } from "@/ui/visible";
import { removalQuery } from "./queries";

type Removal = Schemas["RepositoryRemoval"];

interface Field {
  name: "url" | "name" | "branch" | "prefix" | "environment";
  label: string;
  placeholder: string;
}

const FIELDS: readonly Field[] = [
  { name: "url", label: "Address", placeholder: "https://github.com/acme/runbooks" },
  { name: "branch", label: "Branch", placeholder: "main" },
  { name: "prefix", label: "Folder with runbooks/, else the root", placeholder: "ops" },
  { name: "environment", label: "Environment, in a word", placeholder: "staging" },
  { name: "name", label: "Name, else by its address", placeholder: "runbooks-staging" },
];

/** The fields that are asked: the built-in forge makes a repository by its name. */
export function fieldsOf(forge: string): readonly Field[] {
  const named = FIELDS.filter((field) => field.name === "name" || field.name === "environment");
  return forge === "builtin"
    ? named.map((field) => ({ ...field, label: field.label.split(",")[0] ?? "" }))
    : FIELDS;
}

/** What is sent: nothing for a field that is left empty, but the branch and the folder that are usual. */
export function wanted(values: Partial<Record<Field["name"], string>>): Schemas["NewRepository"] {
  const given = Object.entries(values).map(([name, value]) => [name, value?.trim() ?? ""] as const);
  return { branch: "main", prefix: "", ...Object.fromEntries(given.filter(([, value]) => value !== "")) };
}

export function AddRepository({ forge, onClose }: { forge: string; onClose: () => void }) {
  const client = useQueryClient();
  const [values, setValues] = useState<Partial<Record<Field["name"], string>>>({});
  const add = useMutation({
    mutationFn: () => take(api.POST("/api/v1/sync/repositories", { body: wanted(values) })),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ["sync"] }),
  });
  return (
    <section className="card" aria-labelledby="add-repository">
      <div className="card__head">
        <h2 id="add-repository">Add a repository</h2>
        <Button look="quiet" className="push" onClick={onClose}>
          Close
        </Button>
      </div>
      <div className="card__body stack">
        <p className="dim">
          {forge === "builtin"
            ? "The built-in forge makes it empty; push to it, or open pull requests in it."
            : "Another branch or folder of one that is there counts as one of its own: a branch for each environment."}{" "}
          Its policy only asks for more than the policy source's.
        </p>
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            if (!add.isPending) add.mutate();
          }}
        >
          {fieldsOf(forge).map((field) => (
            <label key={field.name}>
              <span className="label">{field.label}</span>
              <input
                className="field"
                value={values[field.name] ?? ""}
                onChange={(event) => setValues({ ...values, [field.name]: event.target.value })}
                placeholder={field.placeholder}
                autoComplete="off"
                spellCheck={false}
              />
            </label>
          ))}
          <Button look="primary" type="submit" busy={add.isPending}>
            Add the repository
          </Button>
        </form>
        {add.error ? <ErrorBox error={add.error} /> : null}
      </div>
    </section>
  );
}

/** What removing it does, a sentence each. */
export function consequences(found: Removal): string[] {
  const names = found.runbooks.slice(0, 10).map(visible).join(", ");
  const more = found.runbookCount > 10 ? ` and ${found.runbookCount - 10} more` : "";
  const sentences = [
    found.runbookCount === 0 ? "No runbook goes out of service." : `Out of service: ${names}${more}.`,
  ];
  if (found.underWay > 0) sentences.push(`${found.underWay} run(s) of them go on as they were started.`);
  if (found.asks.length > 0) sentences.push(`No longer stricter because of it: ${found.asks.join(", ")}.`);
  if (found.flags.length > 0) sentences.push(`No longer kept off: ${found.flags.join(", ")}.`);
  return [...sentences, "Its history stays; adding the same address again brings it back."];
}

export function RemoveRepository({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const client = useQueryClient();
  const found = useQuery(removalQuery(id));
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: () =>
      take(
        api.DELETE("/api/v1/sync/{repository_id}", {
          params: { path: { repository_id: id }, query: { name: typed } },
        }),
      ),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ["sync"] }),
  });
  const refused = found.data?.refused;
  const blocked =
    refused ?? (found.data ? (typed === name ? null : "Type its name") : "Looking what it does");
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Remove ${visible(name)}?`}
      description={
        found.data
          ? (refused ? [refused] : consequences(found.data)).map((line) => <p key={line}>{line}</p>)
          : "…"
      }
      action={
        <Button look="primary" blocked={blocked} busy={remove.isPending} onClick={() => remove.mutate()}>
          Remove {visible(name)}
        </Button>
      }
    >
      {refused ? null : (
        <label className="stack">
          <span className="label">Its name, to confirm</span>
          <input
            className="field"
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
      )}
      {found.error ? <ErrorBox error={found.error} /> : null}
      {remove.error ? <ErrorBox error={remove.error} /> : null}
    </Confirm>
  );
}

/** The badge's Markdown, made when it is asked for: its address is shown once. */
export function MakeBadge({ id, has }: { id: string; has: boolean }) {
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () =>
      take(api.POST("/api/v1/sync/{repository_id}/badge", { params: { path: { repository_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["sync"] }),
  });
  return (
    <>
      <Button look="quiet" busy={make.isPending} onClick={() => make.mutate()}>
        {has ? "Make another badge" : "Make a badge"}
      </Button>
      {make.data ? (
        <span className="row">
          <code className="small">{make.data.markdown}</code>
          <CopyButton text={make.data.markdown} what="the badge's Markdown" />
          <span className="small faint">Shown once; one that was made before shows nothing any more.</span>
        </span>
      ) : null}
      {make.error ? <ErrorBox error={make.error} /> : null}
    </>
  );
}
