import { badRequest } from '../domain/errors/errors.ts';

/** The names and values of a form in UTF-8. Throws BAD_REQUEST for a name that is given twice, which parsers read differently. */
export function parseForm(body: string): ReadonlyMap<string, string> {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) throw badRequest('body', 'The form gives a name twice.');
    form.set(name, value);
  }
  return form;
}
