/** Import: paste, see what it becomes, open the pull request. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { asProblem } from "@/api/problem";
import { meQuery } from "@/api/queries";
import { useToast } from "@/shell/toast";
import { ErrorBox } from "@/ui/states";
import { useTitle } from "@/ui/title";
import type { PreviewRequest } from "./answer";
import { propose } from "./ask";
import { EmptyPreview } from "./empty";
import type { ImportSession } from "./session";
import { Workbench } from "./workbench";

export function ImportPage() {
  useTitle("Import");
  const me = useQuery(meQuery);
  const opening = useOpening();
  const mayNot =
    me.data && !me.data.permissions.includes("propose")
      ? `Your role, ${me.data.role}, may not propose runbooks`
      : null;
  if (!me.data) return null;
  return (
    <>
      <Workbench
        owner={me.data.id}
        proposing={{ signedOut: false, busy: opening.isPending, reason: mayNot }}
        onPropose={(request, session) => opening.mutate({ request, session })}
        empty={({ example, bringBack }) => (
          <EmptyPreview example={example} bringBack={bringBack} signedOut={false} />
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

interface Wanted {
  request: PreviewRequest;
  session: ImportSession;
}

/** Opens the pull request once an intention: the same text asked again has the same key. */
function useOpening() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const say = useToast();
  return useMutation({
    mutationFn: ({ request }: Wanted) => propose(request),
    onSuccess: async (pull, { session }) => {
      session.done();
      say(`Pull request #${pull.number} is open`);
      void client.invalidateQueries({ queryKey: ["pulls"] });
      await navigate({ to: "/pulls/$number", params: { number: String(pull.number) } });
    },
  });
}
