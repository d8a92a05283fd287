/**
 * The entries of a ZIP archive, read in the tab: nothing is unpacked further than its bound, whatever a header says,
 * no link is followed, and no archive inside is opened. Layout as PKWARE's APPNOTE.TXT 6.3.10 gives it.
 */
import { NotTaken } from "../paste";
import { crc32 } from "./crc";

/** As of `dd0c import`: prose and markup pack 3 to 20 times. */
export const RATIO_MAX = 200;
/** Up to here no ratio is asked of an entry: a short text of one letter packs very well. */
const SMALL_BYTES = 64 * 1024;
/** Of the table of contents: as of `dd0c import`. */
const DIRECTORY_MAX_BYTES = 16 * 1024 * 1024;

const END = { signature: 0x06054b50, bytes: 22, commentMax: 0xffff } as const;
const ENTRY = { signature: 0x02014b50, bytes: 46 } as const;
const LOCAL = { signature: 0x04034b50, bytes: 30 } as const;
const SEE_ZIP64 = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x1;
const UTF8 = 0x800;
const UNIX = 3;
const LINK = 0o120000;
const FILE_TYPE = 0o170000;

export interface Entry {
  name: string;
  packedBytes: number;
  /** Why it is not read, as the end of a sentence that begins with its name; null where it may be. */
  refusal: string | null;
  isFolder: boolean;
  method: number;
  crc: number;
  /** Where its own header begins. */
  offset: number;
}

/** What is in the archive, by name. Throws NotTaken for what is no archive, is broken, or holds too much. */
export async function entriesOf(archive: Blob, called: string): Promise<Entry[]> {
  const tail = await bytesOf(archive, Math.max(0, archive.size - END.bytes - END.commentMax), archive.size);
  const at = endIn(tail);
  if (at === null) throw new NotTaken(`${called} is no ZIP archive, or it was cut off.`);
  const count = tail.getUint16(at + 10, true);
  const size = tail.getUint32(at + 12, true);
  const offset = tail.getUint32(at + 16, true);
  if (count === 0xffff || size === SEE_ZIP64 || offset === SEE_ZIP64 || size > DIRECTORY_MAX_BYTES) {
    throw new NotTaken(`${called} holds more than is read here. Import it with dd0c import, or in parts.`);
  }
  if (offset + size > archive.size) throw new NotTaken(`${called} is a broken ZIP archive.`);
  const found = [...directory(await bytesOf(archive, offset, offset + size))];
  if (found.length !== count) throw new NotTaken(`${called} is a broken ZIP archive.`);
  return found.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/**
 * The bytes of an entry, or why there are none, as the end of a sentence. `most`: it is read no further than one byte
 * more.
 */
export async function unpacked(archive: Blob, entry: Entry, most: number): Promise<Uint8Array | string> {
  if (entry.refusal !== null) return entry.refusal;
  const head = await bytesOf(archive, entry.offset, entry.offset + LOCAL.bytes);
  if (head.byteLength < LOCAL.bytes || head.getUint32(0, true) !== LOCAL.signature) return "it is damaged";
  const from = entry.offset + LOCAL.bytes + head.getUint16(26, true) + head.getUint16(28, true);
  if (from + entry.packedBytes > archive.size) return "it is cut off";
  const packed: ReadableStream<Uint8Array<ArrayBuffer>> = archive
    .slice(from, from + entry.packedBytes)
    .stream();
  const data = await read(
    entry.method === STORED ? packed : packed.pipeThrough(new DecompressionStream("deflate-raw")),
    most + 1,
  );
  if (data === null) return "it is damaged, and can't be unpacked";
  if (data.length > SMALL_BYTES && data.length > Math.max(1, entry.packedBytes) * RATIO_MAX) {
    return `it unpacks to more than ${RATIO_MAX} times its size, as no text does`;
  }
  if (data.length <= most && crc32(data) !== entry.crc) return "it is damaged: its checksum is another one";
  return data;
}

async function bytesOf(archive: Blob, from: number, to: number): Promise<DataView<ArrayBuffer>> {
  return new DataView(await archive.slice(from, to).arrayBuffer());
}

/** Where the end record begins: the last one whose comment reaches the end of the file. */
function endIn(tail: DataView): number | null {
  for (let at = tail.byteLength - END.bytes; at >= 0; at -= 1) {
    const fits = at + END.bytes + tail.getUint16(at + 20, true) === tail.byteLength;
    if (fits && tail.getUint32(at, true) === END.signature) return at;
  }
  return null;
}

function* directory(bytes: DataView<ArrayBuffer>): Generator<Entry> {
  let at = 0;
  while (at + ENTRY.bytes <= bytes.byteLength && bytes.getUint32(at, true) === ENTRY.signature) {
    const nameBytes = bytes.getUint16(at + 28, true);
    const next =
      at + ENTRY.bytes + nameBytes + bytes.getUint16(at + 30, true) + bytes.getUint16(at + 32, true);
    if (next > bytes.byteLength) return;
    yield entryAt(bytes, at, new Uint8Array(bytes.buffer, bytes.byteOffset + at + ENTRY.bytes, nameBytes));
    at = next;
  }
}

function entryAt(bytes: DataView<ArrayBuffer>, at: number, name: Uint8Array<ArrayBuffer>): Entry {
  const flags = bytes.getUint16(at + 8, true);
  const method = bytes.getUint16(at + 10, true);
  const isUnix = bytes.getUint8(at + 5) === UNIX;
  const isLink = isUnix && ((bytes.getUint32(at + 38, true) >>> 16) & FILE_TYPE) === LINK;
  const shown = nameOf(name, flags);
  return {
    name: shown,
    packedBytes: bytes.getUint32(at + 20, true),
    refusal: refusalOf(shown, { isLink, flags, method }),
    isFolder: shown.endsWith("/"),
    method,
    crc: bytes.getUint32(at + 16, true),
    offset: bytes.getUint32(at + 42, true),
  };
}

/** Many tools write UTF-8 and do not say so; what is none keeps a letter a byte. */
function nameOf(name: Uint8Array<ArrayBuffer>, flags: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(name).replaceAll("\\", "/");
  } catch {
    // Not UTF-8, whatever it says of itself.
    return new TextDecoder(flags & UTF8 ? "utf-8" : "windows-1252").decode(name).replaceAll("\\", "/");
  }
}

interface Kind {
  isLink: boolean;
  flags: number;
  method: number;
}

function refusalOf(name: string, { isLink, flags, method }: Kind): string | null {
  if (name.startsWith("/") || name[1] === ":") return "its name leads out of the archive (an absolute path)";
  if (name.split("/").includes("..")) return "its name leads out of the archive (..)";
  if (isLink) return "it is a link, which is not followed";
  if (flags & ENCRYPTED) return "it is encrypted";
  return method === STORED || method === DEFLATED ? null : "it is packed in a way that is not read";
}

/** At most so many bytes of a stream; null where it breaks off. What is behind them is never unpacked. */
async function read(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  most: number,
): Promise<Uint8Array | null> {
  const reader = stream.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    while (length < most) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = value.subarray(0, most - length);
      parts.push(part);
      length += part.length;
    }
    await reader.cancel();
  } catch (error) {
    if (error instanceof TypeError) return null; // what the platform throws for broken data
    throw error;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
