/** ZIP archives for tests, byte by byte, so that each field can be a lie. */
import { deflateRawSync } from "node:zlib";
import { crc32 } from "@/pages/import/many/crc";

export interface Packed {
  name: string;
  data: Uint8Array | string;
  stored?: boolean;
  flags?: number;
  method?: number;
  /** Of the file system: a link is `0o120777 << 16` with the host Unix. */
  attributes?: number;
  crc?: number;
}

export function zip(entries: readonly Packed[], called = "wiki.zip"): File {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const central: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const entry of entries) {
    const raw = typeof entry.data === "string" ? new TextEncoder().encode(entry.data) : entry.data;
    const data = new Uint8Array(entry.stored ? raw : deflateRawSync(raw));
    const name = new TextEncoder().encode(entry.name);
    const shared = (into: DataView, from: number) => {
      into.setUint16(from, entry.flags ?? 0x800, true);
      into.setUint16(from + 2, entry.method ?? (entry.stored ? 0 : 8), true);
      into.setUint32(from + 8, entry.crc ?? crc32(raw), true);
      into.setUint32(from + 12, data.length, true);
      into.setUint32(from + 16, raw.length, true);
      into.setUint16(from + 20, name.length, true);
    };
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    shared(local, 6);
    const head = new DataView(new ArrayBuffer(46));
    head.setUint32(0, 0x02014b50, true);
    head.setUint8(5, 3);
    shared(head, 8);
    head.setUint32(38, entry.attributes ?? 0, true);
    head.setUint32(42, at, true);
    parts.push(new Uint8Array(local.buffer), name, data);
    central.push(new Uint8Array(head.buffer), name);
    at += 30 + name.length + data.length;
  }
  const size = central.reduce((sum, part) => sum + part.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, entries.length, true);
  end.setUint16(10, entries.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, at, true);
  return new File([...parts, ...central, new Uint8Array(end.buffer)], called);
}
