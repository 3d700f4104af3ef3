const MOST = 10;
const FRAME = /^\s+at (?:[^\n]{0,200} \()?(?:file:\/\/)?\/?((?:[\w@.+-]{1,64}\/){0,20})([\w@.+-]{1,64}:\d+:\d+)\)?$/gm;

/**
 * Files and lines in which an error arose, innermost first, at most ten. Nothing else of a stack is safe to show: it begins with the
 * message, and names of functions can be made of values.
 */
export function framesOf(error: unknown): readonly string[] {
  try {
    if (!(error instanceof Error)) return [];
    const { stack = '', message } = error;
    const start = stack.indexOf(message);
    // A message that was altered afterwards: the one that the stack begins with could hold lines that look like frames.
    if (start < 0) return [];
    return [...stack.slice(start + message.length).matchAll(FRAME)]
      .map(([, folders = '', file = '']) => `${folders.split('/').slice(-4).join('/')}${file}`)
      .slice(0, MOST);
  } catch {
    // A property of the error throws when it is read.
    return [];
  }
}
