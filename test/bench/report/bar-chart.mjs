const BAR = 22;
const GAP = 10;
/** As wide as a letter of these gets, on average. */
const LETTER = 8;
const WIDTH = 720;
const FIGURE = 90;

/** Horizontal bars from zero, each with its label and figure, as a picture that reads well on a light and on a dark page. */
export function barChart({ title, unit, bars }) {
  const most = Math.max(...bars.map(({ value }) => value));
  const left = 20 + LETTER * Math.max(...bars.map(({ label }) => label.length));
  const height = bars.length * (BAR + GAP) + GAP;
  const rows = bars.map(({ label, value, own = false }, index) => {
    const y = GAP + index * (BAR + GAP);
    const length = Math.max(1, Math.round((value / most) * (WIDTH - left - FIGURE)));
    return [
      `<text x="${left - 10}" y="${y + 16}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${left}" y="${y}" width="${length}" height="${BAR}" rx="3" class="${own ? 'own' : 'other'}"/>`,
      `<text x="${left + length + 8}" y="${y + 16}">${escaped(String(value))} ${escaped(unit)}</text>`,
    ].join('');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
<style>text{font:14px system-ui,sans-serif;fill:#1f2937}.own{fill:#b8047c}.other{fill:#8a94a6}@media(prefers-color-scheme:dark){text{fill:#f3f5f8}.own{fill:#ff7ab0}}</style>
<title>${escaped(title)}</title>
${rows.join('\n')}
</svg>
`;
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
