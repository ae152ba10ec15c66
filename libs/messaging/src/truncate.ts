/** Cuts a text to so many bytes of UTF-8 without splitting a character, and shows that it was cut. */
export function truncate(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  return `${bytes
    .subarray(0, limit - 4)
    .toString()
    .replace(/\uFFFD$/u, '')}…`;
}
