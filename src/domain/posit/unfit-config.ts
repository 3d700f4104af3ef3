import { holds, type PositConfig, type PositTemplate } from './template.ts';

export const HIDDEN = 'does not go together with the other keys of this config';

/** Keys that are given although the other keys rule them out. */
export function hiddenIn(template: PositTemplate, config: PositConfig): readonly string[] {
  return template.keys
    .filter(({ name, visibility }) => Object.hasOwn(config, name) && !holds(visibility, template, config))
    .map(({ name }) => name);
}

/** The first key that is required and not given, with what to say of it; null where nothing is missing. */
export function missingIn(template: PositTemplate, config: PositConfig): { readonly name: string; readonly message: string } | null {
  const message = `is required for template '${template.id}'`;
  const missing = template.keys.find(
    ({ name, required, visibility }) =>
      !Object.hasOwn(config, name) && holds(visibility, template, config) && holds(required, template, config),
  );
  if (missing !== undefined) return { name: missing.name, message };
  const [first = '', ...others] = template.oneOf.find((names) => !names.some((name) => Object.hasOwn(config, name))) ?? [];
  return first === '' ? null : { name: first, message: `${message}, or ${others.join(', ')} in its place` };
}
