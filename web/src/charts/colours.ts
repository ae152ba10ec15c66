/** A canvas knows no custom properties: what they come to in the theme of the moment. */
export function colour(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The same colour, so opaque: `rgb(1, 2, 3)` → `rgba(1, 2, 3, 0.2)`. */
export function translucent(rgb: string, opacity: number): string {
  const parts = rgb.match(/[\d.]+/g) ?? [];
  return `rgba(${parts.slice(0, 3).join(', ')}, ${opacity})`;
}
