// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { entriesOf, unpacked } from "@/pages/import/many/archive";
import { DOCUMENTS_MAX, gather, type Picked } from "@/pages/import/many/gather";
import { NotTaken } from "@/pages/import/paste";
import { zip } from "./zip";

const MIB = 1024 * 1024;

const gathered = (...files: [string, BlobPart][]) => of(files.map(([path, data]) => picked(path, data)));
const picked = (path: string, data: BlobPart): Picked => ({
  path,
  file: new File([data], path.split("/").at(-1) ?? path),
});

async function of(files: readonly Picked[]) {
  return await gather(files, () => undefined, new AbortController().signal);
}

async function ofZip(entries: Parameters<typeof zip>[0]) {
  const found = await of([{ path: "wiki.zip", file: zip(entries) }]);
  return found.documents.map(({ file, text, problem }) => [file, text ?? problem]);
}

describe("files of a folder", () => {
  it("takes documents by their names, in order, and leaves other things alone", async () => {
    const found = await gathered(
      ["wiki/b.md", "# B\r\n"],
      ["wiki/a.txt", "\uFEFFa"],
      ["wiki/page.xml", "<p>x</p>"],
      ["wiki/feed.xml", "<rss/>"],
      ["wiki/logo.png", "x"],
      ["wiki/inner.zip", "PK"],
      ["wiki/.git/c.md", "c"],
      ["wiki/node_modules/d.md", "d"],
      ["wiki/index.html", "<h2>Available Pages:</h2>"],
    );
    expect(found.documents.map(({ file, text, format }) => [file, text, format])).toEqual([
      ["wiki/a.txt", "a", undefined],
      ["wiki/b.md", "# B\r\n", "markdown"],
      ["wiki/page.xml", "<p>x</p>", "html"],
    ]);
    expect(found.others).toBe(4);
  });

  it("says of each that can't be read why, and goes on", async () => {
    const found = await gathered(
      ["empty.md", " \n"],
      ["good.md", "# Good"],
      ["large.md", "x".repeat(MIB + 1)],
      ["latin.md", new Uint8Array([0x63, 0xe9])],
      ["nul.md", "a\0b"],
    );
    expect(found.documents.map(({ file, problem }) => [file, problem])).toEqual([
      ["empty.md", "it is empty"],
      ["good.md", null],
      ["large.md", "it is larger than 1 MiB"],
      ["latin.md", "it is no text in UTF-8"],
      ["nul.md", "it is no text in UTF-8 (it holds NUL)"],
    ]);
  });

  it("refuses what is more than a tab holds, and stops when it is told to", async () => {
    const many = Array.from({ length: DOCUMENTS_MAX + 1 }, (_, at) => picked(`${at}.md`, "x"));
    await expect(of(many)).rejects.toThrow("There are more than 2,000 documents.");
    const stopped = new AbortController();
    stopped.abort();
    await expect(gather(many, () => undefined, stopped.signal)).rejects.toThrow("aborted");
  });
});

describe("an archive", () => {
  it("is read by name, also what is stored, and with names of older tools", async () => {
    expect(
      await ofZip([
        { name: "wiki/b.md", data: "# B" },
        { name: "wiki/", data: "", stored: true },
        { name: "wiki/ä.md", data: "# Ä", flags: 0, stored: true },
      ]),
    ).toEqual([
      ["wiki/b.md", "# B"],
      ["wiki/ä.md", "# Ä"],
    ]);
  });

  it.each([
    [{ name: "/etc/a.md", data: "x" }, "its name leads out of the archive (an absolute path)"],
    [{ name: "C:/a.md", data: "x" }, "its name leads out of the archive (an absolute path)"],
    [{ name: "../a.md", data: "x" }, "its name leads out of the archive (..)"],
    [{ name: "..\\a.md", data: "x" }, "its name leads out of the archive (..)"],
    [
      { name: "a.md", data: "/etc/passwd", attributes: (0o120777 << 16) >>> 0 },
      "it is a link, which is not followed",
    ],
    [{ name: "a.md", data: "x", flags: 0x801 }, "it is encrypted"],
    [{ name: "a.md", data: "x", method: 12 }, "it is packed in a way that is not read"],
    [{ name: "a.md", data: "x", crc: 7 }, "it is damaged: its checksum is another one"],
    [
      { name: "a.md", data: "not packed at all", stored: true, method: 8 },
      "it is damaged, and can't be unpacked",
    ],
    [{ name: "a.zip", data: "PK" }, "it is an archive inside the archive, which is not opened"],
    [{ name: "a.md", data: "x".repeat(MIB) }, "it unpacks to more than 200 times its size, as no text does"],
    [{ name: "a.md", data: "ab".repeat(MIB) }, "it unpacks to more than 200 times its size, as no text does"],
  ])("names an entry that is not read, and why: $1", async (entry, why) => {
    const [found, good] = await ofZip([entry, { name: "z.md", data: "# Z" }]);
    expect(found?.[1]).toBe(why);
    expect(good).toEqual(["z.md", "# Z"]);
  });

  it("unpacks a bomb no further than its bound", async () => {
    const archive = zip([{ name: "a.md", data: new Uint8Array(32 * MIB), crc: 0 }]);
    const [entry] = await entriesOf(archive, "a.zip");
    const read = vi.spyOn(ReadableStreamDefaultReader.prototype, "read");
    if (!entry) throw new Error("it has an entry");
    expect(await unpacked(archive, entry, MIB)).toHaveLength(MIB + 1);
    // In chunks of 16 KiB and more: all of it would be ten times that many.
    expect(read.mock.calls.length).toBeLessThan(100);
    read.mockRestore();
  });

  it("is refused whole where it is none, is cut off, or lies about what it holds", async () => {
    const good = zip([{ name: "a.md", data: "# A" }]);
    const bytes = new Uint8Array(await good.arrayBuffer());
    const changed = (at: number, value: number) => {
      const copy = new Uint8Array(bytes);
      copy.set([value & 0xff, value >> 8], bytes.length - 22 + at);
      return new File([copy], "wiki.zip");
    };
    const broken: [File, string][] = [
      [new File(["no archive"], "wiki.zip"), "wiki.zip is no ZIP archive, or it was cut off."],
      [new File([bytes.slice(0, -3)], "wiki.zip"), "wiki.zip is no ZIP archive, or it was cut off."],
      [changed(10, 2), "wiki.zip is a broken ZIP archive."],
      [changed(10, 0xffff), "wiki.zip holds more than is read here."],
      [changed(18, 0x7fff), "wiki.zip is a broken ZIP archive."],
      [zip([{ name: "space/entities.xml", data: "<hibernate-generic/>" }]), "dd0c import wiki.zip"],
    ];
    for (const [file, why] of broken) {
      const refused = of([{ path: "wiki.zip", file }]);
      await expect(refused, why).rejects.toThrow(NotTaken);
      await expect(refused).rejects.toThrow(why);
    }
  });
});
