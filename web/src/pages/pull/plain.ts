/** Markdown from outside as plain text: entities are read, nothing is rendered. Pure. */

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0" };
const JOINER = "\u2060";

/** `&#96;` is a backtick again; the joiners that keep other forges from finding mentions are left out. */
export function plain(markdown: string): string {
  return markdown
    .replace(
      /&#(\d{1,7});|&([a-z]{2,8});/g,
      (whole, number: string | undefined, name: string | undefined) => {
        if (name !== undefined) return ENTITIES[name] ?? whole;
        const point = Number(number);
        const isSound = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
        return isSound ? String.fromCodePoint(point) : whole;
      },
    )
    .replaceAll(JOINER, "");
}
