/** What was chosen or dropped, as files with their places: folders are walked, in the order in which they are read. */
import { NotTaken } from "../paste";
import { ENTRIES_MAX, type Picked } from "./gather";

const FOLDERS_DEEP = 32;

/** The files of a file or folder dialog. */
export function ofInput(files: readonly File[]): Picked[] {
  return files.map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** What was let go over the page, to be read after the event is over: its items are gone by then. */
export function ofDrop(data: DataTransfer): () => Promise<Picked[]> {
  const items = [...data.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry());
  const files = [...data.files];
  if (entries.some((entry) => entry === null)) return () => Promise.resolve(ofInput(files));
  return async () => {
    const found: Picked[] = [];
    for (const entry of entries) if (entry) await walk(entry, "", 0, found);
    return found;
  };
}

/** Whether a drop is meant as many documents: more than one file, or a folder. */
export function dropsFolder(data: DataTransfer): boolean {
  return [...data.items].some((item) => item.webkitGetAsEntry()?.isDirectory);
}

async function walk(entry: FileSystemEntry, above: string, deep: number, found: Picked[]): Promise<void> {
  if (found.length > ENTRIES_MAX || deep > FOLDERS_DEEP) {
    throw new NotTaken("The folder holds more than is read here. Import it in parts, or with dd0c import.");
  }
  const path = above + entry.name;
  if (entry.isFile) {
    found.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await someOf(reader);
    if (some.length === 0) return;
    for (const inner of some) await walk(inner, `${path}/`, deep + 1, found);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, () => reject(unreadable(entry))));
}

/** Browsers give the entries of a folder a hundred at a time, then none. */
function someOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, () => reject(unreadable(null))));
}

function unreadable(entry: FileSystemEntry | null): NotTaken {
  return new NotTaken(
    `${entry?.name ?? "A folder"} can't be read. Look at its permissions, then choose it again.`,
  );
}
