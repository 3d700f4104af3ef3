const WIDTH = 140;

/** JSON with whatever fits on a line of 140 characters on one line, as the formatter has it. */
export function compactJson(value) {
  return write(value, '', 0);
}

/** `taken` counts the characters beside the value on its first line: its key, and the comma after it. */
function write(value, indent, taken) {
  const short = onOneLine(value);
  if (typeof value !== 'object' || value === null || indent.length + taken + short.length <= WIDTH) return short;
  const inner = `${indent}  `;
  const entries = Object.entries(value);
  const rows = entries.map(([key, item], index) => {
    const name = Array.isArray(value) ? '' : `${JSON.stringify(key)}: `;
    return `${inner}${name}${write(item, inner, name.length + (index < entries.length - 1 ? 1 : 0))}`;
  });
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${rows.join(',\n')}\n${indent}${close}`;
}

function onOneLine(value) {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  const rows = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`);
  return rows.length === 0 ? '{}' : `{ ${rows.join(', ')} }`;
}
