// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import {
  carriesStructure,
  fromClipboard,
  fromFile,
  MOST_BYTES,
  NotTaken,
  tooLarge,
} from "@/pages/import/paste";
import { tokenOf } from "@/pages/landing/sign-in";

const clipboard = (plain: string, html = "") => ({
  getData: (type: string) => (type === "text/html" ? html : plain),
});

describe("the clipboard", () => {
  it.each([
    ["a list", "<ol><li>one</li><li>two</li></ol>", "one two", true],
    ["a wiki page", "<h1>Fix</h1><p>Run <code>df</code></p>", "Fix Run df", true],
    ["a table", "<table><tr><td>df -h</td></tr></table>", "df -h", true],
    ["a paragraph", "<meta charset=utf-8><span style='color:red'>run df</span>", "run df", false],
    ["an editor's colours", "<pre><span>df</span> <b>-h</b></pre>", "df -h", false],
    ["coloured Markdown", "<div><h1># Fix</h1><code>```</code></div>", "# Fix\n```\ndf\n```", false],
    ["nothing", "<ul></ul>", "", false],
  ])("%s", (_what, html, plain, expected) => {
    expect(carriesStructure(html, plain)).toBe(expected);
    expect(fromClipboard(clipboard(plain, html))?.format).toBe(expected ? "html" : undefined);
  });

  it("runs nothing that is in a page", () => {
    const html = `<h1>x</h1><script>globalThis.ran = true</script><img src=x onerror="globalThis.ran = true">`;
    expect(fromClipboard(clipboard("x", html))?.format).toBe("html");
    expect("ran" in globalThis).toBe(false);
  });

  it("gives text with one kind of line end, or nothing", () => {
    expect(fromClipboard(clipboard("a\r\nb"))).toEqual({ text: "a\nb", format: undefined });
    expect(fromClipboard(clipboard(""))).toBeNull();
  });
});

describe("a file", () => {
  const file = (name: string, ...parts: BlobPart[]) => new File(parts, name);

  it("is read as what its name says", async () => {
    expect(await fromFile(file("a.md", "# x"))).toEqual({ text: "# x", format: undefined });
    expect((await fromFile(file("a.HTML", "<p>x"))).format).toBe("html");
    expect((await fromFile(file("a.adoc", "= x"))).text).toBe("= x");
  });

  it("is refused with the reason", async () => {
    await expect(fromFile(file("a.exe", "MZ"))).rejects.toThrow("Take .md, .html, .txt, .adoc or .rst");
    await expect(fromFile(file("a.md", new Uint8Array([0xff, 0xfe, 0x00])))).rejects.toThrow("is not UTF-8");
    expect(() => tooLarge(MOST_BYTES + 1)).toThrow(NotTaken);
  });
});

describe("the sign-in field", () => {
  it.each([
    ["http://localhost:8440/sign-in?token=ddl_abcdefghijklmnop", "ddl_abcdefghijklmnop"],
    [" ddl_abcdefghijklmnop ", "ddl_abcdefghijklmnop"],
    ["http://localhost:8440/sign-in", null],
    ["hello", null],
  ])("%s", (text, token) => {
    expect(tokenOf(text)).toBe(token);
  });
});
