/** What comes in: the clipboard's HTML where it says more than its text, and files. All of it is text to us. */
import { wellFormed } from "./points";

/** As the server's bound; said here at once instead of after the upload. */
export const MOST_BYTES = 1024 * 1024;
const FILES = /\.(md|markdown|html?|txt|adoc|asciidoc|rst)$/i;
/** What the file dialog offers. */
export const ACCEPTED_FILES = ".md,.markdown,.html,.htm,.txt,.adoc,.asciidoc,.rst";

export type Format = "markdown" | "html" | "asciidoc" | "rst" | "plain";

export interface Incoming {
  text: string;
  format: Format | undefined;
}

/** Why it is not taken, as a sentence. */
export class NotTaken extends Error {}

const STRUCTURE = "h1,h2,h3,h4,h5,h6,ul,ol,table,pre,code,blockquote,[role=heading]";
/** Styles say nothing about structure, and the policy of our page would be violated by each, though none is applied. */
const STYLES = /([\s"'/<])style(?=[\s=/>])/gi;
const MARKDOWN = /^(#{1,6} \S|```|~~~|\s*[-*] \[[ x]\] )/m;

/**
 * Whether the clipboard's HTML says more than its text: lists, headings, tables or code that the text has lost.
 * Not where the text is Markdown itself, copied out of an editor that colours it. The HTML is parsed into a
 * document without a window: no script in it runs, nothing that it names is fetched.
 */
export function carriesStructure(html: string, plain: string): boolean {
  if (html.length > MOST_BYTES || MARKDOWN.test(plain)) return false;
  const body = new DOMParser().parseFromString(html.replace(STYLES, "$1data-style"), "text/html").body;
  const found = [...body.querySelectorAll(STRUCTURE)];
  if (found.length === 0) return false;
  // One block of code that is everything: a terminal's or an editor's way to keep its colours.
  const [only] = found;
  const whole = body.textContent?.trim() ?? "";
  const isOneBlock = found.length <= 2 && only?.matches("pre, code") && only.textContent?.trim() === whole;
  return !isOneBlock && whole.length > 0;
}

/** What a clipboard or a drag holds, HTML first where it carries structure; null where it holds no text. */
export function fromClipboard(data: Pick<DataTransfer, "getData">): Incoming | null {
  const plain = wellFormed(data.getData("text/plain"));
  const html = data.getData("text/html");
  if (html && carriesStructure(html, plain)) return { text: wellFormed(html), format: "html" };
  return plain ? { text: plain, format: undefined } : null;
}

/** What a file is by its name, where its text alone may not tell. */
export function byName(name: string): Format | undefined {
  if (/\.x?html?$/i.test(name)) return "html";
  if (/\.rst$/i.test(name)) return "rst";
  return /\.(adoc|asciidoc|asc)$/i.test(name) ? "asciidoc" : undefined;
}

/** The text of bytes that are UTF-8, with or without its mark; null for others. */
export function decoded(bytes: ArrayBuffer | Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes as Uint8Array<ArrayBuffer>);
  } catch {
    // Bytes that no UTF-8 has.
    return null;
  }
}

/** The text of a file. Throws NotTaken for another kind, too large a one, and one that is not UTF-8. */
export async function fromFile(file: File): Promise<Incoming> {
  if (!FILES.test(file.name)) {
    throw new NotTaken(
      `${file.name} is not a text that can be read here. Take .md, .html, .txt, .adoc or .rst.`,
    );
  }
  tooLarge(file.size, file.name);
  const text = decoded(await file.arrayBuffer());
  if (text === null) throw new NotTaken(`${file.name} is not UTF-8. Save it as UTF-8, then choose it again.`);
  return { text: wellFormed(text), format: byName(file.name) };
}

/** Throws NotTaken where the text is beyond the bound; `name` begins the sentence. */
export function tooLarge(bytes: number, name = "The text"): void {
  if (bytes <= MOST_BYTES) return;
  const size = (bytes / MOST_BYTES).toFixed(1);
  throw new NotTaken(`${name} has ${size} MiB; at most 1 MiB is read at once. Import it in parts.`);
}

/** Bytes of the text as UTF-8. */
export function byteLength(text: string): number {
  return text.length > MOST_BYTES ? text.length : new TextEncoder().encode(text).length;
}
