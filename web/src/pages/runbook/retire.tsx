/** Retire: a pull request too, so that somebody else looks at it. */
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, once, take } from "@/api/client";
import { placeOf, queryClient } from "@/api/queries";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/overlay";
import { ErrorBox } from "@/ui/states";
import { visible } from "@/ui/visible";

export function RetireButton({ runbook, name }: { runbook: string; name: string }) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const retire = useMutation({
    mutationFn: () =>
      once(["retire", runbook], (key) =>
        take(
          api.DELETE("/api/v1/runbooks/{runbook}", {
            params: { path: { runbook } },
            headers: { "Idempotency-Key": key },
          }),
        ),
      ),
    onSuccess: async ({ pull }) => {
      setAsking(false);
      await queryClient.invalidateQueries({ queryKey: ["pulls"] });
      await navigate({
        to: "/pulls/$number",
        params: { number: String(pull.number) },
        search: placeOf(pull),
      });
    },
  });
  return (
    <>
      <Button look="quiet" onClick={() => setAsking(true)}>
        Retire
      </Button>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Retire ${visible(name)}?`}
        description="This opens a pull request that takes its file away. It serves until somebody merges that; versions and runs stay for good."
        action={
          <Button look="primary" busy={retire.isPending} onClick={() => retire.mutate()}>
            Open the pull request
          </Button>
        }
      >
        {retire.error ? <ErrorBox error={retire.error} /> : null}
      </Confirm>
    </>
  );
}
