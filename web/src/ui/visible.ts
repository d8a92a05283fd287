/**
 * Text from outside, with what can't be seen made visible.
 *
 * Control characters (but newline and tab), bidirectional controls, zero-width and other invisible format
 * characters change how a text reads without changing what runs. They are shown as `⟨U+202E⟩`. React
 * escapes markup; this is about what an escape would not catch.
 */
export const HIDDEN_CHARACTERS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: invisible combining characters are meant one by one.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\u034f]|[\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

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
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(HIDDEN_CHARACTERS)) {
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

/** Whether anything would be replaced. */
export function hasHidden(text: string): boolean {
  return text.search(HIDDEN_CHARACTERS) >= 0;
}
