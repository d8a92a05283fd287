/** Commands that were made and not used yet: each could still bring an agent in. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "@/ui/button";
import { Cell, SectionHead } from "@/ui/cell";
import { Table } from "@/ui/page";
import { ErrorBox } from "@/ui/states";
import { Ago } from "@/ui/time";
import { visible, visibleCode } from "@/ui/visible";
import { showLabels } from "./labels";
import { enrollmentsQuery, useCancelEnrollment } from "./queries";

export function Pending() {
  const waiting = useQuery(enrollmentsQuery);
  const cancel = useCancelEnrollment();
  if (!waiting.data || waiting.data.items.length === 0) return null;
  return (
    <>
      <SectionHead title="Waiting for an agent">
        Enrolment commands that were made and not used. Each works once, until its time is over.
      </SectionHead>
      {cancel.error ? <ErrorBox error={cancel.error} /> : null}
      <Table
        stacked
        caption="Enrolment commands not used yet"
        heads={["Name", "Labels", "Made", "Good", "Actions"]}
      >
        {waiting.data.items.map((item) => (
          <tr key={item.id}>
            <Cell label="Name">{visible(item.name ?? "the machine's own")}</Cell>
            <Cell label="Labels">
              <code className="small">{visibleCode(showLabels(item.labels).join(", ") || "none")}</code>
            </Cell>
            <Cell label="Made">
              <Ago at={item.createdAt} />
            </Cell>
            <Cell label="Good">
              <Ago at={item.expiresAt} />
            </Cell>
            <Cell label="Actions">
              <Button
                busy={cancel.isPending}
                aria-label={`Cancel the command for ${visible(item.name ?? "any name")}`}
                onClick={() => cancel.mutate(item.id)}
              >
                Cancel
              </Button>
            </Cell>
          </tr>
        ))}
      </Table>
    </>
  );
}
