/** Import: paste, see what it becomes, open the pull request. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { asProblem } from "@/api/problem";
import { meQuery, placeOf } from "@/api/queries";
import { useToast } from "@/shell/toast";
import { ErrorBox } from "@/ui/states";
import { useTitle } from "@/ui/title";
import type { PreviewRequest } from "./answer";
import { propose, proposeNewer } from "./ask";
import { EmptyPreview } from "./empty";
import { beginMany } from "./many/current";
import type { Gathered } from "./many/gather";
import { type Known, NewerCard } from "./preview/newer-card";
import type { ImportSession } from "./session";
import { count } from "./wording";
import { Workbench } from "./workbench";

interface Props {
  /** A document of an import of many: its preview is this page, and the way back to the report. */
  given?: { document: Gathered; back: ReactNode; opened: (pull: number, repository?: string) => void };
}

export function ImportPage({ given }: Props) {
  useTitle("Import");
  const me = useQuery(meQuery);
  const opening = useOpening(given?.opened);
  const navigate = useNavigate();
  const [known, setKnown] = useState<Known | "asking" | "taken" | null>(null);
  const newer = typeof known === "string" ? null : known;
  const unready =
    known === "asking"
      ? "The runbooks in service are being asked"
      : known === "taken"
        ? "There is a runbook of this name already"
        : newer?.saysNothing
          ? "The newer text says nothing new"
          : null;
  const mayNot =
    me.data && !me.data.permissions.includes("propose")
      ? `Your role, ${me.data.role}, may not propose runbooks`
      : null;
  if (!me.data) return null;
  return (
    <>
      <Workbench
        owner={me.data.id}
        given={given?.document ?? null}
        back={given?.back}
        onMany={(files) => {
          beginMany(me.data.id, files);
          void navigate({ to: "/import/many" });
        }}
        proposing={{
          signedOut: false,
          busy: opening.isPending,
          reason: mayNot ?? unready,
          ...(newer ? { label: "Open a pull request that joins them", says: joinText(newer.conflicts) } : {}),
        }}
        onPropose={(request, session) =>
          opening.mutate({ request, session, ...(newer ? { onto: newer.runbook } : {}) })
        }
        empty={({ example, bringBack }) => (
          <EmptyPreview example={example} bringBack={bringBack} signedOut={false} />
        )}
        first={(view, session) => (
          <NewerCard
            view={view}
            busy={opening.isPending}
            reason={mayNot}
            found={setKnown}
            replace={(request) => opening.mutate({ request, session })}
          />
        )}
      />
      {opening.error ? (
        <div className="import-refused">
          <ErrorBox error={asProblem(opening.error)} />
        </div>
      ) : null}
    </>
  );
}

/** What the pull request that joins a newer text will hold. */
export function joinText(conflicts: number): string {
  const held = conflicts === 0 ? "" : ` It holds ${count(conflicts, "conflict")} as open questions.`;
  return `Joins the newer text with the runbook in service; people's edits stay.${held}`;
}

interface Wanted {
  request: PreviewRequest;
  session: ImportSession;
  /** The runbook of which it is a newer text. */
  onto?: string;
}

/** Opens the pull request once an intention: the same text asked again has the same key. */
function useOpening(opened: ((pull: number, repository?: string) => void) | undefined) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const say = useToast();
  return useMutation({
    mutationFn: ({ request, onto }: Wanted) => (onto ? proposeNewer(request, onto) : propose(request)),
    onSuccess: async (pull, { session }) => {
      session.done();
      opened?.(pull.number, placeOf(pull).repository);
      say(`Pull request #${pull.number} is open`);
      void client.invalidateQueries({ queryKey: ["pulls"] });
      await navigate({
        to: "/pulls/$number",
        params: { number: String(pull.number) },
        search: placeOf(pull),
      });
    },
  });
}
