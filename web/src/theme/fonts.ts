/** The first drawing waits for the page's fonts, so that no line breaks anew when they come; but not for long. */
const FACES = ['14px "Inter Variable"', '13px "JetBrains Mono Variable"'] as const;
/** They are fetched beside the script: where they take so much longer, they are away, and text counts more. */
const LONGEST_MS = 400;

export async function fontsReady(): Promise<void> {
  const faces = Promise.allSettled(FACES.map((face) => document.fonts.load(face)));
  await Promise.race([faces, new Promise((resolve) => setTimeout(resolve, LONGEST_MS))]);
}
