/** Everything that happened, by whom, in a chain that shows every change to it. */
import { useSearch } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { PageFrame } from "@/ui/page";
import { Chain } from "./chain";
import { Events } from "./events";
import { FilterBar } from "./filter-bar";

export function AuditPage() {
  const filters = useSearch({ from: "/app/audit" });
  return (
    <PageFrame
      title="Audit"
      meta={<span>Who did what, when. Nothing here can be changed, and a change would show.</span>}
      action={
        <a className="btn" href="/api/v1/audit/export" download="audit.jsonl">
          <Download className="icon" aria-hidden />
          Export the trail
        </a>
      }
    >
      <Chain />
      <FilterBar filters={filters} />
      <Events key={JSON.stringify(filters)} filters={filters} />
    </PageFrame>
  );
}
