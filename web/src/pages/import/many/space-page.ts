/** The page inside an HTML file of a Confluence space export, as `dd0c import` takes it (ingest/sources/space_export). */
const SPACE = /^[^:]{1,100} : /;

/** Its title and its content, without breadcrumbs, authors and attachments; null for HTML that is no such page. */
export function pageOfExport(text: string): string | null {
  if (!/id=["']main-content["']/.test(text)) return null;
  // Parsed into a document without a window: no script in it runs, nothing that it names is fetched.
  const parsed = new DOMParser().parseFromString(text, "text/html");
  const content = parsed.querySelector("#main-content");
  if (!content) return null;
  const heading = parsed.querySelector("#title-text") ?? parsed.querySelector("title");
  const title = (heading?.textContent ?? "").split(/\s+/).filter(Boolean).join(" ").replace(SPACE, "");
  const escaped = parsed.createElement("h1");
  escaped.textContent = title;
  return `${title ? `${escaped.outerHTML}\n` : ""}${content.outerHTML}\n`;
}
