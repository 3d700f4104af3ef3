/** The media types of bodies that are read here. */
export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** What a Content-Type says (RFC 9110, part 8.3). */
export interface MediaType {
  /** Type and subtype in lower case; empty where there is no header. */
  readonly type: string;
  /** No charset is named but UTF-8. */
  readonly isUtf8: boolean;
}

export function readMediaType(contentType = ''): MediaType {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charsets = parameters.flatMap((parameter) => /^charset *= *"?([^"]*)"?$/.exec(parameter)?.[1] ?? []);
  return { type, isUtf8: charsets.every((charset) => /^utf-?8$/.test(charset)) };
}
