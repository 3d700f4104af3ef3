import type { FieldRelation, Rule } from '../../../domain/connector/connector.ts';
import { configOf, fieldOfKey } from '../../../domain/posit/config-details.ts';
import type { PositTemplate, TemplateKey } from '../../../domain/posit/template.ts';
import { HIDDEN, hiddenIn, missingIn } from '../../../domain/posit/unfit-config.ts';
import { related } from '../../kits/rules.ts';

/** A config is complete, and no key of it is ruled out by another: as it is when it comes from Posit's own clients. */
export function positRules(template: PositTemplate): readonly Rule<Readonly<Record<string, unknown>>>[] {
  return [
    related(
      template.keys.flatMap((key) => relationOf(template, key)),
      (details) => {
        const config = configOf(template, details);
        const [hidden] = hiddenIn(template, config);
        if (hidden !== undefined) return { path: fieldOfKey(hidden), message: HIDDEN };
        const missing = missingIn(template, config);
        return missing === null ? null : { path: fieldOfKey(missing.name), message: missing.message };
      },
    ),
  ];
}

/** Of a key by which others are shown: whoever chooses another value of it drops them. */
function relationOf(template: PositTemplate, { name, form }: TemplateKey): readonly FieldRelation[] {
  if (form.type !== 'select') return [];
  const shownBy = (value: string) =>
    template.keys
      .filter(({ visibility }) => visibility !== null && 'name' in visibility && visibility.name === name && visibility.value === value)
      .map((key) => fieldOfKey(key.name));
  const ways = Object.fromEntries(form.values.map((value) => [value, shownBy(value)]));
  return Object.values(ways).every((fields) => fields.length === 0) ? [] : [{ mode: fieldOfKey(name), ways }];
}
