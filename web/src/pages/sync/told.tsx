/** What a status on the forge leads to: the file that it told of, and what has become of it since. */
import { Link, useSearch } from "@tanstack/react-router";
import type { Schemas } from "@/api/client";
import { Commit } from "@/ui/page";
import { visible } from "@/ui/visible";

type Item = Schemas["RepositorySync"];

export interface Told {
  repository: string;
  path?: string | undefined;
  commit?: string | undefined;
}

/** What the link names; null where nobody came by one. */
export function useTold(): Told | null {
  const { repository, path, commit } = useSearch({ from: "/app/sync" });
  return repository ? { repository, path, commit } : null;
}

export type Since = "gone" | "same" | "newer" | "mended" | "unlisted";

/** What is so by now of what was told. Pure. */
export function since(told: Told, items: readonly Item[]): Since {
  const item = items.find((each) => each.name === told.repository);
  if (!item) return "gone";
  const listed = item.brokenFiles.some((file) => file.path === told.path);
  if (told.path && !listed) return item.broken > item.brokenFiles.length ? "unlisted" : "mended";
  return told.commit && told.commit !== item.head ? "newer" : "same";
}

export function TheFile({ told, items }: { told: Told | null; items: readonly Item[] }) {
  if (!told) return null;
  const found = since(told, items);
  if (found === "same") return null;
  return (
    <p className="dim" role="status">
      You came from{" "}
      {told.commit ? (
        <>
          commit <Commit oid={told.commit} />
        </>
      ) : (
        "the forge"
      )}{" "}
      of {visible(told.repository)}. <Now told={told} found={found} items={items} />
    </p>
  );
}

function Now({ told, found, items }: { told: Told; found: Since; items: readonly Item[] }) {
  const item = items.find((each) => each.name === told.repository);
  if (found === "gone" || !item) return "No repository of that name is synced here.";
  if (found === "newer")
    return (
      <>
        Git is at <Commit oid={item.head} /> by now; what is below is of that.
      </>
    );
  const path = told.path ?? "";
  if (found === "mended")
    return (
      <>
        <code>{visible(path)}</code> has nothing wrong by now.
      </>
    );
  return (
    <>
      <code>{visible(path)}</code> is not among the files listed here:{" "}
      <Link to="/sync/$repository/file" params={{ repository: item.id }} search={{ path }}>
        see what is wrong in it
      </Link>
    </>
  );
}
