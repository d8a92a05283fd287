/** Files, folders and archives that somebody chose, as documents: what looks like one by its name, within bounds. */
import { byName, decoded, type Format, type Incoming, MOST_BYTES, NotTaken } from "../paste";
import { wellFormed } from "../points";
import { entriesOf, unpacked } from "./archive";
import { pageOfExport } from "./space-page";

/** One document: its text, or why it can't be read, as the end of a sentence. */
export interface Gathered {
  /** Its place in the folder or archive. */
  file: string;
  text: string | null;
  format: Format | undefined;
  problem: string | null;
}

/** The text as the page for one document takes it. */
export function incomingOf({ text, format }: Gathered): Incoming {
  return { text: wellFormed(text ?? ""), format };
}

/** A file with its place in what was chosen. */
export interface Picked {
  path: string;
  file: File;
}

/** What a tab reads at once; `dd0c import` reads 5,000 documents of 256 MiB. */
export const DOCUMENTS_MAX = 2_000;
export const BYTES_MAX = 64 * 1024 * 1024;
export const ENTRIES_MAX = 50_000;
export const ARCHIVE_MAX_BYTES = 1024 * 1024 * 1024;
/** As `dd0c import` reads them. */
const DOCUMENT = /\.(md|markdown|mdown|mkd|rst|adoc|asciidoc|asc|html?|xhtml|txt|text|wiki|confluence|xml)$/i;
const ARCHIVE = /\.zip$/i;
/** Folders of other things, also those of a space export. */
const NOT_OURS = new Set(["node_modules", "__pycache__", "__MACOSX", "attachments", "styles", "images"]);
/** What says that XML is a page in Confluence's storage format. */
const STORAGE = /<ac:|<ri:|<p>|<h1|<h2|<table|<ol>|<ul>/;
const EXPORT = /(^|^[^/]+\/)entities\.xml$/;

export interface Found {
  documents: Gathered[];
  /** Files of other kinds, which are left alone. */
  others: number;
}

export function isArchive(name: string): boolean {
  return ARCHIVE.test(name);
}

/** Whether one file is meant as many documents. */
export function areMany(files: readonly File[]): boolean {
  return files.length > 1 || files.some((file) => isArchive(file.name));
}

/** Reads them all. `told` hears how many documents there are so far. Throws NotTaken where there is too much. */
export async function gather(
  picked: readonly Picked[],
  told: (documents: number) => void,
  signal: AbortSignal,
): Promise<Found> {
  const gathering = new Gathering(told, signal);
  const inOrder = [...picked].sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  for (const { path, file } of inOrder) {
    if (isArchive(path) && !path.includes("/"))
      await gathering.archive(file, picked.length > 1 ? `${path}/` : "");
    else await gathering.file(path, file);
  }
  return { documents: gathering.documents, others: gathering.others };
}

class Gathering {
  readonly documents: Gathered[] = [];
  others = 0;
  private entries = 0;
  private bytes = 0;
  private readonly told: (documents: number) => void;
  private readonly signal: AbortSignal;

  constructor(told: (documents: number) => void, signal: AbortSignal) {
    this.told = told;
    this.signal = signal;
  }

  async file(path: string, file: File): Promise<void> {
    this.look();
    if (!isOurs(path)) return;
    if (!DOCUMENT.test(path)) {
      this.others += 1;
      return;
    }
    this.count(Math.min(file.size, MOST_BYTES));
    const data = file.size > MOST_BYTES ? LARGER : await contentOf(file);
    this.add(path, data);
  }

  async archive(archive: File, above: string): Promise<void> {
    if (archive.size > ARCHIVE_MAX_BYTES) {
      throw new NotTaken(`${archive.name} is larger than 1 GiB. Export it without attachments.`);
    }
    const entries = await entriesOf(archive, archive.name);
    if (entries.some((entry) => EXPORT.test(entry.name))) throw ofExport(archive.name);
    for (const entry of entries) {
      this.look();
      if (entry.isFolder || !isOurs(entry.name)) continue;
      if (isArchive(entry.name)) {
        this.add(above + entry.name, "it is an archive inside the archive, which is not opened");
      } else if (DOCUMENT.test(entry.name)) {
        const data = await unpacked(archive, entry, MOST_BYTES);
        this.count(typeof data === "string" ? 0 : data.length);
        this.add(above + entry.name, data);
      } else this.others += 1;
    }
  }

  private look(): void {
    this.signal.throwIfAborted();
    this.entries += 1;
    if (this.entries > ENTRIES_MAX) throw tooMany(`more than ${ENTRIES_MAX.toLocaleString("en")} files`);
  }

  private count(bytes: number): void {
    this.bytes += bytes;
    if (this.documents.length >= DOCUMENTS_MAX) {
      throw tooMany(`more than ${DOCUMENTS_MAX.toLocaleString("en")} documents`);
    }
    if (this.bytes > BYTES_MAX)
      throw tooMany(`documents of more than ${BYTES_MAX / 1024 / 1024} MiB together`);
  }

  private add(file: string, data: Uint8Array | string): void {
    const found = typeof data === "string" ? refused(file, data) : documentOf(file, data);
    if (found === null) this.others += 1;
    else this.documents.push(found);
    this.told(this.documents.length);
  }
}

const LARGER = "it is larger than 1 MiB";

async function contentOf(file: File): Promise<Uint8Array | string> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    // It was moved or changed since it was chosen, or may not be read.
    return "it can't be read any more: it was changed or moved since it was chosen";
  }
}

/** The document of a file's bytes; null for XML that is no page, and for the list of pages of an export. */
export function documentOf(file: string, data: Uint8Array): Gathered | null {
  if (data.length > MOST_BYTES) return refused(file, LARGER);
  if (data.includes(0)) return refused(file, "it is no text in UTF-8 (it holds NUL)");
  const text = decoded(data);
  if (text === null) return refused(file, "it is no text in UTF-8");
  if (text.trim() === "") return refused(file, "it is empty");
  if (/\.xml$/i.test(file) && !STORAGE.test(text)) return null;
  if (/(^|\/)index\.html$/.test(file) && text.includes("Available Pages")) return null;
  const format = formatOf(file);
  const page = format === "html" ? pageOfExport(text) : null;
  return { file, text: page ?? text, format, problem: null };
}

/** As `dd0c import` takes it: `.xml` is Confluence's storage format. */
function formatOf(file: string): Format | undefined {
  if (/\.(md|markdown|mdown|mkd)$/i.test(file)) return "markdown";
  return /\.xml$/i.test(file) ? "html" : byName(file);
}

function refused(file: string, problem: string): Gathered {
  return { file, text: null, format: undefined, problem };
}

/** Whether none of its folders is hidden or holds other things. */
function isOurs(path: string): boolean {
  return path
    .split("/")
    .slice(0, -1)
    .every((folder) => !(folder.startsWith(".") && folder !== "..") && !NOT_OURS.has(folder));
}

function tooMany(what: string): NotTaken {
  return new NotTaken(`There are ${what}. Import it in parts, a folder at a time, or with dd0c import.`);
}

function ofExport(name: string): NotTaken {
  return new NotTaken(
    `${name} is a Confluence space export in XML, which is read by the command line: dd0c import ${name}. ` +
      "Here an export as HTML can be read.",
  );
}
