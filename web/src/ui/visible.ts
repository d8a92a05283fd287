/**
 * Text from outside, with what can't be seen made visible.
 *
 * Control characters (but newline and tab), bidirectional controls, zero-width and other invisible format
 * characters change how a text reads without changing what runs. They are shown as `⟨U+202E⟩`. React
 * escapes markup; this is about what an escape would not catch.
 *
 * U+FE0F behind a sign that is an emoji, and in a keycap, is no trick: it has the sign drawn in colour, and is left as
 * it is in prose. Behind anything else, and a second one, is named; in a command it always is.
 *
 * In prose a no-break space is a space. In a command it is not: the shell takes it for a letter. So whatever may
 * run, or be compared character by character, is shown by `visibleCode`, which names look-alike blanks too.
 */
export const HIDDEN_CHARACTERS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: invisible combining characters are meant one by one.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\p{Cs}]|[\u034f]|[\u{13430}-\u{13455}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|(?<!\p{Emoji}(?<![0-9#*]))\ufe0f(?!(?<=[0-9#*]\ufe0f)\u20e3)/gu;

/** Blanks that are none to a shell, what stands in for characters that could not be read, and U+FE0F. */
const BLANKS = /[\ufe0f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufffc-\uffff]/u;

/** What is hidden in a command; a superset of what the scanner's `hidden_character` finds. */
export const HIDDEN_IN_CODE = new RegExp(`${HIDDEN_CHARACTERS.source}|${BLANKS.source}`, "gu");

export interface Piece {
  text: string;
  hidden: boolean;
}

/** `⟨U+202E⟩`. */
export function nameOf(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return `⟨U+${point.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** The text cut into plain pieces and names of hidden characters. */
export function pieces(text: string, hidden: RegExp = HIDDEN_CHARACTERS): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(hidden)) {
    if (match.index > at) found.push({ text: text.slice(at, match.index), hidden: false });
    found.push({ text: nameOf(match[0]), hidden: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ text: text.slice(at), hidden: false });
  return found;
}

/** The text with hidden characters replaced by their names; for titles, attributes and plain lines. */
export function visible(text: string): string {
  return text.replace(HIDDEN_CHARACTERS, nameOf);
}

/** The same for what may run or is compared exactly: commands, values, names, lines of files. */
export function visibleCode(text: string): string {
  return text.replace(HIDDEN_IN_CODE, nameOf);
}

/** Whether anything would be replaced. */
export function hasHidden(text: string): boolean {
  return text.search(HIDDEN_CHARACTERS) >= 0;
}
