/** Start a runbook: asks for an execution and goes to its page, where it waits for what is still missing. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { api, once, take } from "@/api/client";
import { meQuery, queryClient } from "@/api/queries";
import { Button } from "@/ui/button";
import { ErrorBox } from "@/ui/states";

interface Props {
  /** The runbook's id or name. */
  runbook: string;
  look?: "primary" | "plain" | "quiet";
  children?: React.ReactNode;
}

/** `Start` of a runbook. What hinders it stands under the button. */
export function StartButton({ runbook, look = "primary", children }: Props) {
  const me = useQuery(meQuery);
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: () =>
      once(["start", runbook], (key) =>
        take(
          api.POST("/api/v1/executions", {
            body: { runbook, ticked: [], start: true },
            headers: { "Idempotency-Key": key },
          }),
        ),
      ),
    onSuccess: async (made) => {
      queryClient.setQueryData(["executions", "one", made.id], made);
      await navigate({ to: "/executions/$execution", params: { execution: made.id } });
    },
  });
  const mayNot =
    me.data && !me.data.permissions.includes("start") ? "Your role may not start runbooks" : null;
  return (
    <>
      <Button look={look} blocked={mayNot} busy={start.isPending} onClick={() => start.mutate()}>
        <Play className="icon" aria-hidden />
        {children ?? "Start"}
      </Button>
      {start.error ? <ErrorBox error={start.error} /> : null}
    </>
  );
}
