/** To the import, where this build has it; else the command that does the same. */
import { useRouter } from "@tanstack/react-router";
import { Plus } from "lucide-react";

const PATH = "/import";

export function ImportLink() {
  const router = useRouter();
  if (!Object.hasOwn(router.routesByPath, PATH)) return <code className="small dim">dd0c pr open FILE</code>;
  return (
    <a className="btn btn--primary" href={PATH}>
      <Plus className="icon" aria-hidden /> Import a runbook
    </a>
  );
}
